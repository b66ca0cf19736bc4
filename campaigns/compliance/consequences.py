"""What follows from a call, as typed values that the recording code applies. Nothing here acts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.compliance.aftermath import Act, OpenCase
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.reasons import Reason
from campaigns.compliance.sections import Then
from telephony.status import NumberStatus


@dataclass(frozen=True, slots=True)
class SuppressCustomer:
    """The customer wants no automated calls.

    ``until`` None: until a person lifts it, on the customer's word.
    """

    reason: Reason
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SuppressNumber:
    """The number, whoever it belongs to, is not dialled."""

    reason: Reason
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FreezeAutomation:
    """No automated calls to the customer until ``until``, or until the person in charge of the case resumes
    them.
    """

    reason: Reason
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class HumanCase:
    """A person must take this up."""

    reason: str
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class InvalidateNumber:
    """The number is dead. ``purge``: it is somebody else's now, so cut its link with the customer."""

    status: NumberStatus
    purge: bool = False


@dataclass(frozen=True, slots=True)
class RecheckNumber:
    """Check the number's state again, not before ``at``."""

    at: datetime


@dataclass(frozen=True, slots=True)
class TryOtherNumber:
    """The number takes no voice calls; another of the customer's may be tried at once."""


Consequence = (
    SuppressCustomer
    | SuppressNumber
    | FreezeAutomation
    | HumanCase
    | InvalidateNumber
    | RecheckNumber
    | TryOtherNumber
)


def after_call(
    pack: EffectivePack, *, disposition: str | None, stop_words: Iterable[str] = (), now: datetime
) -> tuple[Consequence, ...]:
    """What a call's stop words (ids, in the order heard) and disposition mean beyond it.

    An unknown stop word freezes automation and calls a person; an unknown disposition means nothing. The same
    bar named twice stands once, with the later end.
    """
    rules = pack.rules.aftermath
    heard = tuple(dict.fromkeys(stop_words))
    acts: list[Act] = []
    for word in heard:
        acts += rules.stop_words.get(word, rules.unknown_stop_word)
    acts += rules.dispositions.get(disposition or "", ())
    for both in rules.together:
        if both.disposition == disposition and both.stop_word in heard:
            acts += both.act
    return _merged(_consequence(act, now) for act in acts)


def after_status(pack: EffectivePack, status: NumberStatus, now: datetime) -> tuple[Consequence, ...]:
    """What a number's state, learnt at ``now``, means for the number."""
    rule = pack.rules.number_states[status]
    match rule.then:
        case None:
            return ()
        case Then.RECHECK:
            return (RecheckNumber(now + timedelta(hours=rule.recheck_h or 0)),)
        case Then.INVALIDATE:
            return (InvalidateNumber(status),)
        case Then.INVALIDATE_AND_PURGE:
            return (InvalidateNumber(status, purge=True),)
        case Then.HUMAN_REVIEW:
            return (HumanCase(f"number_{status}"),)
        case Then.TRY_OTHER_NUMBER:
            return (TryOtherNumber(),)


def _consequence(act: Act, now: datetime) -> Consequence:
    if isinstance(act, OpenCase):
        return HumanCase(act.reason, act.urgent)
    until = None if act.hours is None else now + timedelta(hours=act.hours)
    match act.do:
        case "suppress_customer":
            return SuppressCustomer(act.reason, until)
        case "suppress_number":
            return SuppressNumber(act.reason, until)
        case "freeze":
            return FreezeAutomation(act.reason, until)


def _merged(consequences: Iterable[Consequence]) -> tuple[Consequence, ...]:
    kept: dict[tuple[type, str], Consequence] = {}
    for new in consequences:
        key = (type(new), getattr(new, "reason", ""))
        old = kept.get(key)
        kept[key] = new if old is None else _stricter(old, new)
    return tuple(kept.values())


def _stricter(one: Consequence, other: Consequence) -> Consequence:
    if isinstance(one, HumanCase) and isinstance(other, HumanCase):
        return HumanCase(one.reason, one.urgent or other.urgent)
    one_until, other_until = getattr(one, "until", None), getattr(other, "until", None)
    if one_until is None or other_until is None:
        return one if one_until is None else other
    return one if one_until >= other_until else other
