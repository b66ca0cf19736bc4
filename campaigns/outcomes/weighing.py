"""A queued message is weighed: the law decides on the facts of this very moment, and one try is reserved.

Decision and reservation are one transaction, so nothing comes between them: a STOP that was taken before it
holds, and a crash after it leaves a message that is never sent twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.reasons import Reason
from campaigns.compliance.texting import Occasion, TextFacts, decide_text
from campaigns.compliance.verdict import NO_NUMBER, Allow, Defer, Refuse, Verdict
from campaigns.outcomes.sending_rules import SendingRules
from campaigns.store import messages as store
from campaigns.store.database import Session
from campaigns.store.facts import Surroundings, lock_debtor
from campaigns.store.message_facts import number_facts, number_for, right_party_seen, texts_sent
from campaigns.store.messages import Outgoing
from campaigns.store.models import Message, PhoneNumber
from campaigns.store.texts import opted_out


@dataclass(frozen=True, slots=True)
class Line:
    """What messages go over."""

    name: str
    simulated: bool
    clock_virtual: bool


@dataclass(frozen=True, slots=True)
class Scales:
    """What weighing goes by."""

    pack: EffectivePack
    rules: SendingRules
    line: Line
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Held:
    """Not sent now (defer) or not at all (refuse): on record with its reason."""

    verdict: Defer | Refuse


def weigh_message(session: Session, message_id: int, scales: Scales, now: datetime) -> Outgoing | Held | None:
    """Decide on a message and reserve it when it may go; None when it is queued no more."""
    message = store.locked_message(session, message_id)
    if message is None:
        return None
    lock_debtor(session, message.customer_id)
    number = number_for(session, message)
    verdict: Verdict = NO_NUMBER if number is None else _decide(session, message, number, scales, now)
    label = scales.pack.label
    match verdict:
        case Allow() if number is not None:
            return store.reserve(session, message_id, number.e164, scales.line.name, label, now)
        case Defer(until=until, reason=reason):
            store.put_off(session, message_id, until, reason, label)
            return Held(verdict)
        case Refuse(reason=reason):
            store.refuse(session, message_id, reason, label, now)
            return Held(verdict)
        case _:
            raise AssertionError("a message without a number was allowed")


def _decide(
    session: Session, message: Message, number: PhoneNumber, scales: Scales, now: datetime
) -> Verdict:
    around = Surroundings(
        now,
        scales.line.simulated,
        scales.line.clock_virtual,
        now - scales.pack.look_back,
        now.astimezone(scales.zone).date(),
        frozenset(scales.pack.rules.gates),
    )
    facts = number_facts(session, message, number, around)
    if facts is None:
        return Refuse(Reason.LEDGER_UNKNOWN)
    carries = scales.rules.carries(scales.line.name, number.e164)
    text = TextFacts(
        occasion=Occasion(message.occasion),
        reveals_debt=message.reveals_debt,
        opted_out=opted_out(session, message.customer_id, number.e164),
        right_party_seen=right_party_seen(session, message.customer_id, number.e164),
        carried=(carries.links or not message.has_link) and (carries.debt or not message.reveals_debt),
        stale=now - message.created_at > timedelta(hours=scales.rules.stale_after_h),
        sent_at=texts_sent(session, message.customer_id, now),
    )
    return decide_text(facts, text, scales.pack)
