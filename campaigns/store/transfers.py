"""What came of calls that were to be handed to a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.store.models import Transfer
from telephony.transfer import Transferred


def record_transfer(session: Session, call_id: int, transfer: Transferred, at: datetime) -> None:
    """Record it, once a call: repeated, it changes nothing."""
    if session.scalar(select(Transfer.id).where(Transfer.call_id == call_id)) is not None:
        return
    session.add(
        Transfer(
            call_id=call_id,
            state=transfer.end.value,
            agent=transfer.agent,
            waited_s=transfer.waited_s,
            talked_s=transfer.talked_s,
            at=at,
        )
    )
    session.flush()
