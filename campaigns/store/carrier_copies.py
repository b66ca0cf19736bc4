"""Which calls a carrier's recordings belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.store.models import Call, TurnRecord


@dataclass(frozen=True, slots=True)
class Recordable:
    """A call on record. ``refused``: the customer wants nothing kept of its sound; ``kept``: it is here."""

    call_id: int
    answered_at: datetime
    refused: bool
    kept: bool


def recordable(session: Session, line: str, line_call_id: str, refusal: str) -> Recordable | None:
    """The call of this id; ``refusal`` is the stop-word rule by which it is refused. None: not on record."""
    call = session.scalar(select(Call).where(Call.line == line, Call.line_call_id == line_call_id))
    if call is None:
        return None
    details = session.scalars(select(TurnRecord.details).where(TurnRecord.call_id == call.id))
    refused = any(refusal in said.get("stop_words", ()) for said in details)
    return Recordable(
        call.id, call.answered_at or call.started_at, refused, call.carrier_recording is not None
    )


def record_copy(session: Session, call_id: int, name: str) -> None:
    """The carrier's recording of a call is in the file of this name."""
    session.get_one(Call, call_id).carrier_recording = name
