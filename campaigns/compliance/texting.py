"""Whether a text message may be sent now: what of the rules for calls concerns messages, and their own.

A message is no call: what the number's line can do matters less, and what others may read matters more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from campaigns.compliance.checks import debtor, number, purpose, trust, window
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.reasons import Reason, Scope
from campaigns.compliance.sections import Then
from campaigns.compliance.verdict import Allow, Defer, Refuse, Verdict
from campaigns.compliance.windows import day_start, next_opening
from telephony.status import NumberStatus

MAX_STEPS = 50
WEEK_DAYS = 7


class Occasion(StrEnum):
    """What a message is sent on. Values are on record."""

    FOLLOW_UP = "follow_up"  # to a call
    REMINDER = "reminder"  # by a treatment
    REPLY = "reply"  # to what the customer wrote


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What of a message is weighed beside the facts about its number. Times are aware."""

    occasion: Occasion
    reveals_debt: bool
    opted_out: bool  # the number asked for no more messages
    right_party_seen: bool  # the customer was spoken to on this very number
    carried: bool  # the line takes such words and links to such a number
    stale: bool  # it was meant for a moment that is over
    sent_at: tuple[datetime, ...] = ()  # other messages to the debtor that went or may have gone, no replies


Check = Callable[[CallFacts, TextFacts, EffectivePack], Defer | Refuse | None]


def decide_text(facts: CallFacts, text: TextFacts, pack: EffectivePack) -> Verdict:
    """Whether the message may go at ``facts.now``. Pure. Any refusal wins, the first in the order of CHECKS.

    Else the longest deferral counts, moved on to where nothing would defer any more.
    """
    checks = REPLY_CHECKS if text.occasion is Occasion.REPLY else CHECKS
    verdicts = [check(facts, text, pack) for check in checks]
    for verdict in verdicts:
        if isinstance(verdict, Refuse):
            return verdict
    deferred = [verdict for verdict in verdicts if isinstance(verdict, Defer)]
    if not deferred:
        places = pack.locality(facts).places
        opening = next_opening(pack, places, facts.now, None, facts.personal_hours)
        return Allow(facts.now if opening is None else opening.end)
    longest = max(deferred, key=lambda defer: defer.until)
    return replace(longest, until=_settled(facts, text, pack, longest.until))


def _settled(facts: CallFacts, text: TextFacts, pack: EffectivePack, until: datetime) -> datetime:
    for _ in range(MAX_STEPS):
        then = replace(facts, now=until)
        later = [
            verdict.until
            for check in CHECKS
            if isinstance(verdict := check(then, text, pack), Defer) and verdict.until > until
        ]
        if not later:
            break
        until = max(later)
    return until


def _of_call(check: Callable[[CallFacts, EffectivePack], Defer | Refuse | None]) -> Check:
    return lambda facts, _text, pack: check(facts, pack)


def _ruled(_facts: CallFacts, _text: TextFacts, pack: EffectivePack) -> Refuse | None:
    return Refuse(Reason.TEXTS_NOT_RULED, rule="texts") if pack.rules.texts is None else None


def _opted_out(_facts: CallFacts, text: TextFacts, _pack: EffectivePack) -> Refuse | None:
    return Refuse(Reason.TEXT_OPT_OUT, Scope.NUMBER, "texts") if text.opted_out else None


def _stale(_facts: CallFacts, text: TextFacts, _pack: EffectivePack) -> Refuse | None:
    return Refuse(Reason.TEXT_STALE) if text.stale else None


def _carried(_facts: CallFacts, text: TextFacts, _pack: EffectivePack) -> Refuse | None:
    return None if text.carried else Refuse(Reason.TEXT_NOT_CARRIED, Scope.NUMBER)


def _reader(facts: CallFacts, text: TextFacts, _pack: EffectivePack) -> Refuse | None:
    """Of a debt only to a number on which the customer was spoken to, and that is still in use."""
    in_doubt = facts.number.status is NumberStatus.UNKNOWN or not text.right_party_seen
    return Refuse(Reason.READER_UNKNOWN, Scope.NUMBER) if text.reveals_debt and in_doubt else None


def _open_case(facts: CallFacts, text: TextFacts, pack: EffectivePack) -> Refuse | None:
    """A follow-up says what was agreed on the call that opened the case."""
    return None if text.occasion is Occasion.FOLLOW_UP else debtor.open_case(facts, pack)


def _dead_number(facts: CallFacts, _text: TextFacts, pack: EffectivePack) -> Refuse | None:
    """One that is switched off gets them later; one that is nobody's, or somebody else's, gets none."""
    then = pack.rules.number_states[facts.number.status].then
    key = f"number_states.{facts.number.status}"
    if then in (Then.INVALIDATE, Then.INVALIDATE_AND_PURGE):
        return Refuse(Reason.NUMBER_INVALID, Scope.NUMBER, key)
    return Refuse(Reason.NUMBER_NEEDS_REVIEW, Scope.NUMBER, key) if then is Then.HUMAN_REVIEW else None


def _caps(facts: CallFacts, text: TextFacts, pack: EffectivePack) -> Defer | None:
    rules = pack.rules.texts
    if rules is None:
        return None
    latest: Defer | None = None
    for days, limit, key in (
        (1, rules.per_debtor_day.default, "texts.per_debtor_day"),
        (WEEK_DAYS, rules.per_debtor_7d.default, "texts.per_debtor_7d"),
    ):
        for place in pack.locality(facts).places:
            today = facts.now.astimezone(place.zone).date()
            # A message from the future is one of today: clocks differ.
            sent = sorted(min(at.astimezone(place.zone).date(), today) for at in text.sent_at)
            counted = [day for day in sent if day > today - timedelta(days=days)]
            if len(counted) < limit:
                continue
            free_on = (counted[len(counted) - limit] if limit else today) + timedelta(days=days)
            until = max(day_start(place.zone, free_on), facts.now.astimezone(UTC))
            if latest is None or until > latest.until:
                latest = Defer(until, Reason.TEXT_CAP, rule=key)
    return latest


REPLY_CHECKS: tuple[Check, ...] = (_of_call(trust.clock), _stale, _of_call(number.generated))
"""Who writes is answered, whatever the hour and whatever else they asked for."""

CHECKS: tuple[Check, ...] = (
    _of_call(trust.clock),
    _of_call(trust.ledger_whole),
    _of_call(trust.pack_in_force),
    _ruled,
    _opted_out,
    _stale,
    _of_call(purpose.debt_owed),
    _of_call(debtor.customer_suppressed),
    _open_case,
    _of_call(debtor.gates),
    _of_call(debtor.first_notice),
    _of_call(debtor.zone_known),
    _of_call(number.relation),
    _of_call(number.number_suppressed),
    _of_call(number.generated),
    _of_call(number.consent),
    _dead_number,
    _reader,
    _carried,
    _of_call(window.permitted_hours),
    _of_call(window.inconvenient_hours),
    _caps,
)
