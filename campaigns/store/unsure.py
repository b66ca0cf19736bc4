"""What customers said and the bot was not sure of, read back to be learnt from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from bot.nlu.interpreter import OUT_OF_SCOPE
from bot.transcript import Entry
from campaigns.store.calls import entry_of
from campaigns.store.console.among import among
from campaigns.store.models import Call, Campaign, Misunderstanding, TurnRecord

CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class UnsureTurn:
    """One utterance on record. ``brief`` is what the bot was told of the customer; None: not kept."""

    call_id: int
    seq: int
    entry: Entry
    asked: str  # what the bot had said before
    brief: dict[str, Any] | None
    label: str = ""  # what it meant, where a person has said so in the console


def unsure_turns(
    session: Session, below: float, *, campaign: str | None = None, since: datetime | None = None
) -> Iterator[UnsureTurn]:
    """Utterances understood with less than ``below`` or not at all, or by a stand-in, and those that a person
    marked as misunderstood; the newest first.

    Keys pressed are none. Nothing is masked here.
    """
    unsure = or_(
        TurnRecord.confidence < below,
        TurnRecord.intent == OUT_OF_SCOPE,
        TurnRecord.details["stand_in"].as_string().is_not(None),
        Misunderstanding.id.is_not(None),
    )
    wanted = _utterances().outerjoin(Misunderstanding, _MARKED).where(unsure)
    if campaign is not None:
        wanted = wanted.join(Campaign, Campaign.id == Call.campaign_id).where(Campaign.name == campaign)
    if since is not None:
        wanted = wanted.where(TurnRecord.at >= since)
    yield from _turns(session, wanted)


def marked_turns(session: Session, most: int) -> Iterator[UnsureTurn]:
    """Utterances that a person marked as misunderstood; those of the latest calls first. Not masked."""
    yield from _turns(session, _utterances().join(Misunderstanding, _MARKED).limit(most))


_MARKED = and_(Misunderstanding.call_id == TurnRecord.call_id, Misunderstanding.seq == TurnRecord.seq)


def _utterances() -> Select[Any]:
    return (
        select(TurnRecord, Call.brief, Misunderstanding.intent)
        .join(Call, Call.id == TurnRecord.call_id)
        .where(TurnRecord.speaker == "customer", TurnRecord.intent.is_not(None))
        .order_by(TurnRecord.at.desc(), TurnRecord.id.desc())
    )


def _turns(session: Session, wanted: Select[Any]) -> Iterator[UnsureTurn]:
    for rows in session.execute(wanted.execution_options(yield_per=CHUNK)).partitions():
        asked = _asked(session, [row[0] for row in rows])
        for turn, brief, label in rows:
            entry = entry_of(turn)
            if entry.event is None:
                yield UnsureTurn(turn.call_id, turn.seq, entry, asked.get(turn.id, ""), brief, label or "")


def stood_in(session: Session, since: datetime | None = None) -> int:
    """How many utterances were understood by a model that stood in for the one that was set."""
    counted = select(func.count()).where(TurnRecord.details["stand_in"].as_string().is_not(None))
    if since is not None:
        counted = counted.where(TurnRecord.at >= since)
    return session.scalar(counted) or 0


def _asked(session: Session, turns: Sequence[TurnRecord]) -> dict[int, str]:
    """The prompt of what the bot said last before each turn, by the turn's id."""
    said = aliased(TurnRecord)
    before = (
        select(said.prompt)
        .where(said.call_id == TurnRecord.call_id, said.seq < TurnRecord.seq, said.speaker == "bot")
        .order_by(said.seq.desc())
        .limit(1)
    )
    these = among(session, TurnRecord.id, [turn.id for turn in turns])
    rows = session.execute(select(TurnRecord.id, before.scalar_subquery()).where(these))
    return {row[0]: row[1] or "" for row in rows}
