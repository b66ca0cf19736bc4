"""What is asked of calls, as conditions of the database: what few calls have apart from what many have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Interval,
    Select,
    and_,
    exists,
    extract,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from campaigns.store.console.among import few_of
from campaigns.store.console.call_views import ANY_WORD, NO_PROMISE, UNSURE, Quality, Wanted
from campaigns.store.models import (
    Call,
    Campaign,
    Customer,
    Grade,
    Misunderstanding,
    Promise,
    QualityScore,
    TurnRecord,
)
from campaigns.store.models.calls import STOP_WORDS
from campaigns.store.models.words import StopWord

_Query: TypeAlias = Select[*tuple[Any, ...]]

FEW: Final = 8_000  # calls that are looked up one by one
OF_LATEST: Final = 2_000  # of the latest that a filter leaves
_BANDS: Final = {Quality.POOR: (0, 60), Quality.FAIR: (60, 80), Quality.GOOD: (80, 101)}


@dataclass(frozen=True, slots=True)
class Search:
    """``columns``: what a call's own row says; ``tests``: what takes a look at other rows.

    ``few``: the ids of calls that the narrowest filter leaves, where they are few enough to begin with.
    ``latest``: else, where that is known, the ids of the latest that one of the filters leaves.
    """

    few: list[int] | None
    columns: list[ColumnElement[bool]]
    tests: list[ColumnElement[bool]]
    latest: Latest | None = None

    def all(self) -> list[ColumnElement[bool]]:
        return [*self.columns, *self.tests]


@dataclass(frozen=True, slots=True)
class Latest:
    """Calls that one filter leaves: among them are all that began at ``since`` or later."""

    ids: list[int]
    since: datetime


@dataclass(frozen=True, slots=True)
class _Filter:
    """``which`` selects the ids of all calls that fit; ``holds`` tests one call.

    ``later``: a time that ``which`` has of each call, at which it had begun.
    """

    which: _Query
    holds: ColumnElement[bool]
    later: ColumnElement[datetime] | None = None


def prepared(session: Session, wanted: Wanted) -> Search:
    """What few calls have is looked up first; what many have is tested on the way.

    A database that must guess which is which walks through millions of calls to find none.
    """
    few: list[int] | None = None
    tests: list[ColumnElement[bool]] = []
    latest: Latest | None = None
    for each in _filters(wanted):
        found = few_of(session, each.which, FEW)
        if found is None:
            tests.append(each.holds)
            latest = latest or _latest(session, each)
        else:
            few = sorted(set(found) if few is None else set(found).intersection(few))
    return Search(few, list(_columns(session, wanted)), [*tests, *_tests(wanted)], latest)


def _latest(session: Session, each: _Filter) -> Latest | None:
    if each.later is None:
        return None
    rows = session.execute(
        each.which.add_columns(each.later).order_by(each.later.desc()).limit(OF_LATEST)
    ).all()
    return Latest([row[0] for row in rows], rows[-1][1])


def _columns(session: Session, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield Call.started_at >= wanted.since
    if wanted.until is not None:
        yield Call.started_at < wanted.until
    for column, value in (
        (Call.disposition, wanted.disposition),
        (Call.line, wanted.line),
        (Call.flow_version, wanted.version),
    ):
        if value:
            yield column == value
    if wanted.direction:
        # As it stands in the index of those that came in.
        inbound = Call.direction == literal_column("'inbound'")
        yield inbound if wanted.direction == "inbound" else Call.direction == wanted.direction
    # Looked up before: a database that does not know whose calls are asked for cannot say how many they are.
    if wanted.campaign:
        yield Call.campaign_id == _id_of(session, select(Campaign.id).where(Campaign.name == wanted.campaign))
    if wanted.key:
        customer = select(Customer.id).where(Customer.external_id == wanted.key)
        yield Call.customer_id == _id_of(session, customer)
    if wanted.right_party is not None:
        yield Call.right_party.is_(wanted.right_party)
    if wanted.recorded:
        yield Call.recording.is_not(None)
    if wanted.talk_s is not None:
        yield _talked(session, wanted.talk_s)


def _talked(session: Session, seconds: int) -> ColumnElement[bool]:
    """It was talked for so long, in the form that the database has an index for."""
    if session.get_bind().dialect.name == "sqlite":
        long = extract("epoch", Call.ended_at) - extract("epoch", Call.answered_at) >= seconds
    else:
        long = literal_column("(call.ended_at - call.answered_at)", Interval) >= timedelta(seconds=seconds)
    return and_(Call.answered_at.is_not(None), long)


def _id_of(session: Session, query: Select[int]) -> int:
    """0, which is nobody's, where there is none."""
    return session.scalar(query) or 0


def _filters(wanted: Wanted) -> Iterator[_Filter]:
    of_call = and_(TurnRecord.call_id == Call.id, TurnRecord.speaker == "customer")
    if wanted.intent:
        has = and_(TurnRecord.intent == wanted.intent, TurnRecord.speaker == "customer")
        yield _Filter(select(TurnRecord.call_id).where(has), exists().where(of_call, has))
    if wanted.stop_word:
        words = [StopWord(TurnRecord.details.expression, place) for place in range(STOP_WORDS)]
        if wanted.stop_word == ANY_WORD:
            words = words[:1]
        holds = [
            word.is_not(None) if wanted.stop_word == ANY_WORD else word == wanted.stop_word for word in words
        ]
        each = [select(select(TurnRecord.call_id).where(has).limit(FEW + 1).subquery().c[0]) for has in holds]
        which = select(union_all(*each).subquery().c[0])
        yield _Filter(which, exists().where(of_call, or_(*holds)))
    if wanted.promise and wanted.promise != NO_PROMISE:
        made = and_(Promise.state == wanted.promise, Promise.call_id.is_not(None))
        if wanted.since is not None:
            made = and_(made, Promise.made_at >= wanted.since)  # after its call began
        of_promise = exists().where(Promise.call_id == Call.id, made)
        yield _Filter(select(Promise.call_id).where(made), of_promise, Promise.made_at.expression)
    if wanted.quality is Quality.MARKED:
        marked = select(Misunderstanding.call_id).distinct()
        yield _Filter(marked, exists().where(Misunderstanding.call_id == Call.id))
    elif wanted.quality is not None and wanted.quality is not Quality.UNSCORED:
        judged = _judged(wanted.quality)
        of_score = exists().where(QualityScore.call_id == Call.id, judged)
        yield _Filter(select(QualityScore.call_id).where(judged), of_score)


def _judged(quality: Quality) -> ColumnElement[bool]:
    if quality is Quality.FAILED:
        return QualityScore.failed.is_(True)
    low, high = _BANDS[quality]
    return and_(QualityScore.score >= low, QualityScore.score < high)


def _tests(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """What most calls meet, or too many to begin with."""
    if wanted.grade:
        graded = and_(Grade.customer_id == Call.customer_id, Grade.is_current, Grade.letter == wanted.grade)
        yield exists().where(graded)
    if wanted.unsure:
        of_call = and_(TurnRecord.call_id == Call.id, TurnRecord.speaker == "customer")
        yield exists().where(of_call, TurnRecord.confidence < UNSURE)
    if wanted.promise == NO_PROMISE:
        yield ~exists().where(Promise.call_id == Call.id)
    if wanted.quality is Quality.UNSCORED:
        yield ~exists().where(QualityScore.call_id == Call.id)
