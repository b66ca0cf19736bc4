"""Signing in and out, and the language of somebody who is not signed in."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from campaigns.console.access.signing_in import (
    Browser,
    Opened,
    TooOften,
    sign_in,
    sign_out,
    sign_out_everywhere,
)
from campaigns.console.access.viewer import session_cookie
from campaigns.console.guard import LANGUAGE_COOKIE
from campaigns.console.page import Open, Page, PageRoute
from campaigns.console.view.languages import LANGUAGES
from campaigns.console.visit import Visit
from campaigns.console.web.addresses import list_before, split
from campaigns.console.web.cookies import drop_session, give_session
from campaigns.store.console.users import has_users


def show(visit: Visit) -> Response:
    if visit.viewer is not None:
        return RedirectResponse(own_path(visit.query("next", 500)), status_code=303)
    with visit.reading() as session:
        anybody = has_users(session)
    return visit.render(
        "sign_in/page.html", next=own_path(visit.query("next", 500)), wrong="", anybody=anybody, username=""
    )


def enter(visit: Visit) -> Response:
    came = sign_in(visit.services, visit.form("username", 64), visit.secret("password"), browser_of(visit))
    target = own_path(visit.form("next", 500))
    if isinstance(came, Opened):
        response = RedirectResponse(target, status_code=303)
        give_session(visit, response, came.token)
        return response
    if isinstance(came, TooOften):
        minutes = max(1, round((came.until - visit.now).total_seconds() / 60))
        wrong = visit.text("Too many failures. Try again in %(minutes)s min.", minutes=minutes)
        status = 429
    else:
        wrong, status = visit.text("Username and password do not belong together."), 401
    username = visit.form("username", 64)
    return visit.render(
        "sign_in/page.html", status=status, next=target, wrong=wrong, anybody=True, username=username
    )


def leave(visit: Visit) -> Response:
    if visit.who.session_id is not None:
        sign_out(visit.services, visit.who.session_id, visit.actor)
    return drop_session(visit, RedirectResponse("/sign-in", status_code=303))


def leave_everywhere(visit: Visit) -> Response:
    sign_out_everywhere(visit.services, visit.who.user_id, visit.actor)
    return drop_session(visit, RedirectResponse("/sign-in", status_code=303))


def speak(visit: Visit) -> Response:
    language = visit.form("language", 8)
    back = list_before(visit.request, own_path(visit.form("next", 500)))
    response = RedirectResponse(back, status_code=303)
    if language in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=31_536_000, httponly=True, samesite="lax")
    return response


def browser_of(visit: Visit) -> Browser:
    """Where the visitor signs in from."""
    agent = visit.request.headers.get("user-agent", "")
    return Browser(visit.address, agent, session_cookie(visit.request))


def own_path(target: str) -> str:
    """A path of ours to go on to; the start for anything that could lead elsewhere."""
    parts = split(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and "\\" not in target
    if parts.scheme or parts.netloc or not inside or not target.isprintable():
        return "/"
    return target


PAGE = Page(
    routes=(
        PageRoute("/sign-in", show, Open.PUBLIC),
        PageRoute("/sign-in", enter, Open.PUBLIC, ("POST",)),
        PageRoute("/sign-out", leave, Open.SIGNED_IN, ("POST",)),
        PageRoute("/sign-out-everywhere", leave_everywhere, Open.SIGNED_IN, ("POST",)),
        PageRoute("/language", speak, Open.PUBLIC, ("POST",)),
    )
)
