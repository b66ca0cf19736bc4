"""A record of a call as the rows that keep it."""

from __future__ import annotations

from dataclasses import asdict

from bot.transcript import Entry
from campaigns.dialing.briefing import brief_data
from campaigns.dialing.record import CallRecord
from campaigns.store.ledger import EndedAttempt
from campaigns.store.models import Call, TurnRecord


def call_row(record: CallRecord, attempt: EndedAttempt) -> Call:
    """The call of an attempt of ours."""
    call = _row(record, "outbound", attempt.customer_id, attempt.e164)
    call.attempt_id, call.campaign_id = attempt.id, attempt.campaign_id
    return call


def inbound_row(record: CallRecord, customer_id: int | None, e164: str | None) -> Call:
    """A call that came in; ``customer_id`` None: nobody known, ``e164`` None: the number was withheld."""
    return _row(record, "inbound", customer_id, e164)


def _row(record: CallRecord, direction: str, customer_id: int | None, e164: str | None) -> Call:
    outcome = record.outcome
    return Call(
        direction=direction,
        customer_id=customer_id,
        e164=e164,
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


def turn_rows(record: CallRecord) -> list[TurnRecord]:
    """What was said, in its order."""
    return [_turn(entry, seq) for seq, entry in enumerate(record.entries)]


def _turn(entry: Entry, seq: int) -> TurnRecord:
    details = {
        "event": entry.event,
        "prompts": list(entry.prompts),
        "played": entry.played,
        "stop_words": list(entry.stop_words),
        "stand_in": entry.stand_in,
        "entities": [asdict(entity) | {"value": _plain(entity.value)} for entity in entry.entities],
    }
    return TurnRecord(
        seq=seq,
        at=entry.at,
        until=entry.until,
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
