"""Deleting records past their time, with each deletion on record in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Update, delete, func, select, update
from sqlalchemy.orm import Session

from campaigns.compliance.chain import ZERO, LogSeal, link
from campaigns.compliance.due import Fate
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.keeping import WRITTEN, Kept, Retention, Written
from campaigns.store.chain import CONTENT, locked_head
from campaigns.store.database import Database
from campaigns.store.deletions import DECISIONS, Deleted, record_deletions
from campaigns.store.models import (
    Call,
    DecisionRecord,
    FollowUp,
    Message,
    QualityScore,
    TextReceived,
    TurnRecord,
)
from campaigns.store.retention import KINDS, PAGE, Judge, Record, records

_EMPTIED: dict[Written, Update] = {
    "messages": update(Message).values(body=""),
    "texts": update(TextReceived).values(text=""),
    "notes": update(FollowUp).values(note=None),
}


class Shelf(Protocol):
    """Where recordings lie."""

    def delete(self, name: str) -> None:
        """Delete a recording; harmless when it is gone."""
        ...


class Sweeper:
    """Deletes what is past its time at ``now``. The log of decisions must have been verified before."""

    def __init__(
        self,
        database: Database,
        pack: EffectivePack,
        log: LogSeal,
        shelf: Shelf,
        now: datetime,
        rules: Retention | None = None,
    ) -> None:
        self._database, self._log, self._shelf, self._now = database, log, shelf, now
        self._judge, self._why = Judge(pack, now, rules), pack.label

    def sweep(self) -> dict[Kept | Written, int]:
        """How many of each kind were deleted. Run again after a crash, it goes on."""
        return {
            "recordings": self._calls("recordings"),
            "transcripts": self._calls("transcripts"),
            "decisions": self._older_decisions() + self._decisions(),
            **{kind: self._words(kind) for kind in WRITTEN},
        }

    def _words(self, kind: Written) -> int:
        """What was written goes; that it was, to whom and when, stays: counts and wishes rest on it."""
        after = deleted = 0
        while True:
            with self._database.transaction() as session:
                page = records(session, self._judge, kind, after)
                due = self._due(session, kind, page)
                if due:
                    session.execute(_EMPTIED[kind].where(KINDS[kind].id.in_([each.id for each in due])))
                    newest = max(record.at for record in due)
                    gone = Deleted(self._now, kind, None, None, None, None, len(due), newest, self._why)
                    record_deletions(session, self._log, [gone])
            deleted += len(due)
            if len(page) < PAGE:
                return deleted
            after = page[-1].id

    def _calls(self, kind: Kept) -> int:
        after = deleted = 0
        while True:
            with self._database.transaction() as session:
                page = records(session, self._judge, kind, after)
                due = self._due(session, kind, page)
                if kind == "recordings":
                    self._delete_recordings(session, due)
                else:
                    self._delete_transcripts(session, due)
            deleted += len(due)
            if len(page) < PAGE:
                return deleted
            after = page[-1].id

    def _due(self, session: Session, kind: Kept | Written, page: Sequence[Record]) -> list[Record]:
        fates = self._judge.fates(session, kind, page)
        return [record for record, what in zip(page, fates, strict=True) if what is Fate.DELETE]

    def _delete_recordings(self, session: Session, due: Sequence[Record]) -> None:
        ids = [record.id for record in due]
        names = session.execute(select(Call.recording, Call.carrier_recording).where(Call.id.in_(ids)))
        # The file first: a crash in between leaves a name without a file, which is swept again.
        for name in (name for pair in names for name in pair):
            if name is not None:
                self._shelf.delete(name)
        session.execute(update(Call).where(Call.id.in_(ids)).values(recording=None, carrier_recording=None))
        record_deletions(session, self._log, [self._of_call("recordings", record, 1) for record in due])

    def _delete_transcripts(self, session: Session, due: Sequence[Record]) -> None:
        ids = [record.id for record in due]
        counts = select(TurnRecord.call_id, func.count()).where(TurnRecord.call_id.in_(ids))
        turns = dict(session.execute(counts.group_by(TurnRecord.call_id)).all())
        session.execute(delete(TurnRecord).where(TurnRecord.call_id.in_(ids)))
        session.execute(update(Call).where(Call.id.in_(ids)).values(brief=None))
        # What a person noted of it may tell what was said.
        session.execute(update(QualityScore).where(QualityScore.call_id.in_(ids)).values(note=None))
        record_deletions(
            session,
            self._log,
            [self._of_call("transcripts", record, turns.get(record.id, 0)) for record in due],
        )

    def _of_call(self, kind: Kept, record: Record, count: int) -> Deleted:
        return Deleted(self._now, kind, record.id, None, None, None, count, record.at, self._why)

    def _decisions(self) -> int:
        """Those of the chain, in runs: the link of the last of a run stays, for the next to follow."""
        with self._database.transaction() as session:
            after, deleted = locked_head(session, self._log).start_id, 0
        while True:
            with self._database.transaction() as session:
                page = records(session, self._judge, "decisions", after)
                due = self._due(session, "decisions", page)
                links = dict(
                    session.execute(
                        select(DecisionRecord.id, DecisionRecord.link).where(
                            DecisionRecord.id.in_([record.id for record in due])
                        )
                    ).all()
                )
                self._delete_runs(session, [(run, links[run[-1].id]) for run in _runs(due)])
            deleted += len(due)
            if len(page) < PAGE:
                return deleted
            after = page[-1].id

    def _older_decisions(self) -> int:
        """Those from before the chain: one link covers what is left of them."""
        with self._database.transaction() as session:
            start_id = locked_head(session, self._log).start_id
            due: list[Record] = []
            after = 0
            while after < start_id:
                page = [r for r in records(session, self._judge, "decisions", after) if r.id <= start_id]
                due += self._due(session, "decisions", page)
                if len(page) < PAGE:
                    break
                after = page[-1].id
            if due:
                covered = self._link_of_the_rest(session, start_id, {record.id for record in due})
                self._delete_runs(session, [(run, covered) for run in _runs(due)])
        return len(due)

    def _link_of_the_rest(self, session: Session, start_id: int, without: set[int]) -> str:
        covered = ZERO
        query = select(*CONTENT).where(DecisionRecord.id <= start_id).order_by(DecisionRecord.id)
        for row in session.execute(query, execution_options={"yield_per": PAGE}):
            if row[0] not in without:
                covered = link(covered, tuple(row))
        return covered

    def _delete_runs(self, session: Session, runs: list[tuple[list[Record], str | None]]) -> None:
        record_deletions(
            session,
            self._log,
            [
                Deleted(
                    self._now,
                    DECISIONS,
                    None,
                    run[0].id,
                    run[-1].id,
                    last_link,
                    len(run),
                    max(record.at for record in run),
                    self._why,
                )
                for run, last_link in runs
            ],
        )
        for run, _ in runs:
            session.execute(delete(DecisionRecord).where(DecisionRecord.id.between(run[0].id, run[-1].id)))


def _runs(due: Sequence[Record]) -> Iterator[list[Record]]:
    """Records whose ids follow one another."""
    run: list[Record] = []
    for record in due:
        if run and record.id != run[-1].id + 1:
            yield run
            run = []
        run.append(record)
    if run:
        yield run
