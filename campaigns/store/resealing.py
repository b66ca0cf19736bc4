"""Sealing the decision log anew, after the permit key was lost or replaced."""

from __future__ import annotations

from datetime import datetime

from campaigns.compliance.audit import Fault
from campaigns.compliance.chain import LogSeal
from campaigns.errors import ConflictError
from campaigns.store.chain import move_head, sealed_head
from campaigns.store.database import Database
from campaigns.store.deletions import Deleted, record_deletions
from campaigns.store.verify import Verified, verify

RESEALED = "resealed"


def reseal(database: Database, log: LogSeal, at: datetime, why: str) -> Verified | None:
    """Seal the log with the present key and put that on record. What verifying found before; None: it was
    sealed.

    Nothing is sealed when anything but the seal was wrong. Raises ConflictError when somebody wrote
    meanwhile.
    """
    found = verify(database, log)
    if found.broken is None:
        return None
    if found.broken.fault is not Fault.SEAL:
        return found
    with database.transaction() as session:
        head, _ = sealed_head(session, lock=True)
        if (head.last_id, head.link) != (found.last_id, found.link):
            raise ConflictError(
                "the log was written to meanwhile; stop every worker and run the command again"
            )
        move_head(session, log, head)
        record_deletions(session, log, [Deleted(at, RESEALED, None, None, None, None, 0, at, why[:255])])
    return found
