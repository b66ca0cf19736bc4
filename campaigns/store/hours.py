"""When customers answered: their own dials, and the portfolio's tally."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from campaigns.outcomes.hours import Bucket, DayKind, Dial, HourRules, Tally
from campaigns.store.models import Attempt, Call, HourAnswers
from campaigns.store.people import shared, theirs

MOST_DIALS = 200


_DIALS = (
    select(Attempt.dialed_at, Call.answered_at)
    .outerjoin(Call, Call.attempt_id == Attempt.id)
    .where(
        theirs(Attempt.customer_id, Attempt.dialed_at),
        Attempt.state == "ended",
        Attempt.charged,
        Attempt.dialed_at >= bindparam("since", type_=Attempt.dialed_at.type),
    )
    .order_by(Attempt.dialed_at.desc(), Attempt.id.desc())
    .limit(MOST_DIALS)
)


def dials_of(session: Session, customer_id: int, since: datetime) -> list[Dial]:
    """The person's charged dials that are over, newest first, and whether somebody answered."""
    rows = session.execute(_DIALS, {**shared(session, customer_id).values, "since": since})
    return [Dial(dialed_at, answered_at is not None) for dialed_at, answered_at in rows if dialed_at]


def portfolio_hours(session: Session) -> dict[Bucket, Tally]:
    """The portfolio's dials and answers by hour, each aged to its own latest dial."""
    return {
        (DayKind(row.day), row.hour): Tally(row.dials, row.answers)
        for row in session.scalars(select(HourAnswers))
    }


def count_dial(session: Session, bucket: Bucket, answered: bool, at: datetime, rules: HourRules) -> None:
    """Add a dial to the portfolio's tally. Last in its transaction: every worker writes these few rows."""
    key = (bucket[0].value, bucket[1])
    row = session.get(HourAnswers, key, with_for_update=True, populate_existing=True)
    if row is None:
        postgres = session.get_bind().dialect.name == "postgresql"
        insert = postgresql.insert(HourAnswers) if postgres else sqlite.insert(HourAnswers)
        new = insert.values(day=key[0], hour=key[1], dials=0.0, answers=0.0, as_of=at)
        session.execute(new.on_conflict_do_nothing())
        row = session.get_one(HourAnswers, key, with_for_update=True, populate_existing=True)
    kept = rules.weight(at - row.as_of)
    row.dials, row.answers = row.dials * kept + 1, row.answers * kept + answered
    row.as_of = max(at, row.as_of)
