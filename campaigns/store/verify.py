"""Verifying the decision log: page by page, so that neither memory nor writers are held up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, exists, func, select

from campaigns.compliance.audit import Broken, Fault, Gap, Link, Walk, at_the_end, one_link
from campaigns.compliance.chain import ZERO, Head, LogSeal, link
from campaigns.store import deletions
from campaigns.store.chain import CONTENT, sealed_head
from campaigns.store.database import Database, Session
from campaigns.store.models import Attempt, DecisionRecord, Deletion

PAGE = 2000

Query = Select[*tuple[Any, ...]]
Found = Row[*tuple[Any, ...]]
Run = Callable[[Query], Sequence[Found]]

_RECORDS = select(*CONTENT, DecisionRecord.link)
_GAPS = select(Deletion.first_id, Deletion.last_id, Deletion.last_link).where(
    Deletion.kind == deletions.DECISIONS
)
_DELETIONS = select(*deletions.CONTENT, Deletion.link)


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying found. ``older`` records were written before there was a chain; ``link`` is the last."""

    broken: Broken | None
    records: int
    older: int
    deleted: int
    last_id: int
    link: str
    seconds: float


def verify(
    database: Database,
    log: LogSeal,
    *,
    noted: tuple[int, str] | None = None,
    progress: Callable[[int], None] = lambda _records: None,
) -> Verified:
    """Walk the whole log. ``noted``: id and link of an earlier head, which must still be part of it.

    Raises StoreError when the database cannot be read. Calls may go on meanwhile: only the last page is read
    with the head locked.
    """

    def paged(query: Query) -> Sequence[Found]:
        with database.transaction() as session:
            return session.execute(query).all()

    began = time.perf_counter()
    with database.transaction() as session:
        head, _ = sealed_head(session)
    audit = _Audit(head, noted, progress)
    broken = audit.older_records(paged)
    if broken is None:
        # Faults are looked at again with the head locked: a deletion may have come in between two pages.
        audit.go_on(paged)
        with database.transaction() as session:
            broken = audit.come_to_the_end(session, log)
    walk = audit.walk
    return Verified(
        broken, walk.records, audit.older, walk.deleted, walk.last_id, walk.link, time.perf_counter() - began
    )


class _Audit:
    """How far verifying has come."""

    def __init__(self, head: Head, noted: tuple[int, str] | None, progress: Callable[[int], None]) -> None:
        self.walk = Walk(head.start_id, head.start_link)
        self.older = 0
        self._head, self._noted, self._progress = head, noted, progress
        self._rewritten: Broken | None = None
        self._deletion_id, self._deletions = 0, ZERO

    def older_records(self, run: Run) -> Broken | None:
        """Those from before the chain: one link covers them, or what deletions in time left of them."""
        start_id = self._head.start_id
        if start_id == 0:
            return None
        left = (
            select(Deletion.last_link)
            .where(Deletion.kind == deletions.DECISIONS, Deletion.last_id <= start_id)
            .order_by(Deletion.id.desc())
            .limit(1)
        )
        while True:
            expected, self.older = run(left), 0
            rows = _rows(run, _RECORDS.where(DecisionRecord.id <= start_id), DecisionRecord.id, 0)
            covered = one_link(self._counted(rows))
            if run(left) == expected:  # nothing was deleted in between
                break
        holds = covered == (expected[0][0] if expected else self._head.start_link)
        return None if holds else Broken(Fault.OLDER, 1, start_id)

    def _counted(self, rows: Iterator[Found]) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            self.older += 1
            self._progress(self.older)
            yield tuple(row)[:-1]

    def go_on(self, run: Run) -> Broken | None:
        """Along all that is there now."""
        gaps = (
            Gap(row[0], row[1], row[2]) for row in _rows(run, _GAPS, Deletion.first_id, self.walk.last_id)
        )
        rows = _rows(run, _RECORDS, DecisionRecord.id, self.walk.last_id)
        broken = self.walk.along(self._watched(rows), gaps)
        return broken or self._rewritten or self._deletion_log(run)

    def _watched(self, rows: Iterator[Found]) -> Iterator[Link]:
        for number, row in enumerate(rows, self.older + self.walk.records + 1):
            content, written = row[:-1], row[-1]
            if self._noted is not None and content[0] == self._noted[0] and written != self._noted[1]:
                self._rewritten = Broken(Fault.REWRITTEN, content[0], content[0])
            if number % PAGE == 0:
                self._progress(number)
            yield Link(content, written)

    def _deletion_log(self, run: Run) -> Broken | None:
        for row in _rows(run, _DELETIONS, Deletion.id, self._deletion_id):
            content, written = row[:-1], row[-1]
            expected = self._deletion_id + 1
            if content[0] != expected or link(self._deletions, content) != written:
                return Broken(Fault.DELETIONS, expected, content[0])
            self._deletion_id, self._deletions = expected, written
        return None

    def come_to_the_end(self, session: Session, log: LogSeal) -> Broken | None:
        """What came in meanwhile, and whether all of it ends where the sealed head says. Nobody writes."""
        head, seal = sealed_head(session, lock=True)
        broken = self.go_on(lambda query: session.execute(query).all()) or at_the_end(self.walk, head)
        if broken is not None:
            return broken
        if self._deletions != head.deletions:
            return Broken(Fault.DELETIONS, self._deletion_id + 1, self._deletion_id + 1)
        if not log.holds(head, seal):
            return Broken(Fault.SEAL, head.last_id, head.last_id)
        if self._noted is not None and self._noted[0] > head.last_id:
            return Broken(Fault.TRUNCATED, head.last_id + 1, self._noted[0])
        return _dial_without_decision(session)


def _dial_without_decision(session: Session) -> Broken | None:
    """Every attempt has its decision, unless that went in time."""
    deleted_until = session.scalar(
        select(func.max(Deletion.newest_at)).where(Deletion.kind == deletions.DECISIONS)
    )
    query = select(func.min(Attempt.id)).where(~exists().where(DecisionRecord.attempt_id == Attempt.id))
    if deleted_until is not None:
        query = query.where(Attempt.reserved_at > deleted_until)
    attempt_id = session.scalar(query)
    return None if attempt_id is None else Broken(Fault.ATTEMPT, attempt_id, attempt_id)


def _rows(run: Run, query: Query, key: Any, after: int) -> Iterator[Found]:
    """The rows of ``query`` beyond ``after``, by ``key``, which is its first column."""
    while True:
        page = run(query.where(key > after).order_by(key).limit(PAGE))
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1][0]
