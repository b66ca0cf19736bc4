"""A member's turn is weighed: the law decides on the counts of this very moment, and an attempt is reserved.

Decision, reservation and permit are one transaction, so no crash and no other worker comes between them.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.tracing import span
from campaigns.compliance.chain import LogSeal
from campaigns.compliance.decide import decide
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.facts import CallFacts
from campaigns.compliance.inputs import decision_inputs
from campaigns.compliance.permits import permit_terms
from campaigns.compliance.reasons import Scope, message_of
from campaigns.compliance.verdict import NO_NUMBER, Allow, Defer, Refuse, Verdict
from campaigns.store import ledger
from campaigns.store.chain import append_decision
from campaigns.store.changes import pause_by_system
from campaigns.store.database import Session
from campaigns.store.facts import Seen, Surroundings, fact_sheet, lock_debtor, numbers_of
from campaigns.store.handout import put_back
from campaigns.store.ledger import Place, Reservation
from campaigns.store.member_turns import MemberTurn
from campaigns.store.models import Attempt, PhoneNumber
from campaigns.store.pacing import NoSlot, Slot, Trunk, take_slot


@dataclass(frozen=True, slots=True)
class Reserved:
    """Dial this at its slot, before its permit ends, and be done by ``ends_by``."""

    reservation: Reservation
    ends_by: datetime
    slot: Slot


@dataclass(frozen=True, slots=True)
class Declined:
    """No call now: the member waits (defer) or is done (refuse)."""

    verdict: Defer | Refuse


@dataclass(frozen=True, slots=True)
class Paced:
    """A call is allowed and cannot start soon: the member keeps its place and is charged nothing."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Interrupted:
    """An earlier run of this turn reserved or dialled and died."""

    attempt_id: int


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """The turn was worked off before, or given back."""


Weighed = Reserved | Declined | Paced | Interrupted | NothingToDo


@dataclass(frozen=True, slots=True)
class Rules:
    """What reserving goes by. ``worker`` is written on each attempt; ``log`` seals the decisions."""

    pack: EffectivePack
    log: LogSeal
    worker: str
    language: str
    trunk: Trunk = field(default_factory=Trunk)


def weigh_turn(
    session: Session,
    member_id: int,
    turn: int,
    campaign_id: int,
    rules: Rules,
    look: Callable[[], Surroundings],
) -> Weighed:
    """Decide on a member's turn and record the decision; reserve an attempt when a call is allowed.

    ``look`` tells the surroundings of the moment: this may have waited long for the database.
    """
    member = ledger.member_in_turn(session, member_id, turn)
    if member is None:
        return NothingToDo()
    earlier = ledger.attempt_of_turn(session, member_id, turn)
    if earlier is not None:
        attempt_id, state = earlier
        return Interrupted(attempt_id) if state in ledger.LIVE else NothingToDo()
    if member.campaign_id != campaign_id or member.campaign_state != "running":
        put_back(session, [member.id], look().now)
        return NothingToDo()
    lock_debtor(session, member.customer_id)
    numbers = numbers_of(session, member.customer_id)
    declined: list[Defer | Refuse] = []
    sheet = fact_sheet(session, member, numbers, look())
    # The time is taken after what is on record was read: none of it, by whatever worker, is still to come.
    now = look().now
    for number, facts in zip(numbers, (replace(facts, now=now) for facts in sheet.facts), strict=True):
        with span("decide"):
            verdict = decide(facts, rules.pack)
        if isinstance(verdict, Allow):
            # Asked before the slot: all who want one wait from there to the end of this transaction.
            place = ledger.next_place(session, member.customer_id)
            # A permit lives 60 s, so none is issued to wait for a start further away than the slots reach.
            slot = take_slot(session, rules.trunk, member.campaign_id, member.customer_id, now)
            if isinstance(slot, NoSlot):
                ledger.set_next(session, member.id, next_at=slot.until, reason=slot.reason)
                return Paced(slot.until, slot.reason)
            with span("reserve"):
                return _reserve(session, member, number, facts, verdict, rules, sheet.seen, slot, place)
        _record(session, member, number.id, facts, verdict, rules)
        declined.append(verdict)
        if verdict.scope is not Scope.NUMBER:
            break
    if not declined:
        declined.append(decision_without_number(session, member, rules, now))
    return _decline(session, member, declined, rules, now)


