"""Users of the console: who they are, their roles, and the one-time tokens with which they set a password."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from campaigns.errors import ConflictError, NotFoundError
from campaigns.store.console.sessions import revoke_sessions
from campaigns.store.models import ConsoleSetup, ConsoleUser

USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
ADMINISTRATOR: Final = "administrator"


@dataclass(frozen=True, slots=True)
class UserView:
    """A user as others may see them. ``ready``: has set a password."""

    id: int
    username: str
    display_name: str
    roles: tuple[str, ...]
    language: str | None
    theme: str
    active: bool
    ready: bool
    created_at: datetime


def username_of(text: str) -> str:
    """A user's name in its one form. Raises ConflictError."""
    name = text.strip().lower()
    if not USERNAME.fullmatch(name):
        raise ConflictError("a username has 2 to 64 letters, digits, '.', '_', '-' or '@'")
    return name


def has_users(session: Session) -> bool:
    """Whether anybody may sign in yet."""
    return session.scalar(select(ConsoleUser.id).limit(1)) is not None


def has_administrator(session: Session) -> bool:
    """Whether anybody may make users."""
    return any(user.active and ADMINISTRATOR in user.roles for user in list_users(session))


def list_users(session: Session) -> list[UserView]:
    """All users, by name."""
    return [_view(user) for user in session.scalars(select(ConsoleUser).order_by(ConsoleUser.username))]


def user_by_id(session: Session, user_id: int) -> UserView:
    """Raises NotFoundError."""
    return _view(_row(session, user_id))


def user_by_name(session: Session, username: str) -> UserView:
    """Raises NotFoundError."""
    user = session.scalar(select(ConsoleUser).where(ConsoleUser.username == username.strip().lower()))
    if user is None:
        raise NotFoundError("there is no user %(username)r; see 'xiaorong users list'", username=username)
    return _view(user)


def password_hash_of(session: Session, username: str) -> tuple[int, str] | None:
    """The id and password hash of an active user who has set one; None for anybody else."""
    row = session.execute(
        select(ConsoleUser.id, ConsoleUser.password_hash).where(
            ConsoleUser.username == username.strip().lower(), ConsoleUser.active
        )
    ).first()
    return None if row is None or row.password_hash is None else (row.id, row.password_hash)


def add_user(
    session: Session, username: str, display_name: str, roles: Sequence[str], at: datetime
) -> UserView:
    """A user without a password. Raises ConflictError: the name is taken or cannot be."""
    name, shown = username_of(username), " ".join(display_name.split())[:64]
    if session.scalar(select(ConsoleUser.id).where(ConsoleUser.username == name)) is not None:
        raise ConflictError("there is a user of this name already; choose another")
    if not roles:
        raise ConflictError("a user needs at least one role")
    user = ConsoleUser(
        username=name, display_name=shown or name, roles=sorted(set(roles)), created_at=at, updated_at=at
    )
    session.add(user)
    session.flush()
    return _view(user)


def change_user(
    session: Session, user_id: int, *, display_name: str, roles: Sequence[str], active: bool, at: datetime
) -> tuple[UserView, UserView]:
    """The user before and after; with other roles, or not active any more, they must sign in again.

    Raises NotFoundError; ConflictError when no administrator would be left.
    """
    user = _row(session, user_id)
    before = _view(user)
    if not roles:
        raise ConflictError("a user needs at least one role")
    if _administers(before) and not (active and ADMINISTRATOR in roles):
        others = [each for each in list_users(session) if each.id != user_id and _administers(each)]
        if not others:
            raise ConflictError("this is the only administrator: make somebody else one first")
    user.display_name = " ".join(display_name.split())[:64] or user.username
    user.roles, user.active, user.updated_at = sorted(set(roles)), active, at
    session.flush()
    after = _view(user)
    if (before.roles, before.active) != (after.roles, after.active):
        revoke_sessions(session, user_id, at)
    return before, after


def set_preferences(
    session: Session, user_id: int, *, language: str | None, theme: str, at: datetime
) -> None:
    """How the console looks to a user. Raises NotFoundError."""
    user = _row(session, user_id)
    user.language, user.theme, user.updated_at = language, theme, at


def set_password(session: Session, user_id: int, password_hash: str, at: datetime) -> None:
    """Every session of the user ends. Raises NotFoundError."""
    user = _row(session, user_id)
    user.password_hash, user.updated_at = password_hash, at
    revoke_sessions(session, user_id, at)


def rehash_password(session: Session, user_id: int, old: str, new: str) -> None:
    """Keep the same password under stronger parameters, unless it was changed meanwhile."""
    session.execute(
        update(ConsoleUser)
        .where(ConsoleUser.id == user_id, ConsoleUser.password_hash == old)
        .values(password_hash=new)
    )


def add_setup(
    session: Session, user_id: int | None, token_hash: str, at: datetime, expires_at: datetime
) -> None:
    """A one-time token, of which only a hash is kept; earlier ones of the same user are void."""
    if session.get_bind().dialect.name == "postgresql":  # two at once would not see each other's
        session.execute(text("LOCK TABLE console_setup IN SHARE ROW EXCLUSIVE MODE"))
    same = ConsoleSetup.user_id.is_(None) if user_id is None else ConsoleSetup.user_id == user_id
    session.execute(update(ConsoleSetup).where(same, ConsoleSetup.used_at.is_(None)).values(used_at=at))
    session.add(ConsoleSetup(user_id=user_id, token_hash=token_hash, created_at=at, expires_at=expires_at))
    session.flush()


def setup_user(session: Session, token_hash: str, at: datetime) -> UserView | None:
    """Whose token it is; None for the first administrator's. Raises NotFoundError for a bad one."""
    setup = _setup(session, token_hash, at)
    return None if setup.user_id is None else user_by_id(session, setup.user_id)


def use_setup(session: Session, token_hash: str, at: datetime) -> int | None:
    """Spend the token; the id of whose it is. Raises NotFoundError when it is not good, or spent already."""
    setup = _setup(session, token_hash, at)
    spent = session.execute(
        update(ConsoleSetup)
        .where(ConsoleSetup.id == setup.id, ConsoleSetup.used_at.is_(None))
        .values(used_at=at)
        .returning(ConsoleSetup.id)
    ).first()
    if spent is None or (setup.user_id is None and has_users(session)):
        raise NotFoundError("this link was used already; ask for another")
    return setup.user_id


def _setup(session: Session, token_hash: str, at: datetime) -> ConsoleSetup:
    setup = session.scalar(
        select(ConsoleSetup).where(
            ConsoleSetup.token_hash == token_hash,
            ConsoleSetup.used_at.is_(None),
            ConsoleSetup.expires_at > at,
        )
    )
    if setup is None:
        raise NotFoundError("this link is not good, or not any more; ask for another")
    return setup


def count_users(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ConsoleUser)) or 0


def _administers(user: UserView) -> bool:
    return user.active and user.ready and ADMINISTRATOR in user.roles


def _row(session: Session, user_id: int) -> ConsoleUser:
    user = session.get(ConsoleUser, user_id)
    if user is None:
        raise NotFoundError("there is no user %(user_id)s", user_id=user_id)
    return user


def _view(user: ConsoleUser) -> UserView:
    return UserView(
        id=user.id,
        username=user.username,
        display_name=user.display_name,
        roles=tuple(user.roles),
        language=user.language,
        theme=user.theme,
        active=user.active,
        ready=user.password_hash is not None,
        created_at=user.created_at,
    )
