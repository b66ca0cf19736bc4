"""Finding calls by anything that is known of them, a page at a time.

Pages are cut by the last row's place (keyset); counts stop at COUNTED. Time bounds come first:
everything else is looked for among the calls of a period.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, exists, extract, func, or_, select
from sqlalchemy.orm import Session

from campaigns.private import Private, PrivateKind, private
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

_Query: TypeAlias = Select[*tuple[Any, ...]]

COUNTED: Final = 1_000  # the most that is counted of what fits
UNSURE: Final = 0.5  # an intent of less confidence than this is doubtful
LATEST: Final = 3_000  # calls whose lines and script versions are offered as choices
ANY_WORD: Final = "any"
NO_PROMISE: Final = "none"


class Quality(StrEnum):
    """How a call was judged. Bounds are points of 100."""

    UNSCORED = "unscored"
    POOR = "poor"  # below 60
    FAIR = "fair"  # 60 to 79
    GOOD = "good"  # from 80 on
    FAILED = "failed"  # whatever its points: something that must be was not
    MARKED = "marked"  # an utterance is marked as misunderstood


_BANDS: Final = {Quality.POOR: (0, 60), Quality.FAIR: (60, 80), Quality.GOOD: (80, 101)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search among calls. Empty fields ask nothing; ``until`` is the first moment after the period.

    ``grade``: the customer's present one; ``talk_s``: of the talk, at least. ``right_party``: None: either.
    ``key``: the customer's, whole. ``version``: of the script.
    """

    since: datetime | None = None
    until: datetime | None = None
    campaign: str = ""
    key: str = ""
    disposition: str = ""
    direction: str = ""
    line: str = ""
    intent: str = ""
    right_party: bool | None = None
    promise: str = ""
    unsure: bool = False
    stop_word: str = ""
    version: str = ""
    quality: Quality | None = None
    recorded: bool = False
    grade: str = ""
    talk_s: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended."""

    at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call in a list. ``least``: the least confidence in it; ``score``: its quality, 0 to 100."""

    id: int
    started_at: datetime
    direction: str
    customer_id: int | None
    key: str | None
    name: Private | None
    campaign: str | None
    line: str
    flow: str
    flow_version: str
    disposition: str
    right_party: bool
    talk_s: int | None
    promise: str | None
    least: float | None
    stop_words: tuple[str, ...]
    recorded: bool
    score: int | None
    failed: bool
    marks: int


