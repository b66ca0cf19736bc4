"""What somebody who means harm tries: each of these got through once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from starlette.requests import Request

from campaigns.console.access.passwords import Passwords
from campaigns.console.access.signing_in import Browser as From
from campaigns.console.access.signing_in import Opened, TooOften, Wrong, sign_in
from campaigns.console.guard import LATER, SIGNED_OUT, Guarded
from campaigns.console.page import PageRoute
from campaigns.console.web.room import Streams
from campaigns.store.console.sessions import revoke_sessions
from campaigns.store.console.users import change_user
from campaigns.store.models import AuditEntry, Customer, WebhookEndpoint
from tests.integration.console.world import CHEAP, NAMES, PASSWORD, World

HERE = "192.0.2.7"


class Burst(Passwords):
    """While the first password is being checked, many more guesses come in."""

    def __init__(self, world: World, most: int) -> None:
        self.world, self.left, self.checked = world, most, 0

    def fits(self, password: str, kept: str | None) -> bool:
        self.checked += 1
        while self.left:
            self.left -= 1
            sign_in(replace(self.world.services, passwords=self), "quality", "guess", From(HERE, "", ""))
        return CHEAP.fits(password, kept)


def test_guesses_at_once_get_no_further_than_one_after_the_other(world: World) -> None:
    burst = Burst(world, most=40)
    sign_in(replace(world.services, passwords=burst), "quality", "guess", From(HERE, "", ""))
    assert burst.checked == 5


def test_an_address_of_a_network_that_has_many_is_one_of_all(world: World) -> None:
    def guess(place: int) -> Any:
        return sign_in(world.services, f"guess{place}", "x", From(f"2001:db8:1:2::{place:x}", "", ""))

    came = [guess(place) for place in range(22)]
    assert came[:21] == [Wrong()] * 21
    assert isinstance(came[21], TooOften)
    assert sign_in(world.services, "nobody", "x", From("2001:db8:1:3::1", "", "")) == Wrong()


def test_who_signs_in_often_does_not_shut_out_their_office(world: World) -> None:
    for _ in range(30):
        assert isinstance(sign_in(world.services, "quality", PASSWORD, From(HERE, "", "")), Opened)


@pytest.mark.parametrize("kept", ["5", "null", "[1]", '{"a": 1}', '["done"]', "[" * 9000, "\x00"])
def test_a_notice_that_is_none_breaks_no_page(world: World, kept: str) -> None:
    browser = world.browser("quality")
    browser.client.cookies.set("xr_notice", quote(kept))
    assert browser.get("/calls").status_code == 200


def test_an_export_of_personal_data_is_not_for_whose_role_was_taken(world: World) -> None:
    manager = world.browser("campaign_manager")
    manager.post("/exports", {"dataset": "messages", "format": "csv", "personal": "1", "reason": "audit 7"})
    job = 1
    assert manager.get(f"/exports/{job}/file").status_code == 200
    with world.database.transaction() as session:
        user = world.user_id("campaign_manager")
        change_user(session, user, display_name="M", roles=["analyst"], active=True, at=world.clock.now())
    assert world.browser("campaign_manager").get(f"/exports/{job}/file").status_code == 403


def test_a_stream_ends_with_the_session_that_began_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.console.guard.STREAM_CHECK_S", 0.0)
    browser = world.browser("quality")
    guarded = Guarded(PageRoute("/x", lambda visit: visit.go("/"), "live.read"), world.services)
    head = {"type": "http", "method": "GET", "path": "/x", "scheme": "http", "query_string": b"",
            "headers": [(b"cookie", f"xr_session={browser.token}".encode())]}  # fmt: skip

    async def events() -> AsyncIterator[str]:
        yield "first"
        with world.database.transaction() as session:
            revoke_sessions(session, world.user_id("quality"), world.clock.now())
        yield "second"

    async def seen() -> list[str]:
        return [each async for each in guarded._while_allowed(Request(head), events(), 1)]

    assert asyncio.run(seen()) == ["first", SIGNED_OUT]


def test_the_audit_log_as_a_file_runs_no_formula_and_is_on_record_itself(world: World) -> None:
    visitor = world.visitor()
    visitor.get("/sign-in")
    with world.database.transaction() as session:
        session.add(
            AuditEntry(
                at=world.clock.now(), by='=HYPERLINK("http://evil.example")', via="session", address=HERE,
                action="session.refused", subject_kind="user", subject="+1", reason="",
            )
        )  # fmt: skip
    auditor = world.browser("auditor")
    answer = auditor.get("/settings/audit/file?action=session.refused")
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    assert '"\'=HYPERLINK(""http://evil.example"")"' in answer.text
    assert ",'+1," in answer.text
    assert "下载审计日志" in auditor.get("/settings/audit?action=audit.taken").text
    assert world.browser("campaign_manager").get("/settings/audit/file").status_code == 403


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:alert(1)",
     "/%0d%0aSet-Cookie:x=1", "\\\\evil.example", "///evil.example"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(world: World, target: str) -> None:
    browser = world.browser("quality")
    answer = browser.get("/sign-in?next=" + quote(target))
    there = answer.headers["location"]
    assert there.startswith("/")
    assert not there.startswith(("//", "/\\"))
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("sent", ["http://[", "http://[::bad", "//", "null", "http://localhost:99999999999"])
@pytest.mark.parametrize("header", ["origin", "referer"])
def test_an_address_that_is_none_is_another_site_and_no_fault(world: World, header: str, sent: str) -> None:
    browser = world.browser("quality")
    answer = browser.client.post("/customers/1/bar", data={}, headers={header: sent})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/customers/{}", "/calls/{}/audio", "/api/v1/calls/{}", "/jobs/{}/stop"])
def test_a_number_of_thousands_of_digits_is_not_found(world: World, path: str) -> None:
    browser = world.browser("administrator")
    for digits in ("9" * 5_000, "9" * 19, str(2**63)):
        assert browser.get(path.format(digits)).status_code == 404


def test_nobody_has_more_streams_open_than_a_few(world: World) -> None:
    services = replace(world.services, streams=Streams(most=2))
    guarded = Guarded(PageRoute("/x", lambda visit: visit.go("/"), "live.read"), services)

    async def forever() -> AsyncIterator[str]:
        while True:
            yield "news"

    async def first(user_id: int) -> tuple[AsyncIterator[str], str]:
        events = guarded._while_allowed(Request({"type": "http", "headers": []}), forever(), user_id)
        return events, await anext(events)

    async def opened() -> list[str]:
        held = [await first(1) for _ in range(4)]
        other = await first(2)
        told = [news for _, news in [*held, other]]
        await held[0][0].aclose()  # type: ignore[attr-defined]
        return [*told, (await first(1))[1]]

    assert asyncio.run(opened()) == ["news", "news", LATER, LATER, "news", "news"]


@pytest.mark.parametrize("path", ["/customers/1", "/calls/1", "/live/1", "/customers?grade=A", "/today"])
def test_a_title_which_browsers_keep_names_nobody(world: World, path: str) -> None:
    page = world.browser("quality").get(path).text
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert title
    with world.database.reading() as session:
        keys = [row.external_id for row in session.query(Customer)]
    assert not [told for told in (*NAMES, *keys) if told in title]


def test_no_endpoint_is_told_anything_that_could_not_be_put_on_record(world: World) -> None:
    with world.database.transaction() as session:
        session.connection().exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    fields = {"name": "crm", "url": "https://crm.example/hook", "events": ["call.ended"]}
    answer = world.browser("administrator").post("/settings/webhooks", fields)
    assert answer.status_code >= 400
    with world.database.reading() as session:
        assert session.query(WebhookEndpoint).count() == 0
