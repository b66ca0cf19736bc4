"""Every role at every route: what permissions.yaml says is what happens."""

from __future__ import annotations

import pytest
from starlette.routing import Route

from campaigns.console.access.forgery import HEADER
from campaigns.console.access.permissions import Permissions, Role, shipped_permissions
from campaigns.console.access.secrets import csrf_token
from campaigns.console.app import OWN_ROUTES
from campaigns.console.page import Open, Page, PageRoute
from campaigns.console.registry import all_pages, check_actions
from campaigns.errors import SettingsError
from tests.integration.console.routes import addresses
from tests.integration.console.world import World

TABLE = shipped_permissions()


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_do_what_the_table_says_and_nothing_else(world: World, role: Role) -> None:
    wrong: list[str] = []
    # What is looked at comes first: the stream of a campaign that runs does not end.
    for address in sorted(addresses(), key=lambda each: each.method != "GET"):
        browser = world.browser(role)  # anew: some routes end the session
        answer = browser.client.request(
            address.method,
            address.path,
            data={"csrf": csrf_token(browser.token)},
            headers={"origin": browser.origin, HEADER: csrf_token(browser.token)},
        ) if address.method != "GET" else browser.get(address.path)  # fmt: skip
        may = isinstance(address.route.asks, Open) or TABLE.allow([role], address.route.asks)
        if (answer.status_code != 403) != may or answer.status_code >= 500:
            wrong.append(f"{address}: {answer.status_code}")
    assert wrong == []


def test_nobody_gets_in_without_a_session(world: World) -> None:
    for address in addresses():
        visitor = world.visitor()
        answer = visitor.client.request(address.method, address.path, headers={"origin": visitor.origin})
        if address.route.asks is Open.PUBLIC:
            assert answer.status_code in (200, 403, 404), address  # 403: a form without its token
        elif address.path.startswith("/api/"):
            assert answer.status_code == 401, address
        else:
            assert answer.status_code == 303, address
            assert answer.headers["location"].startswith("/sign-in"), address


def test_every_route_of_the_application_is_declared(world: World) -> None:
    declared = {route.path for page in all_pages() for route in page.routes}
    served = {route.path for route in world.app.routes if isinstance(route, Route)}
    assert served == declared | set(OWN_ROUTES)


def test_an_action_that_the_table_lacks_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page((PageRoute("/x", lambda visit: visit.go("/"), "no.such"),))
    monkeypatch.setattr("campaigns.console.registry.all_pages", lambda: (page,))
    with pytest.raises(SettingsError, match=r"no\.such"):
        check_actions(TABLE)


def test_what_the_table_must_never_say() -> None:
    writes = [action for action in TABLE.actions if not action.endswith((".read", ".see", ".listen"))]
    assert not any(TABLE.allow([Role.AUDITOR], action) for action in writes)
    for blind in (Role.ANALYST, Role.SCRIPT_EDITOR):
        assert not TABLE.allow([blind], "personal.see")
        assert not TABLE.allow([blind], "calls.listen")  # a voice is personal
    assert [role for role in Role if TABLE.allow([role], "users.write")] == [Role.ADMINISTRATOR]


def test_roles_add_up_and_an_unknown_action_is_nobodys() -> None:
    table = Permissions({"a.b": [Role.QUALITY], "c.d": [Role.ANALYST]})
    assert table.of([Role.QUALITY, Role.ANALYST]) == {"a.b", "c.d"}
    assert table.of(["no such role"]) == frozenset()
    assert not table.allow(list(Role), "e.f")


def test_the_menu_shows_only_where_one_may_go(world: World) -> None:
    page = world.browser("script_editor").get("/campaigns").text
    assert 'href="/campaigns"' in page
    assert 'href="/settings/audit"' not in page
    assert 'href="/customers"' not in page
