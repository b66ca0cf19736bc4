"""Workers come and go: what one that is no more left is settled at once, so that no customer is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from campaigns.dialing.house import House
from campaigns.dialing.settle import settle_lost
from campaigns.store import workers
from campaigns.store.database import Session
from campaigns.store.workers import Identity


def settle_orphans(session: Session, at: datetime, house: House) -> list[int]:
    """Settle what workers that are no more left, in every campaign; the attempts lost.

    Each becomes lost: it counts against every cap, as a talk too if it was dialled, and is never redialled.
    """
    # Members first: this waits for a reservation that is being made, which is then among the attempts.
    workers.put_orphans_back(session, at)
    return [
        attempt_id
        for attempt_id in workers.orphaned_attempts(session)
        if settle_lost(session, attempt_id, at, house)
    ]


def start_alone(session: Session, who: Identity, at: datetime, house: House) -> list[int]:
    """Put a worker that is known to be alone on record, and settle what any other left; the attempts lost."""
    workers.register(session, who)
    session.flush()
    workers.end_all_others(session, who.id)
    return settle_orphans(session, at, house)


def join(session: Session, who: Identity, at: datetime, house: House) -> list[int]:
    """Put a worker on record, and settle what is nobody's; the attempts lost."""
    workers.register(session, who)
    session.flush()
    return settle_orphans(session, at, house)


def end_and_settle(
    session: Session,
    worker: str,
    state: str,
    by: str,
    at: datetime,
    house: House,
    *,
    silent: timedelta | None = None,
) -> list[int]:
    """End a worker's record and settle what it left, at once; the attempts lost.

    None when its record had ended before, or that of the peer who would take over. With ``silent`` only if it
    has not beaten for so long.
    """
    if by != worker and not workers.is_alive(session, by):
        return []  # so that no two ever bury each other
    if not workers.end_worker(session, worker, state, by, silent=silent):
        return []
    return settle_orphans(session, at, house)
