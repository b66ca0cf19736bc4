"""Reading a call back: its log, and what the bot was told of the customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.nlu.interpreter import Entity, EntityValue
from bot.transcript import Entry
from campaigns.errors import NotFoundError
from campaigns.store.models import Call, TurnRecord


@dataclass(frozen=True, slots=True)
class StoredCall:
    """One call as it was held. ``brief`` is None when nobody was spoken to, or an older version held it."""

    id: int
    flow: str
    flow_version: str
    disposition: str
    answered_at: datetime | None
    brief: dict[str, Any] | None
    entries: tuple[Entry, ...]


def stored_call(session: Session, call_id: int) -> StoredCall:
    """A call with its log. Raises NotFoundError."""
    call = session.get(Call, call_id)
    if call is None:
        raise NotFoundError("there is no call %(call_id)s", call_id=call_id)
    turns = session.scalars(select(TurnRecord).where(TurnRecord.call_id == call_id).order_by(TurnRecord.seq))
    return StoredCall(
        call.id,
        call.flow,
        call.flow_version,
        call.disposition,
        call.answered_at,
        call.brief,
        tuple(entry_of(turn) for turn in turns),
    )


def entry_of(turn: TurnRecord) -> Entry:
    """A line of the log as it was written."""
    details = turn.details
    return Entry(
        at=turn.at,
        until=turn.until,
        speaker=turn.speaker,  # type: ignore[arg-type]  # the store holds what a session wrote
        text=turn.text,
        prompt=turn.prompt,
        step=turn.step,
        played=details.get("played", True),
        heard=turn.heard,
        intent=turn.intent,
        confidence=turn.confidence,
        entities=tuple(_entity(data) for data in details.get("entities", ())),
        stop_words=tuple(details.get("stop_words", ())),
        stand_in=details.get("stand_in"),
        event=details.get("event"),
        prompts=tuple(details.get("prompts", ())),
    )


def _entity(data: dict[str, Any]) -> Entity:
    value: EntityValue = data["value"]
    if isinstance(value, str):
        match data["kind"]:
            case "date":
                value = date.fromisoformat(value)
            case "datetime":
                value = datetime.fromisoformat(value)
            case "time":
                value = time.fromisoformat(value)
    return Entity(data["kind"], value, data["text"], data["start"], data["end"])
