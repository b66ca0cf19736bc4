"""The workers on record: who is alive, and who may take over from whom. All times are the database's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, literal, or_, select, update
from sqlalchemy.orm import Session

from campaigns.store.models import Attempt, Campaign, CampaignMember, WorkerRecord

ALIVE, LEFT, DEAD = "alive", "left", "dead"
KEPT = timedelta(days=30)  # how long the record of a worker that is gone is kept


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a worker is. ``id``: at most 64 characters, new for every run; ``campaign_id``: serves it alone.

    ``place`` is where ``pid`` means one process and no other: a host since its start, or a container of it.
    """

    id: str
    host: str
    place: str
    pid: int
    campaign_id: int | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """Another worker that is alive on record. ``silent_for``: since its last beat."""

    id: str
    place: str
    pid: int
    campaign_id: int | None
    silent_for: timedelta


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A worker as an operator sees it in a list. ``campaign``: the one it serves, None: all that run."""

    id: str
    host: str
    pid: int
    state: str
    campaign: str | None
    live: int
    started_at: datetime
    beat_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    silent_for: timedelta


def database_now(session: Session) -> ColumnElement[datetime]:
    """The database's time. SQLite has none of its own: there it is the machine's."""
    if session.get_bind().dialect.name == "sqlite":
        return literal(datetime.now(UTC), WorkerRecord.beat_at.type)
    return func.clock_timestamp(type_=WorkerRecord.beat_at.type)


def register(session: Session, who: Identity) -> None:
    """Put a worker on record as alive."""
    now = session.scalars(select(database_now(session))).one()
    session.add(
        WorkerRecord(
            id=who.id,
            host=who.host,
            place=who.place,
            pid=who.pid,
            campaign_id=who.campaign_id,
            started_at=now,
            beat_at=now,
        )
    )


def is_alive(session: Session, worker_id: str) -> bool:
    """Whether a worker is alive on record, which nobody can change until this transaction ends.

    To be asked first in a transaction: a peer that takes over holds this lock before any other.
    """
    alive = session.scalar(
        select(WorkerRecord.id)
        .where(WorkerRecord.id == worker_id, WorkerRecord.state == ALIVE)
        # The weakest lock: it lets the beat through and stops only who takes over.
        .with_for_update(read=True, key_share=True)
    )
    return alive is not None


def beat(session: Session, worker_id: str, live: int) -> bool:
    """Say that a worker is alive; False when it is not so on record any more."""
    beaten = session.execute(
        update(WorkerRecord)
        .where(WorkerRecord.id == worker_id, WorkerRecord.state == ALIVE)
        .values(beat_at=database_now(session), live=live)
        .returning(WorkerRecord.id)
        .execution_options(synchronize_session=False)
    ).first()
    return beaten is not None


def peers_of(session: Session, worker_id: str) -> list[Peer]:
    """Everybody else who is alive on record."""
    now = session.scalars(select(database_now(session))).one()
    rows = session.execute(
        select(
            WorkerRecord.id,
            WorkerRecord.place,
            WorkerRecord.pid,
            WorkerRecord.campaign_id,
            WorkerRecord.beat_at,
        ).where(WorkerRecord.state == ALIVE, WorkerRecord.id != worker_id)
    )
    return [
        Peer(id_, place, pid, campaign_id, now - beat_at) for id_, place, pid, campaign_id, beat_at in rows
    ]


def end_worker(
    session: Session, worker_id: str, state: str, by: str, *, silent: timedelta | None = None
) -> bool:
    """alive → left or dead, for one caller only; with ``silent`` only when it has not beaten for so long."""
    record = session.execute(
        select(WorkerRecord.beat_at)
        .where(WorkerRecord.id == worker_id, WorkerRecord.state == ALIVE)
        .with_for_update()
    ).first()
    if record is None:
        return False
    now = session.scalars(select(database_now(session))).one()
    if silent is not None and now - record.beat_at < silent:
        return False
    session.execute(
        update(WorkerRecord)
        .where(WorkerRecord.id == worker_id)
        .values(state=state, ended_at=now, ended_by=by, live=0)
        .execution_options(synchronize_session=False)
    )
    return True


def end_all_others(session: Session, worker_id: str) -> None:
    """alive → dead for everybody else: for a worker that is known to be alone."""
    session.execute(
        update(WorkerRecord)
        .where(WorkerRecord.id != worker_id, WorkerRecord.state == ALIVE)
        .values(state=DEAD, ended_at=database_now(session), ended_by=worker_id, live=0)
        .execution_options(synchronize_session=False)
    )


def orphaned_attempts(session: Session) -> list[int]:
    """Attempts reserved or dialling whose worker is not alive on record."""
    return list(
        session.scalars(
            select(Attempt.id)
            .where(
                Attempt.state.in_(("reserved", "dialing")),
                ~exists().where(WorkerRecord.id == Attempt.worker, WorkerRecord.state == ALIVE),
            )
            .order_by(Attempt.id)
        )
    )


def put_orphans_back(session: Session, at: datetime) -> int:
    """queued → waiting, due at once, for members whose worker is not alive on record; how many there were."""
    given = session.execute(
        update(CampaignMember)
        .where(
            CampaignMember.state == "queued",
            or_(
                CampaignMember.worker.is_(None),
                ~exists().where(WorkerRecord.id == CampaignMember.worker, WorkerRecord.state == ALIVE),
            ),
        )
        .values(state="waiting", next_at=at)
        .returning(CampaignMember.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(given)


def alive_ids(session: Session) -> Sequence[str]:
    return session.scalars(select(WorkerRecord.id).where(WorkerRecord.state == ALIVE)).all()


def list_workers(session: Session, *, gone: bool = False) -> list[WorkerView]:
    """Who is alive on record, the longest at work first; with ``gone`` those that are not any more too."""
    now = session.scalars(select(database_now(session))).one()
    query = (
        select(WorkerRecord, Campaign.name)
        .outerjoin(Campaign, Campaign.id == WorkerRecord.campaign_id)
        .order_by(WorkerRecord.started_at, WorkerRecord.id)
    )
    if not gone:
        query = query.where(WorkerRecord.state == ALIVE)
    return [
        WorkerView(
            record.id,
            record.host,
            record.pid,
            record.state,
            campaign,
            record.live,
            record.started_at,
            record.beat_at,
            record.ended_at,
            record.ended_by,
            now - record.beat_at,
        )
        for record, campaign in session.execute(query)
    ]


def forget_the_gone(session: Session) -> None:
    """Drop the records of workers that ended long ago."""
    now = session.scalars(select(database_now(session))).one()
    session.execute(
        delete(WorkerRecord).where(WorkerRecord.state != ALIVE, WorkerRecord.ended_at < now - KEPT)
    )
