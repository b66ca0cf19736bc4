"""Versions of the scripts on record, and which of them is in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from campaigns.errors import NotFoundError
from campaigns.store.models import ScriptVersion


@dataclass(frozen=True, slots=True)
class Version:
    """One version. ``flows``: name → the version that calls of it name; ``made_by`` empty: adopted."""

    id: int
    digest: str
    flows: Mapping[str, str]
    note: str
    made_by: str
    made_at: datetime
    published_by: str | None
    published_at: datetime | None

    @property
    def label(self) -> str:
        return self.digest[:12]


def keep_version(
    session: Session,
    language: str,
    digest: str,
    packed: bytes,
    flows: Mapping[str, str],
    *,
    by: str,
    at: datetime,
    note: str = "",
) -> Version:
    """The version with this content, put on record where it is not there."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(ScriptVersion)
        .values(
            language=language, digest=digest, content=packed, flows=dict(flows), note=note[:255],
            made_by=by[:64], made_at=at,
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    wanted = select(ScriptVersion).where(ScriptVersion.language == language, ScriptVersion.digest == digest)
    return _view(session.scalars(wanted).one())


def publish(session: Session, version_id: int, *, by: str, at: datetime) -> Version:
    """Put it in force. Raises NotFoundError."""
    row = session.get(ScriptVersion, version_id, with_for_update=True)
    if row is None:
        raise NotFoundError("there is no version %(id)s of the scripts", id=version_id)
    latest = session.scalar(
        select(func.max(ScriptVersion.published_at)).where(ScriptVersion.language == row.language)
    )
    row.published_by = by[:64]
    row.published_at = at if latest is None else max(at, latest + timedelta(microseconds=1))
    session.flush()
    return _view(row)


def in_force(session: Session, language: str) -> Version | None:
    """What calls are held with; None: nobody has called yet."""
    row = session.scalar(_latest_published(language))
    return None if row is None else _view(row)


def in_force_at(session: Session, language: str, at: datetime) -> Version | None:
    """What was in force then; None: nothing that is known, as of one that was published again since."""
    row = session.scalar(_latest_published(language).where(ScriptVersion.published_at <= at))
    return None if row is None else _view(row)


def _latest_published(language: str) -> Select[ScriptVersion]:
    return (
        select(ScriptVersion)
        .where(ScriptVersion.language == language, ScriptVersion.published_at.is_not(None))
        .order_by(ScriptVersion.published_at.desc(), ScriptVersion.id.desc())
        .limit(1)
    )


def versions(session: Session, language: str, limit: int = 50) -> list[Version]:
    """The newest first."""
    rows = session.scalars(
        select(ScriptVersion)
        .where(ScriptVersion.language == language)
        .order_by(ScriptVersion.id.desc())
        .limit(limit)
    )
    return [_view(row) for row in rows]


def version_of_flow(session: Session, language: str, flow: str, version: str) -> Version | None:
    """A version in which a flow is as calls name it; None: none that is on record."""
    return next((each for each in versions(session, language) if each.flows.get(flow) == version), None)


def version_by_id(session: Session, version_id: int) -> Version:
    """Raises NotFoundError."""
    row = session.get(ScriptVersion, version_id)
    if row is None:
        raise NotFoundError("there is no version %(id)s of the scripts", id=version_id)
    return _view(row)


def content_of(session: Session, version_id: int) -> bytes:
    """Its files, packed. Raises NotFoundError."""
    found = session.scalar(select(ScriptVersion.content).where(ScriptVersion.id == version_id))
    if found is None:
        raise NotFoundError("there is no version %(id)s of the scripts", id=version_id)
    return found


def copy_in_force(session: Session, target: Session, language: str) -> None:
    """Let another store hold its calls with the same."""
    version = in_force(session, language)
    if version is None or version.published_at is None:
        return
    kept = keep_version(
        target, language, version.digest, content_of(session, version.id), version.flows,
        by=version.made_by, at=version.made_at,
    )  # fmt: skip
    publish(target, kept.id, by=version.published_by or "", at=version.published_at)


def _view(row: ScriptVersion) -> Version:
    return Version(
        row.id, row.digest, row.flows, row.note, row.made_by, row.made_at, row.published_by, row.published_at
    )
