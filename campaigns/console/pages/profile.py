"""One's own page: how the console looks, the password, and where one is signed in."""

from __future__ import annotations

from starlette.responses import Response

from campaigns.console.access.passwords import SHORTEST
from campaigns.console.access.signing_in import Opened, TooOften, change_password
from campaigns.console.page import Open, Page, PageRoute
from campaigns.console.pages.sign_in import browser_of, own_path
from campaigns.console.view.languages import LANGUAGES, NAMES
from campaigns.console.visit import Visit
from campaigns.console.web.addresses import list_before
from campaigns.console.web.cookies import give_session
from campaigns.errors import ConflictError
from campaigns.store.console.audit import Deed
from campaigns.store.console.sessions import sessions_of
from campaigns.store.console.users import set_preferences

THEMES = ("auto", "light", "dark")


def show(visit: Visit) -> Response:
    return _page(visit, "")


def prefer(visit: Visit) -> Response:
    who = visit.who
    language = visit.form("language", 8) if "language" in (visit.fields or {}) else who.language or ""
    theme = visit.form("theme", 8) or who.theme
    before = {"language": who.language, "theme": who.theme}
    after = {
        "language": language if language in LANGUAGES else None,
        "theme": theme if theme in THEMES else "auto",
    }
    deed = Deed("user.preferences", "user", who.username, before, after)
    with visit.changing(deed) as session:
        set_preferences(
            session, who.user_id, language=after["language"], theme=after["theme"] or "auto", at=visit.now
        )
    return visit.go(list_before(visit.request, own_path(visit.form("next", 500) or "/profile")))


def password(visit: Visit) -> Response:
    if visit.secret("password") != visit.secret("again"):
        return _page(visit, visit.text("The two passwords differ."))
    try:
        came = change_password(
            visit.services,
            visit.who.user_id,
            visit.who.username,
            old=visit.secret("old"),
            new=visit.secret("password"),
            browser=browser_of(visit),
        )
    except ConflictError as error:
        return _page(visit, visit.explain(error))
    if isinstance(came, Opened):
        response = visit.go(
            "/profile", visit.text("Your password was changed. Other devices are signed out.")
        )
        give_session(visit, response, came.token)
        return response
    if isinstance(came, TooOften):
        minutes = max(1, round((came.until - visit.now).total_seconds() / 60))
        return _page(visit, visit.text("Too many failures. Try again in %(minutes)s min.", minutes=minutes))
    return _page(visit, visit.text("The present password is another one."))


def _page(visit: Visit, wrong: str) -> Response:
    with visit.reading() as session:
        devices = sessions_of(session, visit.who.user_id, at=visit.now, idle=visit.services.console.idle)
    return visit.render(
        "profile/page.html",
        status=422 if wrong else 200,
        wrong=wrong,
        devices=devices,
        languages=NAMES,
        themes=THEMES,
        shortest=SHORTEST,
    )


PAGE = Page(
    routes=(
        PageRoute("/profile", show, Open.SIGNED_IN),
        PageRoute("/profile/preferences", prefer, Open.SIGNED_IN, ("POST",)),
        PageRoute("/profile/password", password, Open.SIGNED_IN, ("POST",)),
    )
)
