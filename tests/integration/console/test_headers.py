"""What every answer carries, and which requests are not answered at all."""

from __future__ import annotations

import pytest

from campaigns.console.web.headers import HEADERS, POLICY
from tests.integration.console.routes import pages_of_anybody
from tests.integration.console.world import NAMES, Seen, World

LISTS = ("/customers", "/campaigns", "/settings/rules", "/settings/users")


def test_every_answer_has_the_headers(world: World) -> None:
    browser = world.browser("administrator")
    paths = [each.path for each in pages_of_anybody()]
    for path in (*paths, "/nothing", "/sign-in", "/healthz", "/customers/999"):
        answer = browser.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS, path
        assert answer.headers["cache-control"] == "no-store", path
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    for needed in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert needed in POLICY


def test_no_page_needs_what_the_policy_forbids(world: World) -> None:
    browser = world.browser("administrator")
    for address in pages_of_anybody():
        for tag, attributes in Seen(browser.get(address.path).text).tags:
            assert "style" not in attributes, (address, tag)
            assert not [name for name in attributes if name.startswith("on")], (address, tag)
            assert tag != "script" or attributes.get("src", "").startswith("/static/"), address  # type: ignore[union-attr]
            for name in ("src", "href", "action"):
                assert not (attributes.get(name) or "").startswith(("http", "//")), (address, attributes)


def test_files_are_kept_for_a_year_under_an_address_that_changes_with_them(world: World) -> None:
    visitor = world.visitor()
    page = visitor.get("/sign-in").text
    found = [a.get("src") or a.get("href") or "" for tag, a in Seen(page).tags if tag in ("script", "link")]
    assert len(found) == 5
    for path in found:
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        kind = answer.headers["content-type"].split(";")[0]
        assert kind in ("text/css", "text/javascript", "image/svg+xml")


@pytest.mark.parametrize("name", ["nothing.css", "..%2fapp.py", "console.css%00", "app.py"])
def test_only_files_of_ours_are_served(world: World, name: str) -> None:
    assert world.visitor().get(f"/static/0/{name}").status_code == 404


def test_a_name_that_is_not_ours_gets_nothing_but_the_probes(world: World) -> None:
    stranger = world.visitor("http://evil.example")
    assert stranger.get("/sign-in").status_code == 400
    assert stranger.get("/healthz").text == "ok"
    assert stranger.get("/readyz").text == "ready"
    named = world.configured(public_url="http://console.example")
    assert named.visitor("http://console.example").get("/sign-in").status_code == 200


def test_not_ready_without_the_database(world: World) -> None:
    with world.database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    answer = world.visitor().get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready")


def test_only_a_trusted_proxy_says_that_it_was_https_and_from_where(world: World) -> None:
    told = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
    distrusting = world.visitor().get("/sign-in", **told)
    assert "strict-transport-security" not in distrusting.headers
    # The test client's address is no IP address; a literal is trusted as it is written.
    trusting = World(world.services, world.clock)
    object.__setattr__(
        trusting.services,
        "console",
        world.services.console.model_copy(update={"trusted_proxies": ("testclient",)}),
    )
    trusting = World(trusting.services, world.clock)
    answer = trusting.visitor().get("/sign-in", **told)
    assert "max-age" in answer.headers["strict-transport-security"]
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-xr_visitor=")
    assert "Secure" in cookie


def test_a_body_that_is_too_large_is_refused_whatever_it_says(world: World) -> None:
    small = world.configured(body_limit=10_000)
    browser = small.browser("administrator")
    answer = browser.post("/profile/preferences", {"theme": "x" * 20_000})
    assert answer.status_code == 413

    def pieces() -> object:
        for _ in range(30):
            yield b"x" * 1000

    answer = browser.client.post(
        "/profile/preferences",
        content=pieces(),
        headers={"origin": browser.origin, "content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413


def test_a_fault_tells_the_browser_nothing_and_the_log_no_message(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise RuntimeError(NAMES[0])

    monkeypatch.setattr("campaigns.console.pages.customers.search_customers", broken)
    answer = world.browser("quality").get("/customers")
    assert answer.status_code == 500
    assert NAMES[0] not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text
    assert "RuntimeError" not in answer.text


@pytest.mark.parametrize("path", LISTS)
def test_a_part_is_asked_for_by_htmx_and_the_whole_page_by_a_browser(world: World, path: str) -> None:
    browser = world.browser("administrator")
    whole = browser.get(path).text
    part = browser.get(path, **{"hx-request": "true"}).text
    assert whole.startswith("<!doctype html>")
    if path in ("/customers", "/campaigns"):
        assert "<html" not in part
        assert len(part) < len(whole)
