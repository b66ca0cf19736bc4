"""Files that were brought in, and the mappings that people saved for the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.errors import ConflictError, NotFoundError
from campaigns.store.models import ColumnMapping, Upload

OPEN = ("uploaded", "checked")


@dataclass(frozen=True, slots=True)
class UploadView:
    """A file and how far it is. ``columns``: campaigns.customers.intake.columns.Columns as JSON."""

    id: int
    kind: str
    file_name: str
    stored: str
    bytes: int
    sha256: str
    columns: dict[str, Any]
    state: str
    checked: dict[str, Any]
    imported: dict[str, Any]
    rejected: str | None
    user_id: int
    by: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class NewUpload:
    """A file that is there, under the name ``stored``."""

    kind: str
    file_name: str
    stored: str
    bytes: int
    sha256: str
    columns: Mapping[str, Any]


def add_upload(session: Session, new: NewUpload, *, user_id: int, by: str, at: datetime) -> int:
    """The id of the upload."""
    row = Upload(
        kind=new.kind, file_name=new.file_name[-255:], stored=new.stored, bytes=new.bytes, sha256=new.sha256,
        columns=dict(new.columns), user_id=user_id, by=by[:64], created_at=at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def upload_by_id(session: Session, upload_id: int) -> UploadView:
    """Raises NotFoundError."""
    row = session.get(Upload, upload_id, populate_existing=True)
    if row is None:
        raise NotFoundError("there is no file %(upload_id)s", upload_id=upload_id)
    return _view(row)


def uploads_page(session: Session, *, before_id: int | None = None, limit: int = 25) -> list[UploadView]:
    """Up to ``limit`` files with ids below ``before_id``, newest first."""
    query = select(Upload)
    if before_id is not None:
        query = query.where(Upload.id < before_id)
    return [_view(row) for row in session.scalars(query.order_by(Upload.id.desc()).limit(limit))]


def left_over(session: Session, before: datetime) -> list[UploadView]:
    """Files that were brought in before and never imported."""
    query = select(Upload).where(Upload.state.in_(OPEN), Upload.created_at < before)
    return [_view(row) for row in session.scalars(query)]


def set_columns(session: Session, upload_id: int, columns: Mapping[str, Any]) -> None:
    """Read it another way: what was checked no longer holds. Raises NotFoundError, ConflictError."""
    row = _open(session, upload_id)
    row.columns, row.state, row.checked, row.rejected = dict(columns), "uploaded", {}, None


def set_checked(session: Session, upload_id: int, counts: Mapping[str, Any], rejected: str | None) -> None:
    """uploaded → checked."""
    row = _open(session, upload_id)
    row.state, row.checked, row.rejected = "checked", dict(counts), rejected


def set_imported(
    session: Session, upload_id: int, counts: Mapping[str, Any], rejected: str | None, at: datetime
) -> None:
    """checked → imported."""
    row = _open(session, upload_id)
    row.state, row.imported, row.rejected, row.finished_at = "imported", dict(counts), rejected, at


def discard(session: Session, upload_id: int, at: datetime) -> None:
    """It will not be imported. Raises ConflictError when it was."""
    row = _open(session, upload_id)
    row.state, row.finished_at = "discarded", at


def saved_mappings(session: Session, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Name and columns of those saved for files of this kind."""
    query = select(ColumnMapping.name, ColumnMapping.columns).where(ColumnMapping.kind == kind)
    return [(name, columns) for name, columns in session.execute(query.order_by(ColumnMapping.name))]


def save_mapping(
    session: Session, kind: str, name: str, columns: Mapping[str, Any], *, by: str, at: datetime
) -> None:
    """Save it under a name; one that is there is replaced."""
    row = session.scalar(select(ColumnMapping).where(ColumnMapping.kind == kind, ColumnMapping.name == name))
    if row is None:
        row = ColumnMapping(kind=kind, name=name)
        session.add(row)
    row.columns, row.by, row.at = dict(columns), by[:64], at


def _open(session: Session, upload_id: int) -> Upload:
    row = session.get(Upload, upload_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError("there is no file %(upload_id)s", upload_id=upload_id)
    if row.state not in OPEN:
        raise ConflictError("this file was imported or discarded already; bring it in again")
    return row


def _view(row: Upload) -> UploadView:
    return UploadView(
        row.id, row.kind, row.file_name, row.stored, row.bytes, row.sha256, row.columns, row.state,
        row.checked, row.imported, row.rejected, row.user_id, row.by, row.created_at, row.finished_at,
    )  # fmt: skip
