"""Appending to the decision log: each record gets its id and its link with the chain's head locked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from campaigns.compliance.chain import Head, LogSeal, link
from campaigns.errors import StoreError
from campaigns.store.models import DecisionHead, DecisionRecord

CONTENT = (
    DecisionRecord.id,
    DecisionRecord.at,
    DecisionRecord.campaign_id,
    DecisionRecord.customer_id,
    DecisionRecord.number_id,
    DecisionRecord.attempt_id,
    DecisionRecord.verdict,
    DecisionRecord.reason,
    DecisionRecord.until,
    DecisionRecord.pack,
    DecisionRecord.inputs,
)
"""What a link covers, in this order."""

_NAMES = tuple(column.key for column in CONTENT)
# On the tables, not the models: this runs for every decision, and the mapping costs more than the chain.
_head = DecisionHead.metadata.tables["decision_head"]
_HEAD = select(
    _head.c.start_id, _head.c.start_link, _head.c.last_id, _head.c.link, _head.c.deletions, _head.c.seal
)
_LOCKED_HEAD = _HEAD.with_for_update()
_INSERT = insert(DecisionRecord.metadata.tables["decision"])
_MOVE_HEAD = (
    update(_head)
    .where(_head.c.id == 1)
    .values(
        last_id=bindparam("to_id"),
        link=bindparam("to_link"),
        deletions=bindparam("to_deletions"),
        seal=bindparam("sealed"),
    )
)


def append_decision(session: Session, log: LogSeal, record: dict[str, Any]) -> int:
    """Write one decision and move the head; its id. ``record``: all of ``CONTENT`` but the id.

    Other writers wait from here to the end of the transaction, so this comes last in it. Raises StoreError
    when the log's head is not what this installation sealed: then nothing may be decided.
    """
    session.flush()
    head = locked_head(session, log)
    decision_id = head.last_id + 1
    content = [decision_id, *(record.get(name) for name in _NAMES[1:])]
    new = link(head.link, content)
    values = dict(zip(_NAMES, content, strict=True)) | {"link": new}
    session.connection().execute(_INSERT, values)
    move_head(session, log, Head(head.start_id, head.start_link, decision_id, new, head.deletions))
    return decision_id


def locked_head(session: Session, log: LogSeal) -> Head:
    """The head, locked until the transaction ends. Raises StoreError when its seal does not hold."""
    head, seal = _read(session, _LOCKED_HEAD)
    if not log.holds(head, seal):
        raise StoreError(
            "the decision log was changed from outside, or the permit key is another: no call is decided on. "
            "See 'xiaorong compliance verify'"
        )
    return head


def sealed_head(session: Session, *, lock: bool = False) -> tuple[Head, str | None]:
    """The head and its seal, as they stand."""
    return _read(session, _LOCKED_HEAD if lock else _HEAD)


def move_head(session: Session, log: LogSeal, head: Head) -> None:
    session.connection().execute(
        _MOVE_HEAD,
        {
            "to_id": head.last_id,
            "to_link": head.link,
            "to_deletions": head.deletions,
            "sealed": log.of(head),
        },
    )


def _read(session: Session, statement: Any) -> tuple[Head, str | None]:
    row = session.connection().execute(statement).one_or_none()
    if row is None:
        raise StoreError("the head of the decision log is gone; restore the database from a backup")
    *head, seal = row
    return Head(*head), seal
