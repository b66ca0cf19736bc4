"""What the console keeps: users, their sessions and tokens, what they did, and the work they started.

No secret is kept as it is: passwords as argon2 hashes, tokens as SHA-256 of random bytes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.store.models.base import Base
from campaigns.store.sealed.types import SealedJson, SealedText, SealedWord


class ConsoleUser(Base):
    """Somebody who may sign in. ``password_hash`` None: has not set one yet."""

    __tablename__ = "console_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)  # in lower case
    display_name: Mapped[str] = mapped_column(SealedText("console_user.display_name", 64))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    roles: Mapped[list[str]] = mapped_column(default=list)  # campaigns.console.access.permissions.Role
    language: Mapped[str | None] = mapped_column(String(8))  # None: as the browser asks
    theme: Mapped[str] = mapped_column(String(8), default="auto", server_default="auto")
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ConsoleSetup(Base):
    """A one-time token with which a user sets a password. ``user_id`` None: makes the first administrator."""

    __tablename__ = "console_setup"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("console_user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ConsoleSession(Base):
    """A browser that is signed in."""

    __tablename__ = "console_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("console_user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]  # at the latest, however busy it is
    address: Mapped[str] = mapped_column(SealedWord("address", 64))
    agent: Mapped[str] = mapped_column(SealedText("console_session.agent", 255))
    revoked_at: Mapped[datetime | None]


class SignInThrottle(Base):
    """Failures to sign in, of one account or one address. ``key``: its kind and a hash of it."""

    __tablename__ = "sign_in_throttle"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    blocked_until: Mapped[datetime | None]


class AuditEntry(Base):
    """One view of personal data, or one change. Append-only by trigger; personal values are masked."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_when", "at", "id"),
        Index("ix_audit_entry_who", "by", "at", "id"),
        Index("ix_audit_entry_what", "action", "at", "id"),
        Index("ix_audit_entry_deeds", "by", "action", "at", "id"),
        Index("ix_audit_entry_whom", "subject_kind", "subject", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("console_user.id"), index=True)
    by: Mapped[str] = mapped_column(String(64))  # the username then; empty: nobody who is known
    via: Mapped[str] = mapped_column(String(16))  # session, token, command, job
    address: Mapped[str] = mapped_column(SealedWord("address", 64))
    action: Mapped[str] = mapped_column(String(48))
    subject_kind: Mapped[str] = mapped_column(String(24))
    subject: Mapped[str] = mapped_column(String(64))
    before: Mapped[dict[str, Any]] = mapped_column(SealedJson("audit_entry.before"), default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(SealedJson("audit_entry.after"), default=dict)
    reason: Mapped[str] = mapped_column(SealedText("audit_entry.reason", 255), default="")


class ApiToken(Base):
    """A key for programs, which acts for a user within ``scopes``. Shown once."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("console_user.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    tail: Mapped[str] = mapped_column(String(4))  # so that its holder knows which one it is
    scopes: Mapped[list[str]] = mapped_column(default=list)  # actions
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Approval(Base):
    """What a second person must agree to. ``state``: pending, approved, refused or withdrawn."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name="four_eyes"),
        Index("ix_approval_subject", "subject_kind", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(String(48))
    subject_kind: Mapped[str] = mapped_column(String(24))
    subject: Mapped[str] = mapped_column(String(64))
    # What exactly was asked for.
    details: Mapped[dict[str, Any]] = mapped_column(SealedJson("approval.details"), default=dict)
    state: Mapped[str] = mapped_column(String(16), default="pending", index=True)
    requested_by: Mapped[int] = mapped_column(ForeignKey("console_user.id"))
    requested_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("console_user.id"))
    decided_at: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(SealedText("approval.comment", 255), default="")


class Job(Base):
    """Work that outlasts a request. ``state``: queued, running, done, failed or stopped."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_subject", "subject_kind", "subject", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(48))
    subject_kind: Mapped[str] = mapped_column(String(24))
    subject: Mapped[str] = mapped_column(String(64))
    arguments: Mapped[dict[str, Any]] = mapped_column(SealedJson("job.arguments"), default=dict)
    state: Mapped[str] = mapped_column(String(16), default="queued", index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)  # 0: not known
    note: Mapped[str] = mapped_column(SealedText("job.note", 255), default="")
    result: Mapped[dict[str, Any]] = mapped_column(SealedJson("job.result"), default=dict)
    error: Mapped[str | None] = mapped_column(SealedText("job.error"))
    stop_asked: Mapped[bool] = mapped_column(default=False)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("console_user.id"))
    by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
