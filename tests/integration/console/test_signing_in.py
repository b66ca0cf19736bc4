"""Signing in: sessions, their end, and what happens to guesses."""

from __future__ import annotations

import httpx
import pytest

from campaigns.console.access.secrets import csrf_token
from campaigns.console.access.signing_in import new_setup_link
from campaigns.store.models import ConsoleSession, ConsoleUser
from tests.integration.console.world import PASSWORD, Browser, World


def sign_in(browser: Browser, username: str, password: str, **more: str) -> httpx.Response:
    """As the form does."""
    if "xr_visitor" not in browser.client.cookies:
        browser.get("/sign-in")
    token = csrf_token(browser.client.cookies["xr_visitor"])
    return browser.post("/sign-in", {"username": username, "password": password, "csrf": token, **more})


def test_the_right_password_opens_a_session(world: World) -> None:
    browser = world.visitor()
    answer = sign_in(browser, " Quality ", PASSWORD, next="/campaigns")
    assert (answer.status_code, answer.headers["location"]) == (303, "/campaigns")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert browser.get("/campaigns").status_code == 200


def test_neither_token_nor_password_is_in_the_database(world: World) -> None:
    browser = world.visitor()
    sign_in(browser, "quality", PASSWORD)
    token = browser.client.cookies["xr_session"]
    with world.database.reading() as session:
        rows = [str(vars(row)) for kind in (ConsoleSession, ConsoleUser) for row in session.query(kind)]
    assert not any(token in row or PASSWORD in row for row in rows)
    assert all("$argon2id$" in row for row in rows if "password_hash" in row)


