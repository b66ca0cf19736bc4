"""People's work that is done, for pages and programs alike."""

from __future__ import annotations

from campaigns.console.visit import Visit
from campaigns.errors import ConflictError
from campaigns.store.console.audit import Deed
from campaigns.store.followups import close_follow_up


def close_work(visit: Visit, number: int, note: str) -> str:
    """Close a piece of work; ``note``, what came of it, is kept with it and in the audit log. Its reason.

    Raises NotFoundError; ConflictError without a note, or when it is closed already.
    """
    if not note.strip():
        raise ConflictError("say what came of it")
    with visit.changing() as session:
        reason = close_follow_up(session, number, at=visit.now, by=visit.who.username, note=note)
        deed = Deed("followups.closed", "follow_up", str(number), after={"kind": reason}, reason=note)
        visit.record(session, deed)
    return reason
