"""Setting a password with a one-time link: the first administrator's, and every other user's."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from campaigns.console.access.passwords import SHORTEST
from campaigns.console.access.secrets import fingerprint
from campaigns.console.access.signing_in import open_session, set_up
from campaigns.console.page import Open, Page, PageRoute
from campaigns.console.pages.sign_in import browser_of
from campaigns.console.visit import Visit
from campaigns.console.web.cookies import give_session
from campaigns.errors import ConflictError
from campaigns.store.console.users import UserView, setup_user


def show(visit: Visit) -> Response:
    return _form(visit, _invited(visit), "")


def set_password(visit: Visit) -> Response:
    invited = _invited(visit)
    if visit.secret("password") != visit.secret("again"):
        return _form(visit, invited, visit.text("The two passwords differ."))
    try:
        user_id, name = set_up(
            visit.services,
            _token(visit),
            username=visit.form("username", 64),
            display_name=visit.form("display_name", 64),
            password=visit.secret("password"),
            address=visit.address,
        )
    except ConflictError as error:
        return _form(visit, invited, visit.explain(error))
    response = RedirectResponse("/", status_code=303)
    give_session(visit, response, open_session(visit.services, user_id, name, browser_of(visit)))
    return response


def _token(visit: Visit) -> str:
    return str(visit.request.path_params["token"])[:100]


def _invited(visit: Visit) -> UserView | None:
    with visit.reading() as session:
        return setup_user(session, fingerprint(_token(visit)), visit.now)


def _form(visit: Visit, invited: UserView | None, wrong: str) -> Response:
    return visit.render(
        "setup/page.html",
        status=422 if wrong else 200,
        invited=invited,
        wrong=wrong,
        shortest=SHORTEST,
        typed={name: visit.form(name, 64) for name in ("username", "display_name")},
    )


PAGE = Page(
    routes=(
        PageRoute("/setup/{token}", show, Open.PUBLIC),
        PageRoute("/setup/{token}", set_password, Open.PUBLIC, ("POST",)),
    )
)
