"""Who asks: a person with a session, a program with a key, or nobody yet."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from campaigns.console.access.idling import by_person
from campaigns.console.access.permissions import SEE_PERSONAL
from campaigns.console.access.secrets import fingerprint
from campaigns.console.services import Services
from campaigns.store.console.api_tokens import holder_of, touch_token
from campaigns.store.console.audit import Actor
from campaigns.store.console.sessions import signed_in, touch_session

COOKIE, SECURE_COOKIE = "xr_session", "__Host-xr_session"
VISITOR, SECURE_VISITOR = "xr_visitor", "__Host-xr_visitor"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, and all that they may do. ``session_id`` None: a program with a key."""

    user_id: int
    username: str
    display_name: str
    roles: tuple[str, ...]
    actions: frozenset[str]
    language: str | None
    theme: str
    session_id: int | None
    via: str
    key_id: int | None = None  # of the program's key

    def may(self, action: str) -> bool:
        return action in self.actions

    @property
    def sees_personal(self) -> bool:
        return self.may(SEE_PERSONAL)

    def actor(self, address: str) -> Actor:
        """As the audit log names them."""
        return Actor(self.user_id, self.username, self.via, address)


def is_secure(request: HTTPConnection) -> bool:
    """Whether the browser came over https; a trusted proxy has said so where one is in front."""
    return request.url.scheme in ("https", "wss")


def session_cookie(request: HTTPConnection) -> str:
    """The session's token; empty without one."""
    return request.cookies.get(SECURE_COOKIE if is_secure(request) else COOKIE, "")


def visitor_cookie(request: HTTPConnection) -> str:
    """The token of a browser that is not signed in, for the forms that it is shown; empty without one."""
    return request.cookies.get(SECURE_VISITOR if is_secure(request) else VISITOR, "")


def bearer(request: HTTPConnection) -> str | None:
    """The key of a program; None where it brings none."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else None


def identify(request: HTTPConnection, services: Services, *, looks: bool = False) -> Viewer | None:
    """Who asks; None for nobody. ``looks``: something that goes on asks again. Raises StoreError."""
    key = bearer(request)
    if key is not None:
        return _program(key, services)
    token = session_cookie(request)
    return _person(token, services, by_person(request) and not looks) if token else None


def _person(token: str, services: Services, acts: bool) -> Viewer | None:
    now = services.now()
    with services.database.reading() as session:
        found = signed_in(session, fingerprint(token), at=now, idle=services.console.idle)
    if found is None:
        return None
    if found.stale and acts:
        with services.database.transaction() as session:
            touch_session(session, found.session_id, now)
    return Viewer(
        user_id=found.user_id,
        username=found.username,
        display_name=found.display_name,
        roles=found.roles,
        actions=services.permissions.of(found.roles),
        language=found.language,
        theme=found.theme,
        session_id=found.session_id,
        via="session",
    )


def _program(key: str, services: Services) -> Viewer | None:
    now = services.now()
    with services.database.reading() as session:
        found = holder_of(session, fingerprint(key), now)
    if found is None:
        return None
    if found.stale:
        with services.database.transaction() as session:
            touch_token(session, found.token_id, now)
    return Viewer(
        user_id=found.user_id,
        username=found.username,
        display_name=found.username,
        roles=found.roles,
        # What the holder may not do any more, their key may not either.
        actions=services.permissions.of(found.roles) & frozenset(found.scopes),
        language=None,
        theme="auto",
        session_id=None,
        via="token",
        key_id=found.token_id,
    )
