"""Words on the state of numbers: each is kept, and the one that counts is the number's state.

A state is the number's, so it holds for every customer who has it. A number that was given to somebody else
is nobody's here any more: the link to the customers who had it ends, on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.customers.numbers.trust import Policy, Word, shipped_trust
from campaigns.store.models import NumberReport, PhoneNumber
from telephony.status import NumberStatus

CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Report:
    """A word on one number; ``campaign_id``: whose call taught it."""

    e164: str
    word: Word
    campaign_id: int | None = None


@dataclass(slots=True)
class Recorded:
    """What became of words: ``taken`` for the number's state, ``weaker`` than what was known, ``known`` word
    for word, about a ``strange`` number that nobody here has; ``purged``: numbers whose customers lost them.
    """

    taken: int = 0
    weaker: int = 0
    known: int = 0
    strange: int = 0
    purged: int = 0
    strange_numbers: list[str] = field(default_factory=list)


def record_reports(
    session: Session, reports: Iterable[Report], *, now: datetime, policy: Policy | None = None
) -> Recorded:
    """Put words on record, and on the numbers where they count."""
    policy = policy or Policy(shipped_trust())
    done = Recorded()
    remaining = iter(reports)
    while chunk := list(islice(remaining, CHUNK)):
        _record(session, chunk, now, policy, done)
    return done


def _record(session: Session, chunk: list[Report], now: datetime, policy: Policy, done: Recorded) -> None:
    e164s = sorted({report.e164 for report in chunk})
    states = _states(session, e164s, policy, now)
    said = _said(session, e164s)
    for e164, known in states.items():
        if known is not None and (e164, known) not in said:  # told before words were kept, or by an import
            session.add(_row(Report(e164, known), known.at, taken=True))
            said.add((e164, known))
    for report in chunk:
        if report.e164 not in states:
            done.strange += 1
            done.strange_numbers.append(report.e164)
            continue
        if (report.e164, report.word) in said:
            done.known += 1
            continue
        taken = policy.takes(states[report.e164], report.word, now)
        session.add(_row(report, now, taken=taken))
        said.add((report.e164, report.word))
        if taken:
            states[report.e164] = report.word
            done.taken += 1
            done.purged += _set(session, report)
        else:
            done.weaker += 1
    session.flush()


def _states(session: Session, e164s: Sequence[str], policy: Policy, now: datetime) -> dict[str, Word | None]:
    """What is known of each number that somebody has, locked; of two customers' rows the one that counts."""
    rows = session.execute(
        select(PhoneNumber.e164, PhoneNumber.status, PhoneNumber.status_source, PhoneNumber.status_at)
        .where(PhoneNumber.e164.in_(e164s))
        .order_by(PhoneNumber.id)
        .with_for_update()
    )
    states: dict[str, Word | None] = {}
    for e164, status, source, at in rows:
        word = None if at is None else Word(NumberStatus(status), source, at)
        before = states.get(e164)
        if before is None or (word is not None and policy.takes(before, word, now)):
            states[e164] = word
    return states


def _said(session: Session, e164s: Sequence[str]) -> set[tuple[str, Word]]:
    rows = session.execute(
        select(NumberReport.e164, NumberReport.status, NumberReport.source, NumberReport.at).where(
            NumberReport.e164.in_(e164s)
        )
    )
    return {(e164, Word(NumberStatus(status), source, at)) for e164, status, source, at in rows}


def _row(report: Report, recorded_at: datetime, *, taken: bool) -> NumberReport:
    word = report.word
    return NumberReport(
        e164=report.e164,
        status=word.status,
        source=word.source,
        at=word.at,
        recorded_at=recorded_at,
        taken=taken,
        campaign_id=report.campaign_id,
    )


def _set(session: Session, report: Report) -> int:
    """Write the state on the number, whoever has it; how many customers lost it by this."""
    word = report.word
    mine = PhoneNumber.e164 == report.e164
    session.execute(
        update(PhoneNumber)
        .where(mine)
        .values(status=word.status, status_source=word.source, status_at=word.at)
        .execution_options(synchronize_session=False)
    )
    if word.status is not NumberStatus.RECYCLED:
        return 0
    lost = session.execute(
        update(PhoneNumber)
        .where(mine, PhoneNumber.purged_at.is_(None))
        .values(purged_at=word.at)
        .returning(PhoneNumber.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(lost)
