"""Exports on record: who took what, when, why, and how much of it left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.store.models import ExportRecord


@dataclass(frozen=True, slots=True)
class Export:
    """One export that is asked for. ``reason``: needed when it is ``personal``."""

    dataset: str
    format: str
    personal: bool
    reason: str | None
    actor: str
    file_name: str
    filters: dict[str, Any] = field(default_factory=dict)


def begin_export(session: Session, export: Export, at: datetime) -> int:
    """Put an export on record before its first row leaves; the record's id."""
    row = ExportRecord(
        begun_at=at,
        actor=export.actor[:64],
        dataset=export.dataset,
        format=export.format,
        personal=export.personal,
        reason=export.reason,
        filters=export.filters,
        file_name=export.file_name[:255],
    )
    session.add(row)
    session.flush()
    return row.id


def close_export(session: Session, record_id: int, rows: int, at: datetime) -> None:
    """How many rows left."""
    session.execute(update(ExportRecord).where(ExportRecord.id == record_id).values(rows=rows, closed_at=at))


def exports_on_record(session: Session, limit: int = 50) -> Sequence[ExportRecord]:
    """The latest exports, newest first."""
    return session.scalars(select(ExportRecord).order_by(ExportRecord.id.desc()).limit(limit)).all()
