"""What people find in calls: quality scores, and utterances that were misunderstood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from campaigns.errors import ConflictError, NotFoundError
from campaigns.private import Private, PrivateKind, private
from campaigns.store.models import Misunderstanding, QualityScore, ScorecardRecord, TurnRecord


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a call is judged. ``score``: 0 to 100; ``failed``: something that must be met was not."""

    scorecard: str
    points: Mapping[str, int]
    score: int
    failed: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A judgement on record."""

    scorecard: str
    points: dict[str, int]
    score: int
    failed: bool
    note: Private | None
    by: str
    at: datetime
    card: dict[str, Any] | None  # the scorecard as it was; None: of a judgement from before they were kept


@dataclass(frozen=True, slots=True)
class Mark:
    """An utterance marked as misunderstood; ``intent``: what it meant, None: not said."""

    intent: str | None
    by: str
    at: datetime


def score_of(session: Session, call_id: int, key: str) -> ScoreView | None:
    """How a call of the customer ``key`` was judged; None: not yet."""
    row = session.scalar(select(QualityScore).where(QualityScore.call_id == call_id))
    if row is None:
        return None
    note = private(PrivateKind.TEXT, row.note, key)
    card = session.get(ScorecardRecord, row.scorecard)
    return ScoreView(
        row.scorecard, dict(row.points), row.score, row.failed, note, row.by, row.at,
        None if card is None else card.content,
    )  # fmt: skip


def keep_card(session: Session, label: str, content: Mapping[str, Any], at: datetime) -> None:
    """Put a scorecard on record the first time that a call is judged by it.

    Raises ConflictError when another one is on record under this name and version.
    """
    kept = session.get(ScorecardRecord, label)
    if kept is None:
        session.add(ScorecardRecord(label=label, content=dict(content), first_at=at))
        session.flush()
    elif kept.content != content:
        raise ConflictError(
            "the scorecard was changed under the same version: raise its version in the file, and restart "
            "the console"
        )


def judge(session: Session, call_id: int, judgement: Judgement, *, by: str, at: datetime) -> int | None:
    """Put a judgement in the place of the last one; gives that one's score, None where there was none."""
    row = session.scalar(select(QualityScore).where(QualityScore.call_id == call_id).with_for_update())
    before = None if row is None else row.score
    if row is None:
        row = QualityScore(call_id=call_id)
        session.add(row)
    row.scorecard, row.points, row.score = judgement.scorecard, dict(judgement.points), judgement.score
    row.failed, row.note, row.by, row.at = judgement.failed, judgement.note or None, by[:64], at
    session.flush()
    return before


def marks_of(session: Session, call_id: int) -> dict[int, Mark]:
    """The utterances of a call that are marked, by the number of their line."""
    rows = session.scalars(select(Misunderstanding).where(Misunderstanding.call_id == call_id))
    return {row.seq: Mark(row.intent, row.by, row.at) for row in rows}


def mark(
    session: Session, call_id: int, seq: int, intent: str | None, *, by: str, at: datetime
) -> tuple[str | None, str | None]:
    """Mark an utterance; gives what it was taken for, and what the mark said before.

    Raises NotFoundError for a line that is none of the customer's utterances.
    """
    taken_for = session.execute(
        select(TurnRecord.intent).where(
            TurnRecord.call_id == call_id, TurnRecord.seq == seq, TurnRecord.speaker == "customer"
        )
    ).first()
    if taken_for is None or taken_for[0] is None:
        raise NotFoundError(
            "line %(seq)s of call %(call_id)s is nothing that was understood", seq=seq, call_id=call_id
        )
    row = session.scalar(
        select(Misunderstanding).where(Misunderstanding.call_id == call_id, Misunderstanding.seq == seq)
    )
    before = None if row is None else row.intent
    if row is None:
        row = Misunderstanding(call_id=call_id, seq=seq)
        session.add(row)
    row.intent, row.by, row.at = intent, by[:64], at
    session.flush()
    return taken_for[0], before


def unmark(session: Session, call_id: int, seq: int) -> None:
    """Take a mark back. Raises NotFoundError when there is none."""
    gone = session.execute(
        delete(Misunderstanding)
        .where(Misunderstanding.call_id == call_id, Misunderstanding.seq == seq)
        .returning(Misunderstanding.id)
    ).first()
    if gone is None:
        raise NotFoundError("line %(seq)s of call %(call_id)s is not marked", seq=seq, call_id=call_id)
