"""A change counts only when a page of ours asked for it."""

from __future__ import annotations

import pytest

from campaigns.console.access.secrets import csrf_token
from tests.integration.console.routes import addresses
from tests.integration.console.world import ORIGIN, World


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({}, {"origin": ORIGIN}),
        ({"csrf": "0" * 64}, {"origin": ORIGIN}),
        ({"csrf": csrf_token("another session")}, {"origin": ORIGIN}),
        ({"csrf": None}, {"origin": "https://evil.example"}),
        ({"csrf": None}, {"origin": "https://localhost"}),
        ({"csrf": None}, {"origin": "http://localhost:81"}),
        ({"csrf": None}, {"origin": "null"}),
        ({"csrf": None}, {"referer": "https://evil.example/http://localhost/"}),
        ({"csrf": None}, {}),
    ],
)
def test_every_change_needs_a_token_and_our_origin(
    world: World, fields: dict[str, str | None], headers: dict[str, str]
) -> None:
    for address in addresses(safe=False):
        browser = world.browser("administrator")
        data = {key: csrf_token(browser.token) if value is None else value for key, value in fields.items()}
        answer = browser.client.request(address.method, address.path, data=data, headers=headers)
        assert answer.status_code == 403, address


def test_the_token_may_come_as_a_header_and_the_origin_as_referer(world: World) -> None:
    browser = world.browser("administrator")
    headers = {"x-csrf-token": csrf_token(browser.token), "referer": f"{ORIGIN}/profile"}
    answer = browser.client.post("/profile/preferences", data={"theme": "dark"}, headers=headers)
    assert answer.status_code == 303


def test_a_form_of_somebody_not_signed_in_needs_a_token_too(world: World) -> None:
    visitor = world.visitor()
    fields = {"username": "quality", "password": "x"}
    assert visitor.post("/sign-in", fields).status_code == 403  # no cookie yet
    visitor.get("/sign-in")
    assert visitor.post("/sign-in", fields).status_code == 403
    token = csrf_token(visitor.client.cookies["xr_visitor"])
    assert visitor.post("/sign-in", {**fields, "csrf": token}).status_code == 401