@dataclass(frozen=True, slots=True)
class CallPage:
    """``next``: where the next page begins; None when this is the last."""

    lines: list[CallLine]
    next: Place | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen from: of the latest calls, so that offering it costs nothing."""

    campaigns: list[str]
    lines: list[str]
    versions: list[tuple[str, str]]  # flow and version


def find_calls(session: Session, wanted: Wanted, *, after: Place | None = None, limit: int = 50) -> CallPage:
    """One page of the calls that fit, the newest first."""
    query: _Query = select(Call.id, Call.started_at)
    if after is not None:
        later = or_(Call.started_at < after.at, and_(Call.started_at == after.at, Call.id < after.id))
        query = query.where(Call.started_at <= after.at, later)
    query = _fitting(query, wanted).order_by(Call.started_at.desc(), Call.id.desc())
    rows = session.execute(query.limit(limit + 1)).all()
    shown = rows[:limit]
    following = Place(shown[-1].started_at, shown[-1].id) if len(rows) > limit else None
    return CallPage(_lines(session, [row.id for row in shown]), following)


def count_calls(session: Session, wanted: Wanted) -> int:
    """How many fit; COUNTED + 1 stands for more than COUNTED."""
    found = _fitting(select(Call.id), wanted).limit(COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def latest_start(session: Session) -> datetime | None:
    """When the latest call began; None without any."""
    return session.scalar(select(func.max(Call.started_at)))


def choices(session: Session) -> Choices:
    """Campaigns, lines and script versions of the latest calls."""
    latest = select(Call.line, Call.flow, Call.flow_version).order_by(Call.id.desc()).limit(LATEST).subquery()
    rows = session.execute(select(latest.c.line, latest.c.flow, latest.c.flow_version).distinct()).all()
    names = session.scalars(select(Campaign.name).order_by(Campaign.id.desc()).limit(200))
    return Choices(
        list(names),
        sorted({row.line for row in rows}),
        sorted({(row.flow, row.flow_version) for row in rows}),
    )


def _fitting(query: _Query, wanted: Wanted) -> _Query:
    """``query`` over calls with all that is asked for."""
    for condition in _conditions(wanted):
        query = query.where(condition)
    return query


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.since is not None:
        yield Call.started_at >= wanted.since
    if wanted.until is not None:
        yield Call.started_at < wanted.until
    for column, value in (
        (Call.disposition, wanted.disposition),
        (Call.direction, wanted.direction),
        (Call.line, wanted.line),
        (Call.flow_version, wanted.version),
    ):
        if value:
            yield column == value
    if wanted.campaign:
        campaign = select(Campaign.id).where(Campaign.name == wanted.campaign).scalar_subquery()
        yield Call.campaign_id == campaign
    if wanted.key:
        customer = select(Customer.id).where(Customer.external_id == wanted.key).scalar_subquery()
        yield Call.customer_id == customer
    if wanted.right_party is not None:
        yield Call.right_party.is_(wanted.right_party)
    if wanted.recorded:
        yield Call.recording.is_not(None)
    if wanted.grade:
        graded = and_(Grade.customer_id == Call.customer_id, Grade.is_current, Grade.letter == wanted.grade)
        yield exists().where(graded)
    if wanted.talk_s is not None:
        talked = extract("epoch", Call.ended_at) - extract("epoch", Call.answered_at)
        yield and_(Call.answered_at.is_not(None), talked >= wanted.talk_s)
    yield from _of_turns(wanted)
    if wanted.promise == NO_PROMISE:
        yield ~exists().where(Promise.call_id == Call.id)
    elif wanted.promise:
        # Few among the calls, so they are looked up first; the same below.
        yield Call.id.in_(select(Promise.call_id).where(Promise.state == wanted.promise))
    if wanted.quality is not None:
        yield _judged(wanted.quality)


def _of_turns(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    of_call = and_(TurnRecord.call_id == Call.id, TurnRecord.speaker == "customer")
    if wanted.intent:
        yield exists().where(of_call, TurnRecord.intent == wanted.intent)
    if wanted.unsure:
        yield exists().where(of_call, TurnRecord.confidence < UNSURE)
    if wanted.stop_word == ANY_WORD:
        yield exists().where(of_call, TurnRecord.details["stop_words"][0].as_string().is_not(None))
    elif wanted.stop_word:
        # An utterance has few: whether the word is among the first four is asked in any database's JSON.
        words = [TurnRecord.details["stop_words"][n].as_string() == wanted.stop_word for n in range(4)]
        yield exists().where(of_call, or_(*words))


def _judged(quality: Quality) -> ColumnElement[bool]:
    if quality is Quality.UNSCORED:
        return ~exists().where(QualityScore.call_id == Call.id)
    if quality is Quality.MARKED:
        return Call.id.in_(select(Misunderstanding.call_id))
    if quality is Quality.FAILED:
        return Call.id.in_(select(QualityScore.call_id).where(QualityScore.failed))
    low, high = _BANDS[quality]
    judged = select(QualityScore.call_id).where(QualityScore.score >= low, QualityScore.score < high)
    return Call.id.in_(judged)


def _lines(session: Session, ids: Sequence[int]) -> list[CallLine]:
    """These calls, in this order: a few look-ups by id, none of them larger than the page."""
    rows = session.execute(
        select(Call, Campaign.name, Customer.external_id, Customer.name)
        .outerjoin(Campaign, Campaign.id == Call.campaign_id)
        .outerjoin(Customer, Customer.id == Call.customer_id)
        .where(Call.id.in_(ids))
    ).all()
    promises = dict(
        session.execute(select(Promise.call_id, Promise.state).where(Promise.call_id.in_(ids))).all()
    )
    scores = {
        row.call_id: row for row in session.scalars(select(QualityScore).where(QualityScore.call_id.in_(ids)))
    }
    marks = dict(
        session.execute(
            select(Misunderstanding.call_id, func.count())
            .where(Misunderstanding.call_id.in_(ids))
            .group_by(Misunderstanding.call_id)
        ).all()
    )
    least, words = _heard(session, ids)
    lines = {}
    for call, campaign, key, name in rows:
        score = scores.get(call.id)
        lines[call.id] = CallLine(
            id=call.id,
            started_at=call.started_at,
            direction=call.direction,
            customer_id=call.customer_id,
            key=key,
            name=private(PrivateKind.NAME, name, key or ""),
            campaign=campaign,
            line=call.line,
            flow=call.flow,
            flow_version=call.flow_version,
            disposition=call.disposition,
            right_party=call.right_party,
            talk_s=talk_s(call),
            promise=promises.get(call.id),
            least=least.get(call.id),
            stop_words=words.get(call.id, ()),
            recorded=call.recording is not None,
            score=score.score if score else None,
            failed=score.failed if score else False,
            marks=marks.get(call.id, 0),
        )
    return [lines[call_id] for call_id in ids]


def _heard(session: Session, ids: Sequence[int]) -> tuple[dict[int, float], dict[int, tuple[str, ...]]]:
    """The least confidence, and the stop words, of each call."""
    least: dict[int, float] = {}
    words: dict[int, dict[str, None]] = {}
    for call_id, confidence, details in session.execute(
        select(TurnRecord.call_id, TurnRecord.confidence, TurnRecord.details)
        .where(TurnRecord.call_id.in_(ids), TurnRecord.speaker == "customer")
        .order_by(TurnRecord.call_id, TurnRecord.seq)
    ):
        if confidence is not None:
            least[call_id] = min(confidence, least.get(call_id, 1.0))
        for word in details.get("stop_words", ()):
            words.setdefault(call_id, {})[word] = None
    return least, {call_id: tuple(found) for call_id, found in words.items()}


def talk_s(call: Call) -> int | None:
    """How long it lasted once answered, in seconds; None: it was not."""
    return None if call.answered_at is None else int((call.ended_at - call.answered_at).total_seconds())
