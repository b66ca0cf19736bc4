"""Users and their roles. A new user gets a one-time link, so nobody ever knows another's password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from campaigns.console.access.permissions import Role
from campaigns.console.access.signing_in import new_setup_link
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.errors import ConflictError
from campaigns.store.console import users
from campaigns.store.console.audit import Deed
from campaigns.store.console.users import UserView

ROLES: Final = [role.value for role in Role]
NOTHING_TYPED: Final[Mapping[str, Any]] = {"username": "", "display_name": "", "roles": ()}


def show(visit: Visit) -> Response:
    return _page(visit)


def add(visit: Visit) -> Response:
    roles = _roles(visit)
    try:
        with visit.changing() as session:
            user = users.add_user(
                session, visit.form("username", 64), visit.form("display_name", 64), roles, visit.now
            )
            after = {"roles": user.roles, "display_name": user.display_name}
            visit.record(session, Deed("user.added", "user", user.username, after=after))
    except ConflictError as error:
        typed = {"username": visit.form("username", 64), "display_name": visit.form("display_name", 64)}
        return _page(visit, wrong=visit.explain(error), typed={**typed, "roles": roles})
    return _page(visit, link=new_setup_link(visit.services, user.id), invited=user)


def change(visit: Visit) -> Response:
    try:
        with visit.changing() as session:
            before, after = users.change_user(
                session,
                visit.number("id"),
                display_name=visit.form("display_name", 64),
                roles=_roles(visit),
                active=visit.form("active", 3) == "yes",
                at=visit.now,
            )
            visit.record(session, Deed("user.changed", "user", after.username, _told(before), _told(after)))
    except ConflictError as error:
        return _page(visit, wrong=visit.explain(error))
    return visit.go("/settings/users", visit.text("The user was changed."))


def invite(visit: Visit) -> Response:
    with visit.changing() as session:
        user = users.user_by_id(session, visit.number("id"))
        visit.record(session, Deed("user.invited", "user", user.username))
    return _page(visit, link=new_setup_link(visit.services, user.id), invited=user)


def _roles(visit: Visit) -> list[str]:
    return [role for role in visit.choices("roles") if role in ROLES]


def _told(user: UserView) -> dict[str, Any]:
    return {"roles": user.roles, "active": user.active, "display_name": user.display_name}


def _page(
    visit: Visit,
    *,
    wrong: str = "",
    link: str = "",
    invited: UserView | None = None,
    typed: Mapping[str, Any] = NOTHING_TYPED,
) -> Response:
    """``typed``: of a new user who could not be added."""
    with visit.reading() as session:
        everybody = users.list_users(session)
    table = visit.services.permissions
    return visit.render(
        "users/page.html",
        status=422 if wrong else 200,
        users=everybody,
        roles=ROLES,
        actions={action: [role for role in ROLES if table.allow([role], action)] for action in table.actions},
        wrong=wrong,
        typed=typed,
        link=_address(visit, link) if link else "",
        invited=invited,
        hours=visit.services.console.setup_hours,
    )


def _address(visit: Visit, path: str) -> str:
    base = visit.services.console.public_url or str(visit.request.base_url).rstrip("/")
    return base + path


PAGE = Page(
    routes=(
        PageRoute("/settings/users", show, "users.read"),
        PageRoute("/settings/users", add, "users.write", ("POST",)),
        PageRoute("/settings/users/{id:int}", change, "users.write", ("POST",)),
        PageRoute("/settings/users/{id:int}/invite", invite, "users.write", ("POST",)),
    ),
    menu=(MenuEntry("Users", "/settings/users", "users.read", "settings", 10, "user"),),
)
