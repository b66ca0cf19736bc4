"""Words are planted wherever the store keeps somebody's own; nobody reads them whose role may not."""

from __future__ import annotations

import re

import httpx
import pytest
from prometheus_client import generate_latest

from campaigns.console.access.permissions import Role, shipped_permissions
from campaigns.console.api.catalogue import ENDPOINTS
from campaigns.outcomes.exports.schema import DATASETS
from campaigns.store.console.audit import Actor, Deed, record
from campaigns.store.models import (
    AuditEntry,
    Customer,
    FollowUp,
    LegalFact,
    LiveOrder,
    Message,
    PhoneNumber,
    QualityScore,
    TextReceived,
    TurnRecord,
)
from tests.integration.console.keys import program
from tests.integration.console.routes import VALUES, pages_of_anybody
from tests.integration.console.test_masking import BLIND, TABS
from tests.integration.console.world import World
from tests.integration.store.rows import AT

PLANTED = "张建国住在朝阳路"
OWN_WORDS = {
    Customer: ("name",), TurnRecord: ("text", "heard"), Message: ("body",), FollowUp: ("note",),
    QualityScore: ("note",), LiveOrder: ("why",), TextReceived: ("text",),
}  # fmt: skip


@pytest.fixture
def planted(world: World) -> World:
    """Every column of somebody's own words holds a name and an address that no other place has."""
    with world.database.transaction() as session:
        session.add(
            LegalFact(
                customer_id=1, kind="bankruptcy", given=True, evidence=PLANTED, as_of=AT, recorded_at=AT,
                recorded_by="system",
            )
        )  # fmt: skip
        session.add(QualityScore(call_id=1, scorecard="c@1", score=80, note="", by="quality", at=AT))
        for call in ("1", "2"):
            session.add(
                LiveOrder(
                    call=call, kind="end", state="ended", by="quality", why="", asked_at=AT, changed_at=AT
                )
            )
        session.add(
            TextReceived(line="simulated", line_message_id="1", e164="+8613900000000", text="", at=AT)
        )
        session.flush()
        for model, columns in OWN_WORDS.items():
            for row in session.query(model):
                for column in columns:
                    setattr(row, column, PLANTED)
        deed = Deed("customers.suppressed", "customer", "C1", reason=PLANTED)
        record(session, Actor(None, "tester", "command"), deed, AT)
    return world


def pages(world: World) -> list[str]:
    with world.database.reading() as session:
        customers = [row.id for row in session.query(Customer)]
    found = [each.path for each in pages_of_anybody() if not each.path.startswith("/api/")]
    found += [f"/customers/{each}?tab={tab}" for each in customers for tab in TABS]
    return [*found, "/live/1", "/live/2", "/live/1/events", *(f"/calls/{each}" for each in customers)]


@pytest.mark.parametrize("role", BLIND)
def test_no_page_or_part_of_one_tells_what_was_planted(planted: World, role: Role) -> None:
    browser = planted.browser(role)
    for headers in ({}, {"hx-request": "true"}):
        told = {path: browser.get(path, **headers) for path in pages(planted)}
        assert sum(answer.status_code == 200 for answer in told.values()) >= 5
        assert [path for path, answer in told.items() if PLANTED in _whole(answer)] == []
    with planted.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="personal.seen").count() == 0


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.QUALITY])
def test_who_reads_it_is_on_record_with_the_page(planted: World, role: Role) -> None:
    browser = planted.browser(role)
    read = 0
    for path in pages(planted):
        if path.startswith("/settings/audit"):
            continue  # the log itself
        before = _seen(planted)
        answer = browser.get(path)
        if PLANTED in answer.text:
            read += 1
            assert _seen(planted) > before, path
        assert PLANTED not in "".join(re.findall(r"<title>.*?</title>", answer.text))
        assert PLANTED not in str(answer.headers)
    assert read >= 10


def test_no_answer_of_the_api_tells_it_to_a_key_that_sees_no_personal_data(planted: World) -> None:
    scopes = shipped_permissions().of(["administrator"]) - {"personal.see"}
    client = program(planted, "administrator", scopes)
    with planted.database.reading() as session:
        key = session.query(Customer.external_id).filter_by(id=1).scalar()
    good, numbers = 0, _numbers(planted)
    for endpoint in ENDPOINTS:
        values = {**VALUES, "key": key}
        path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: values[match[1]], endpoint.path)  # noqa: B023
        if endpoint.method == "GET":
            answer = client.get(path)
        elif endpoint.path.endswith(("/search", "/file")) and not endpoint.form:
            answer = client.ask("POST", path, {})
        else:
            continue
        good += answer.status_code == 200
        whole = _whole(answer)
        assert PLANTED not in whole, path
        assert not [number for number in numbers if number in whole], path
    assert good >= 20


def test_no_export_tells_it_to_who_sees_no_personal_data(planted: World) -> None:
    browser, numbers = planted.browser("analyst"), _numbers(planted)
    for place, dataset in enumerate(DATASETS, start=1):
        browser.post("/exports", {"dataset": dataset, "format": "csv"})
        file = browser.get(f"/exports/{place}/file")
        assert file.status_code == 200, dataset
        whole = _whole(file)
        assert PLANTED not in whole, dataset
        assert not [number for number in numbers if number in whole], dataset


def test_metrics_tell_nothing_of_anybody(planted: World) -> None:
    planted.browser("quality").get("/customers/1")
    told = generate_latest(planted.services.metrics.registry).decode()
    assert 'route="/customers/{id:int}"' in told
    assert PLANTED not in told
    assert not [number for number in _numbers(planted) if number in told]


def test_a_fault_is_logged_by_its_route_and_not_by_its_address(
    planted: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.console.api.customers.customer_id_of", lambda *_: 1 / 0)
    client = program(planted, "quality", ("customers.read",))
    assert client.get("/customers/C-of-somebody").status_code == 500
    assert "/api/v1/customers/{key}" in caplog.text
    assert "C-of-somebody" not in "".join(
        each.getMessage() for each in caplog.records if each.name.startswith("campaigns")
    )


def _whole(answer: httpx.Response) -> str:
    """Text and headers; JSON may write a word as escapes."""
    return f"{answer.text}{answer.headers}".encode().decode("unicode_escape", "ignore") + answer.text


def _numbers(world: World) -> list[str]:
    with world.database.reading() as session:
        return [row.e164[3:] for row in session.query(PhoneNumber)]


def _seen(world: World) -> int:
    with world.database.reading() as session:
        return session.query(AuditEntry).filter_by(action="personal.seen").count()