def decision_without_number(session: Session, member: MemberTurn, rules: Rules, at: datetime) -> Refuse:
    """A customer without a number is refused, on record like everybody else."""
    record = {
        "at": at,
        "campaign_id": member.campaign_id,
        "customer_id": member.customer_id,
        "verdict": "refuse",
        "reason": NO_NUMBER.reason.value,
        "pack": rules.pack.label,
        "inputs": {},
    }
    append_decision(session, rules.log, record)
    return NO_NUMBER


def _reserve(
    session: Session,
    member: MemberTurn,
    number: PhoneNumber,
    facts: CallFacts,
    allow: Allow,
    rules: Rules,
    seen: Seen,
    slot: Slot,
    place: Place,
) -> Reserved:
    attempt = ledger.add_attempt(
        session,
        member,
        number,
        worker=rules.worker,
        at=facts.now,
        place=place,
        line=slot.line,
        caller_id=slot.caller_id,
    )
    terms = permit_terms(allow, rules.pack, attempt.id, facts.now)
    permit_id = str(uuid.uuid4())
    ledger.add_permit(session, attempt, permit_id, terms.pack, terms.issued_at, terms.expires_at)
    _record(session, member, number.id, facts, allow, rules, attempt)
    reservation = Reservation(
        attempt_id=attempt.id,
        member_id=member.id,
        customer_id=member.customer_id,
        number_id=number.id,
        e164=number.e164,
        nth=attempt.n,
        permit_id=permit_id,
        pack=terms.pack,
        issued_at=terms.issued_at,
        expires_at=terms.expires_at,
        seen_fact=seen.fact_id,
        seen_case=seen.case_id,
        flow=member.flow,
    )
    return Reserved(reservation, allow.window_end, slot)


def _record(
    session: Session,
    member: MemberTurn,
    number_id: int,
    facts: CallFacts,
    verdict: Verdict,
    rules: Rules,
    attempt: Attempt | None = None,
) -> None:
    record = {
        "at": facts.now,
        "campaign_id": member.campaign_id,
        "customer_id": member.customer_id,
        "number_id": number_id,
        "attempt_id": None if attempt is None else attempt.id,
        "verdict": type(verdict).__name__.lower(),
        "reason": verdict.reason.value,
        "until": verdict.until if isinstance(verdict, Defer) else None,
        "pack": rules.pack.label,
        "inputs": decision_inputs(facts, rules.pack) | {"rule": verdict.rule},
    }
    append_decision(session, rules.log, record)


def that_counts(declined: Sequence[Defer | Refuse]) -> Defer | Refuse:
    """Of the verdicts on a member's numbers: one about the debtor, else the soonest deferral, else a
    refusal.
    """
    deferred = [verdict for verdict in declined if isinstance(verdict, Defer)]
    last = declined[-1]
    if last.scope is Scope.NUMBER and deferred:
        return min(deferred, key=lambda verdict: verdict.until)
    return last


def _decline(
    session: Session, member: MemberTurn, declined: list[Defer | Refuse], rules: Rules, now: datetime
) -> Declined:
    """Act on the verdict that counts."""
    last = that_counts(declined)
    if isinstance(last, Defer):
        ledger.set_next(session, member.id, next_at=last.until, reason=last.reason)
    elif last.scope is Scope.SYSTEM:
        # Nothing is wrong with the customer: they keep their place, and a person looks at the system.
        ledger.set_next(session, member.id, next_at=now, reason=last.reason)
        pause_by_system(session, member.campaign_id, message_of(last.reason, rules.language), now)
    else:
        ledger.set_next(session, member.id, next_at=None, reason=last.reason)
    return Declined(last)
