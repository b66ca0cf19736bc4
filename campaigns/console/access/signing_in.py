"""Signing in and out, and setting a password with a one-time link."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from campaigns.console.access.passwords import check_new_password
from campaigns.console.access.permissions import Role
from campaigns.console.access.secrets import fingerprint, new_token
from campaigns.console.services import Services
from campaigns.errors import NotFoundError
from campaigns.store.console import users
from campaigns.store.console.audit import Actor, Deed, record
from campaigns.store.console.sessions import end_by_token, end_session, revoke_sessions, start_session
from campaigns.store.console.throttle import Backoff, begin_try, forget_failures, take_back

ACCOUNT: Final = Backoff(free=4, first=timedelta(seconds=30), longest=timedelta(minutes=15))
ADDRESS: Final = Backoff(free=20, first=timedelta(seconds=30), longest=timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Opened:
    """A session: the token for the cookie, and whose it is."""

    token: str
    user_id: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """Username and password do not belong together, or there is no such user: it is not told which."""


@dataclass(frozen=True, slots=True)
class TooOften:
    """No try counts before ``until``, right or wrong."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody signs in from."""

    address: str
    agent: str
    old_token: str  # of the session that it had so far, which ends


def sign_in(services: Services, username: str, password: str, browser: Browser) -> Opened | Wrong | TooOften:
    """Start a session where the password fits. Raises StoreError."""
    now, name = services.now(), username.strip().lower()[:64]
    keys = _keys(name, browser.address)
    with services.database.transaction() as session:
        until = begin_try(session, dict(zip(keys, (ACCOUNT, ADDRESS), strict=True)), now)
        known = users.password_hash_of(session, name)
    if until is not None:
        return TooOften(until)
    if not services.passwords.fits(password, known[1] if known else None) or known is None:
        with services.database.transaction() as session:
            deed = Deed("session.refused", "user", name)
            record(session, Actor(known[0] if known else None, name, "session", browser.address), deed, now)
        return Wrong()
    user_id, kept = known
    fresh = services.passwords.hash(password) if services.passwords.is_weak(kept) else None
    with services.database.transaction() as session:
        forget_failures(session, keys[0])
        take_back(session, keys[1])
        if fresh is not None:
            users.rehash_password(session, user_id, kept, fresh)
    return Opened(open_session(services, user_id, name, browser), user_id)


def open_session(services: Services, user_id: int, username: str, browser: Browser) -> str:
    """A new session in place of the browser's old one; its token."""
    now, token = services.now(), new_token()
    with services.database.transaction() as session:
        if browser.old_token:
            end_by_token(session, fingerprint(browser.old_token), now)
        start_session(
            session,
            user_id,
            fingerprint(token),
            at=now,
            expires_at=now + services.console.longest_session,
            address=browser.address,
            agent=browser.agent,
        )
        actor = Actor(user_id, username, "session", browser.address)
        record(session, actor, Deed("session.started", "user", username), now)
    return token


def new_setup_link(services: Services, user_id: int | None) -> str:
    """The path at which, once and for a day, a user sets a password; None: the first administrator's."""
    now, token = services.now(), new_token()
    with services.database.transaction() as session:
        expires = now + timedelta(hours=services.console.setup_hours)
        users.add_setup(session, user_id, fingerprint(token), now, expires)
    return f"/setup/{token}"


def set_up(
    services: Services, token: str, *, username: str, display_name: str, password: str, address: str
) -> tuple[int, str]:
    """Spend a set-up token: set its user's password, or make the first administrator.

    The id and name of the user. Raises NotFoundError for a token that is not good, ConflictError for a
    password or name that cannot be.
    """
    now = services.now()
    with services.database.reading() as session:
        invited = users.setup_user(session, fingerprint(token), now)
    name = invited.username if invited is not None else users.username_of(username)
    check_new_password(password, name)
    kept = services.passwords.hash(password)
    with services.database.transaction() as session:
        user_id = users.use_setup(session, fingerprint(token), now)
        if user_id is None:
            user_id = users.add_user(session, name, display_name, [Role.ADMINISTRATOR], now).id
        if not users.user_by_id(session, user_id).active:
            raise NotFoundError("this user is not active any more")
        users.set_password(session, user_id, kept, now)
        forget_failures(session, _keys(name, "")[0])
        record(session, Actor(user_id, name, "session", address), Deed("user.set_up", "user", name), now)
    return user_id, name


def change_password(
    services: Services, user_id: int, username: str, *, old: str, new: str, browser: Browser
) -> Opened | Wrong | TooOften:
    """Set another password; every session ends, and this browser gets a new one. Raises ConflictError."""
    now = services.now()
    keys = _keys(username, browser.address)
    check_new_password(new, username)
    with services.database.transaction() as session:
        until = begin_try(session, {keys[0]: ACCOUNT}, now)
        known = users.password_hash_of(session, username)
    if until is not None:
        return TooOften(until)
    if not services.passwords.fits(old, known[1] if known else None):
        return Wrong()
    kept = services.passwords.hash(new)
    with services.database.transaction() as session:
        users.set_password(session, user_id, kept, now)
        forget_failures(session, keys[0])
        actor = Actor(user_id, username, "session", browser.address)
        record(session, actor, Deed("user.password_changed", "user", username), now)
    return Opened(open_session(services, user_id, username, browser), user_id)


def sign_out(services: Services, session_id: int, actor: Actor) -> None:
    """End the session."""
    now = services.now()
    with services.database.transaction() as session:
        end_session(session, session_id, now)
        record(session, actor, Deed("session.ended", "user", actor.name), now)


def sign_out_everywhere(services: Services, user_id: int, actor: Actor) -> None:
    """End all sessions of a user."""
    now = services.now()
    with services.database.transaction() as session:
        revoke_sessions(session, user_id, now)
        record(session, actor, Deed("session.ended_all", "user", actor.name), now)


def _keys(username: str, address: str) -> tuple[str, str]:
    return f"account:{_short(username)}", f"address:{_short(_network(address))}"


def _network(address: str) -> str:
    """What one household or server has: of IPv6 a whole /64, in which any address is free to take."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or ip_network((known, 64), strict=False))
    return str(known)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]
