"""The session's cookie: no script reads it, and no other site's form sends it along."""

from __future__ import annotations

from starlette.responses import Response

from campaigns.console.access.viewer import (
    COOKIE,
    SECURE_COOKIE,
    SECURE_VISITOR,
    VISITOR,
    is_secure,
)
from campaigns.console.visit import Visit


def give_session(visit: Visit, response: Response, token: str) -> None:
    """Sign the browser in; it forgets the token when it is closed."""
    secure = is_secure(visit.request)
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE, token, httponly=True, samesite="lax", secure=secure, path="/"
    )
    response.delete_cookie(SECURE_VISITOR if secure else VISITOR, secure=secure, httponly=True)


def drop_session(visit: Visit, response: Response) -> Response:
    """The browser forgets its token."""
    secure = is_secure(visit.request)
    response.delete_cookie(SECURE_COOKIE if secure else COOKIE, secure=secure, httponly=True)
    return response
