"""A dial is over: everything that follows from it is written in one transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, tzinfo

from bot.dialogue.turn import RecordPromise
from bot.transcript import Entry
from campaigns.compliance.consequences import (
    FreezeAutomation,
    HumanCase,
    SuppressCustomer,
    SuppressNumber,
    after_call,
    after_status,
)
from campaigns.compliance.effective import EffectivePack
from campaigns.dialing.briefing import LATEST_PROMISE_DAYS, brief_data
from campaigns.dialing.record import CallRecord
from campaigns.outcomes.messages import MessageBook, MessageFacts
from campaigns.outcomes.promises import PromiseLimits, PromiseToPay, promise_to_pay
from campaigns.outcomes.retry import Retry, RetryPolicy
from campaigns.store import campaigns as store_campaigns
from campaigns.store import ledger
from campaigns.store import outcomes as store
from campaigns.store.database import Session
from campaigns.store.ledger import EndedAttempt
from campaigns.store.models import Account, Call, CampaignMember, ReliefOffer, TurnRecord
from campaigns.store.numbers import set_number_status

LOST = "lost"
TRUNK_FAULT = "trunk_fault"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class House:
    """What settling goes by, beside the record."""

    pack: EffectivePack
    retries: RetryPolicy
    messages: MessageBook
    institution: str
    hotline: str
    zone: tzinfo


def settle_call(session: Session, attempt_id: int, record: CallRecord, house: House) -> bool:
    """Write a call and all that follows. False, and nothing written, when the attempt was settled before."""
    at = record.ended_at
    attempt = ledger.end_attempt(session, attempt_id, state="ended", disposition=record.disposition, at=at)
    if attempt is None:
        return False
    call_id = ledger.add_call(
        session, _call(attempt, record), [_turn(e, i) for i, e in enumerate(record.entries)]
    )
    if record.number_status is not None:
        set_number_status(session, attempt.number_id, record.number_status, "line", at)
    promise = _settle_promise(session, attempt, call_id, record, house)
    _apply_consequences(session, attempt, call_id, record, house)
    tries = ledger.tries_of(session, attempt.member_id)
    if tries == 1 or promise is not None:  # one reminder that we called is enough
        _queue_message(session, attempt, call_id, record, promise, house)
    callback_at = record.outcome.callback_at if record.outcome else None
    _set_next(session, attempt, record.disposition, at, house, tries, callback_at)
    return True


def settle_lost(session: Session, attempt_id: int, at: datetime, house: House) -> bool:
    """A worker died with this attempt in hand: it counts, and it is never dialled again."""
    attempt = ledger.end_attempt(session, attempt_id, state="lost", disposition=LOST, at=at)
    if attempt is None:
        return False
    _set_next(session, attempt, LOST, at, house, ledger.tries_of(session, attempt.member_id))
    return True


def settle_trunk_fault(session: Session, attempt_id: int, at: datetime, house: House) -> bool:
    """Nothing rang: the attempt is not charged to the number, and is tried again soon."""
    attempt = ledger.end_attempt(
        session, attempt_id, state="ended", disposition=TRUNK_FAULT, at=at, charged=False
    )
    if attempt is None:
        return False
    _set_next(session, attempt, TRUNK_FAULT, at, house, ledger.tries_of(session, attempt.member_id))
    return True


def settle_withdrawn(session: Session, attempt_id: int, at: datetime) -> bool:
    """Reserved and never dialled: nothing rang, nothing is charged, and the next turn decides anew."""
    attempt = ledger.end_attempt(
        session, attempt_id, state="ended", disposition=WITHDRAWN, at=at, charged=False
    )
    if attempt is None:
        return False
    ledger.set_next(session, attempt.member_id, next_at=at)
    return True


def settle_left_behind(session: Session, at: datetime, house: House) -> list[int]:
    """Settle what a dead worker left, in every campaign; the attempts lost. For a worker alone on the store.

    Each becomes lost: it counts against every cap, as a talk too if it was dialled, and is never redialled.
    """
    lost = ledger.live_attempts(session)
    for attempt_id in lost:
        settle_lost(session, attempt_id, at, house)
    store_campaigns.put_all_back(session, at)
    return lost


def _call(attempt: EndedAttempt, record: CallRecord) -> Call:
    outcome = record.outcome
    return Call(
        attempt_id=attempt.id,
        campaign_id=attempt.campaign_id,
        customer_id=attempt.customer_id,
        e164=attempt.e164,
        line=record.line,
        line_call_id=record.line_call_id,
        flow=record.flow,
        flow_version=record.flow_version,
        started_at=record.started_at,
        answered_at=record.answered_at,
        ended_at=record.ended_at,
        cause=record.cause,
        sip_code=record.sip_code,
        disposition=record.disposition,
        right_party=outcome.right_party if outcome else False,
        effective=outcome.effective if outcome else False,
        brief=brief_data(record.brief) if record.brief else None,
        recording=record.recording,
    )


def _turn(entry: Entry, seq: int) -> TurnRecord:
    details = {
        "event": entry.event,
        "prompts": list(entry.prompts),
        "played": entry.played,
        "stop_words": list(entry.stop_words),
        "entities": [asdict(entity) | {"value": _plain(entity.value)} for entity in entry.entities],
    }
    return TurnRecord(
        seq=seq,
        at=entry.at,
        speaker=entry.speaker,
        text=entry.text,
        heard=entry.heard,
        prompt=entry.prompt,
        step=entry.step,
        intent=entry.intent,
        confidence=entry.confidence,
        details={key: value for key, value in details.items() if value not in (None, [], True)},
    )


def _plain(value: object) -> object:
    return value if isinstance(value, (int, str)) else str(value)


def _settle_promise(
    session: Session, attempt: EndedAttempt, call_id: int, record: CallRecord, house: House
) -> PromiseToPay | None:
    made: RecordPromise | None = record.outcome.promise if record.outcome else None
    if made is None:
        return None
    account = session.get_one(Account, session.get_one(CampaignMember, attempt.member_id).account_id)
    today = record.started_at.astimezone(house.zone).date()
    limits = PromiseLimits(
        account.amount_due, account.currency, today, today + timedelta(days=LATEST_PROMISE_DAYS)
    )
    offer_id = None if made.offer_id is None else int(made.offer_id)
    promise = promise_to_pay(made.amount, made.due, limits, relief_offer_id=offer_id)
    if not isinstance(promise, PromiseToPay):
        # The ledger changed during the call, or the bot was wrong: a person decides what it is worth.
        store.open_follow_up(session, attempt.customer_id, "promise_check", record.ended_at, call_id=call_id)
        return None
    store.record_promise(session, call_id, account.id, promise, record.ended_at)
    return promise


def _apply_consequences(
    session: Session, attempt: EndedAttempt, call_id: int, record: CallRecord, house: House
) -> None:
    at = record.ended_at
    words = record.outcome.stop_words if record.outcome else ()
    consequences = after_call(house.pack, disposition=record.disposition, stop_words=words, now=at)
    if record.number_status is not None:
        consequences += after_status(house.pack, record.number_status, at)
    for consequence in consequences:
        match consequence:
            case SuppressCustomer() | FreezeAutomation() | SuppressNumber():
                of_number = isinstance(consequence, SuppressNumber)
                store.suppress(
                    session,
                    reason=consequence.reason,
                    at=at,
                    customer_id=None if of_number else attempt.customer_id,
                    e164=attempt.e164 if of_number else None,
                    until=consequence.until,
                    call_id=call_id,
                )
            case HumanCase():
                store.open_follow_up(
                    session,
                    attempt.customer_id,
                    consequence.reason,
                    at,
                    call_id=call_id,
                    urgent=consequence.urgent,
                )
            case _:
                pass  # the number's state is on record; what it bars is decided at the next turn
    if record.outcome and record.outcome.human_requested:
        store.open_follow_up(
            session,
            attempt.customer_id,
            "human_requested",
            at,
            call_id=call_id,
            urgent=record.outcome.human_urgent,
        )


def _queue_message(
    session: Session,
    attempt: EndedAttempt,
    call_id: int,
    record: CallRecord,
    promise: PromiseToPay | None,
    house: House,
) -> None:
    template = house.messages.after(record.disposition)
    if template is None or (promise is None and record.outcome and record.outcome.promise):
        return
    waives = 0
    if promise is not None and promise.relief_offer_id is not None:
        waives = session.get_one(ReliefOffer, promise.relief_offer_id).waives
    facts = MessageFacts(house.institution, house.hotline, promise, waives)
    store.queue_message(
        session, attempt.customer_id, house.messages.render(template, facts), record.ended_at, call_id=call_id
    )


def _set_next(
    session: Session,
    attempt: EndedAttempt,
    disposition: str,
    at: datetime,
    house: House,
    tries: int,
    callback_at: datetime | None = None,
) -> None:
    wish = house.retries.next_try(disposition, tries, at, callback_at=callback_at)
    if isinstance(wish, Retry):
        ledger.set_next(
            session, attempt.member_id, next_at=wish.at, outcome=disposition, callback_at=callback_at
        )
    else:
        ledger.set_next(session, attempt.member_id, next_at=None, outcome=disposition, reason=wish.reason)
