"""Sessions of browsers that are signed in. A session is found by the hash of its random token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.store.models import ConsoleSession, ConsoleUser

TOUCH_EVERY: Final = timedelta(seconds=60)  # a page view writes nothing more often than that


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, as of now. ``stale``: it is time to note that the session is in use."""

    session_id: int
    user_id: int
    username: str
    display_name: str
    roles: tuple[str, ...]
    language: str | None
    theme: str
    stale: bool


@dataclass(frozen=True, slots=True)
class SessionView:
    """One of a user's own sessions."""

    id: int
    created_at: datetime
    seen_at: datetime
    address: str
    agent: str


def start_session(
    session: Session,
    user_id: int,
    token_hash: str,
    *,
    at: datetime,
    expires_at: datetime,
    address: str,
    agent: str,
) -> int:
    """The id of a new session."""
    row = ConsoleSession(
        user_id=user_id,
        token_hash=token_hash,
        created_at=at,
        seen_at=at,
        expires_at=expires_at,
        address=address[:64],
        agent=agent[:255],
    )
    session.add(row)
    session.flush()
    return row.id


def signed_in(session: Session, token_hash: str, *, at: datetime, idle: timedelta) -> SignedIn | None:
    """Who holds the token; None when it is not known, idle or old for too long, revoked, or not active."""
    row = session.execute(
        select(ConsoleSession, ConsoleUser)
        .join(ConsoleUser, ConsoleUser.id == ConsoleSession.user_id)
        .where(
            ConsoleSession.token_hash == token_hash,
            ConsoleSession.revoked_at.is_(None),
            ConsoleSession.expires_at > at,
            ConsoleSession.seen_at > at - idle,
            ConsoleUser.active,
        )
    ).first()
    if row is None:
        return None
    found, user = row
    return SignedIn(
        session_id=found.id,
        user_id=user.id,
        username=user.username,
        display_name=user.display_name,
        roles=tuple(user.roles),
        language=user.language,
        theme=user.theme,
        stale=at - found.seen_at >= min(TOUCH_EVERY, idle / 10),
    )


def touch_session(session: Session, session_id: int, at: datetime) -> None:
    """It is in use."""
    session.execute(update(ConsoleSession).where(ConsoleSession.id == session_id).values(seen_at=at))


def end_session(session: Session, session_id: int, at: datetime) -> None:
    """Its token is worth nothing from now on."""
    session.execute(
        update(ConsoleSession)
        .where(ConsoleSession.id == session_id, ConsoleSession.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def end_by_token(session: Session, token_hash: str, at: datetime) -> None:
    """The session with this token, if there is one, ends."""
    session.execute(
        update(ConsoleSession)
        .where(ConsoleSession.token_hash == token_hash, ConsoleSession.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def revoke_sessions(session: Session, user_id: int, at: datetime) -> None:
    """End all sessions of a user."""
    session.execute(
        update(ConsoleSession)
        .where(ConsoleSession.user_id == user_id, ConsoleSession.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def sessions_of(session: Session, user_id: int, *, at: datetime, idle: timedelta) -> list[SessionView]:
    """The sessions of a user that are good, the latest used first."""
    rows = session.scalars(
        select(ConsoleSession)
        .where(
            ConsoleSession.user_id == user_id,
            ConsoleSession.revoked_at.is_(None),
            ConsoleSession.expires_at > at,
            ConsoleSession.seen_at > at - idle,
        )
        .order_by(ConsoleSession.seen_at.desc(), ConsoleSession.id.desc())
        .limit(50)
    )
    return [SessionView(row.id, row.created_at, row.seen_at, row.address, row.agent) for row in rows]