@pytest.mark.parametrize(("username", "password"), [("quality", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_pair_is_refused_without_saying_which_part(
    world: World, username: str, password: str
) -> None:
    answer = sign_in(world.visitor(), username, password)
    assert answer.status_code == 401
    assert "用户名或密码不正确" in answer.text


def test_signing_in_again_ends_the_session_that_the_browser_had(world: World) -> None:
    browser = world.visitor()
    sign_in(browser, "quality", PASSWORD)
    first = browser.client.cookies["xr_session"]
    other = world.visitor()
    other.client.cookies.set("xr_session", first)
    assert other.get("/profile").status_code == 200
    browser.client.cookies.set("xr_visitor", "v")
    fields = {"username": "quality", "password": PASSWORD, "csrf": csrf_token(first)}
    answer = browser.post("/sign-in", fields)
    assert answer.status_code == 303
    assert browser.client.cookies["xr_session"] != first
    assert other.get("/profile").status_code == 303


def test_a_session_ends_when_it_is_idle_and_at_the_latest_after_its_time(world: World) -> None:
    idle, busy = world.browser("quality"), world.browser("quality")
    console = world.services.console
    for _ in range(int(console.longest_session / console.idle) - 1):
        world.wait(minutes=console.idle_minutes - 1)
        assert busy.get("/profile").status_code == 200
    assert idle.get("/profile").status_code == 303
    world.wait(minutes=console.idle_minutes - 1)
    busy.get("/profile")
    world.wait(minutes=console.idle_minutes - 1)
    assert busy.get("/profile").status_code == 303


def test_signing_out_ends_it_here_or_everywhere(world: World) -> None:
    here, there = world.browser("quality"), world.browser("quality")
    assert here.post("/sign-out").headers["location"] == "/sign-in"
    here.client.cookies.set("xr_session", here.token)
    assert here.get("/profile").status_code == 303
    third = world.browser("quality")
    there.post("/sign-out-everywhere")
    assert third.get("/profile").status_code == 303


def test_a_change_of_roles_ends_the_users_sessions(world: World) -> None:
    quality = world.browser("quality")
    assert quality.get("/customers").status_code == 200
    path = f"/settings/users/{world.user_id('quality')}"
    world.browser("administrator").post(path, {"roles": "analyst", "active": "yes", "display_name": "Q"})
    assert quality.get("/customers").status_code == 303
    browser = world.visitor()
    sign_in(browser, "quality", PASSWORD)
    assert browser.get(path.rsplit("/", 1)[0]).status_code == 403


def test_a_user_who_is_switched_off_cannot_get_in(world: World) -> None:
    path = f"/settings/users/{world.user_id('quality')}"
    world.browser("administrator").post(path, {"roles": "quality", "display_name": "Q"})
    assert sign_in(world.visitor(), "quality", PASSWORD).status_code == 401


def test_after_a_few_failures_an_account_must_wait_even_with_the_right_password(world: World) -> None:
    for _ in range(5):
        assert sign_in(world.visitor(), "quality", "wrong").status_code == 401
    assert sign_in(world.visitor(), "quality", PASSWORD).status_code == 429
    assert sign_in(world.visitor(), "analyst", PASSWORD).status_code == 303  # others need not
    world.wait(seconds=31)
    assert sign_in(world.visitor(), "quality", "wrong").status_code == 401
    world.wait(seconds=31)  # the wait has doubled
    assert sign_in(world.visitor(), "quality", PASSWORD).status_code == 429
    world.wait(seconds=31)
    assert sign_in(world.visitor(), "quality", PASSWORD).status_code == 303
    assert sign_in(world.visitor(), "quality", "wrong").status_code == 401  # and the count began anew


def test_an_address_that_tries_many_accounts_must_wait(world: World) -> None:
    for place in range(21):
        assert sign_in(world.visitor(), f"guess{place}", "x").status_code == 401
    assert sign_in(world.visitor(), "quality", PASSWORD).status_code == 429
    world.wait(seconds=31)
    assert sign_in(world.visitor(), "quality", PASSWORD).status_code == 303


def test_a_password_is_changed_with_the_present_one_and_ends_other_sessions(world: World) -> None:
    browser, other = world.browser("quality"), world.browser("quality")
    new = "some other long words"

    def change(old: str, password: str, again: str) -> int:
        fields = {"old": old, "password": password, "again": again}
        return browser.post("/profile/password", fields).status_code

    assert change("wrong", new, new) == 422
    assert change(PASSWORD, new, "different") == 422
    assert change(PASSWORD, "short", "short") == 422
    assert change(PASSWORD, "quality quality quality", "quality quality quality") == 422
    assert change(PASSWORD, new, new) == 303
    assert other.get("/profile").status_code == 303
    assert browser.get("/profile").status_code == 200
    assert sign_in(world.visitor(), "quality", new).status_code == 303


def _set_up(world: World, link: str, **fields: str) -> tuple[Browser, httpx.Response]:
    browser = world.visitor()
    browser.get(link)
    token = csrf_token(browser.client.cookies["xr_visitor"])
    return browser, browser.post(link, {"csrf": token, **fields})


def test_an_invited_user_sets_a_password_once(world: World) -> None:
    administrator = world.browser("administrator")
    page = administrator.post(
        "/settings/users", {"username": "Li", "display_name": "李", "roles": "quality"}
    ).text
    link = page[page.index("/setup/") :].split("<")[0]
    words = {"password": "four words nobody guesses", "again": "four words nobody guesses"}
    assert _set_up(world, link, password="short", again="short")[1].status_code == 422
    browser, answer = _set_up(world, link, username="administrator", **words)
    assert answer.status_code == 303
    assert browser.get("/customers").status_code == 200
    assert browser.get("/settings/users").status_code == 403  # they are who was invited
    assert world.visitor().get(link).status_code == 404


def test_a_link_runs_out_and_a_newer_one_replaces_it(world: World) -> None:
    user_id = world.user_id("quality")
    first = new_setup_link(world.services, user_id)
    second = new_setup_link(world.services, user_id)
    assert world.visitor().get(first).status_code == 404
    assert world.visitor().get(second).status_code == 200
    world.wait(hours=25)
    assert world.visitor().get(second).status_code == 404


def test_the_first_administrators_link_is_worth_nothing_once_there_are_users(world: World) -> None:
    link = new_setup_link(world.services, None)
    words = {"password": "four words nobody guesses", "again": "four words nobody guesses"}
    _, answer = _set_up(world, link, username="intruder", display_name="x", **words)
    assert answer.status_code == 404


def test_the_last_administrator_stays_one(world: World) -> None:
    path = f"/settings/users/{world.user_id('administrator')}"
    answer = world.browser("administrator").post(path, {"roles": "analyst", "active": "yes"})
    assert answer.status_code == 422
    assert world.browser("administrator").get("/settings/users").status_code == 200
