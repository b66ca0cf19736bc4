"""Keys for programs that act for a user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.errors import ConflictError, NotFoundError
from campaigns.store.models import ApiToken, ConsoleUser

TOUCH_EVERY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class TokenView:
    """A key as its holder sees it in a list."""

    id: int
    user_id: int
    username: str
    name: str
    tail: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Whom a key acts for, with that user's present roles."""

    token_id: int
    user_id: int
    username: str
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    stale: bool


def add_token(
    session: Session,
    user_id: int,
    name: str,
    token_hash: str,
    tail: str,
    scopes: Sequence[str],
    *,
    at: datetime,
    expires_at: datetime,
) -> int:
    """The id of a new key. Raises ConflictError."""
    shown = " ".join(name.split())[:64]
    if not shown:
        raise ConflictError("a key needs a name that says what it is for")
    if not scopes:
        raise ConflictError("a key needs at least one scope")
    row = ApiToken(
        user_id=user_id,
        name=shown,
        token_hash=token_hash,
        tail=tail,
        scopes=sorted(set(scopes)),
        created_at=at,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return row.id


def holder_of(session: Session, token_hash: str, at: datetime) -> TokenHolder | None:
    """Whom the key acts for; None when it is not good."""
    row = session.execute(
        select(ApiToken, ConsoleUser)
        .join(ConsoleUser, ConsoleUser.id == ApiToken.user_id)
        .where(
            ApiToken.token_hash == token_hash,
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > at,
            ConsoleUser.active,
        )
    ).first()
    if row is None:
        return None
    token, user = row
    stale = token.used_at is None or at - token.used_at >= TOUCH_EVERY
    return TokenHolder(token.id, user.id, user.username, tuple(user.roles), tuple(token.scopes), stale)


def touch_token(session: Session, token_id: int, at: datetime) -> None:
    """It is in use."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(used_at=at))


def tokens_of(session: Session, user_id: int | None = None) -> list[TokenView]:
    """The keys of a user, or of everybody, the newest first."""
    query = select(ApiToken, ConsoleUser.username).join(ConsoleUser, ConsoleUser.id == ApiToken.user_id)
    if user_id is not None:
        query = query.where(ApiToken.user_id == user_id)
    return [_view(row, username) for row, username in session.execute(query.order_by(ApiToken.id.desc()))]


def token_by_id(session: Session, token_id: int) -> TokenView:
    """Raises NotFoundError."""
    row = session.get(ApiToken, token_id)
    if row is None:
        raise NotFoundError("there is no key %(token_id)s", token_id=token_id)
    return _view(row, session.get_one(ConsoleUser, row.user_id).username)


def revoke_token(session: Session, token_id: int, at: datetime) -> None:
    """It is worth nothing from now on."""
    session.execute(
        update(ApiToken).where(ApiToken.id == token_id, ApiToken.revoked_at.is_(None)).values(revoked_at=at)
    )


def _view(row: ApiToken, username: str) -> TokenView:
    return TokenView(
        row.id, row.user_id, username, row.name, row.tail, tuple(row.scopes),
        row.created_at, row.expires_at, row.used_at, row.revoked_at,
    )  # fmt: skip
