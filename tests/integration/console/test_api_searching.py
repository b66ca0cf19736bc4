"""A program searches by a body: nothing of it stands in an address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from campaigns.store.models import AuditEntry, Customer
from tests.integration.console.keys import program
from tests.integration.console.world import NAMES, World


@pytest.mark.parametrize(
    ("path", "listed", "query"),
    [
        ("/customers/search", "/customers", {"q": NAMES[0][:2], "limit": 5}),
        ("/calls/search", "/calls", {"customer": "KEY", "limit": 2}),
        ("/audit/search", "/audit", {"subject": "march", "limit": 2}),
    ],
)
def test_a_search_by_body_answers_as_the_one_by_address(
    world: World, path: str, listed: str, query: dict[str, Any]
) -> None:
    actions = ("customers.read", "personal.see", "calls.read", "audit.read")
    client = program(world, "administrator", actions)
    with world.database.reading() as session:
        key = session.query(Customer.external_id).filter_by(name=NAMES[0]).scalar()
    asked = {name: key if value == "KEY" else value for name, value in query.items()}
    by_body = client.ask("POST", path, asked)
    assert by_body.status_code == 200, by_body.text
    by_address = client.get(f"{listed}?{urlencode(asked)}").json()
    assert by_body.json()["items"] == by_address["items"]
    assert client.ask("POST", path, {**asked, "limit": 0}).status_code == 422


def test_a_search_of_a_program_is_on_record_by_its_length(world: World) -> None:
    client = program(world, "quality", ("customers.read", "personal.see"))
    client.ask("POST", "/customers/search", {"q": "nobody of this name"})
    program(world, "analyst", ("customers.read",)).ask("POST", "/customers/search", {"q": "C"})
    with world.database.reading() as session:
        rows = session.query(AuditEntry).filter_by(action="personal.searched").all()
        assert [(row.by, row.via, row.after) for row in rows] == [("quality", "token", {"length": 19})]


def test_the_audit_log_is_taken_by_a_search_in_the_body(world: World) -> None:
    client = program(world, "auditor", ("audit.read",))
    answer = client.ask("POST", "/audit/file", {"subject": "march"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines()[0].endswith("reason")


def test_a_bar_is_lifted_with_why_in_the_body(world: World) -> None:
    client = program(world, "campaign_manager", ("customers.read", "customers.lift"))
    with world.database.reading() as session:
        key = session.query(Customer.external_id).filter_by(name=NAMES[1]).scalar()
    bars = client.get(f"/customers/{key}").json()["bars"]
    path = f"/customers/{key}/bars/{bars[0]['id']}/lift"
    assert client.ask("POST", path, {}).status_code == 422
    assert client.ask("POST", path, {"why": "signed again"}).status_code == 200
    assert client.ask("POST", path, {"why": "signed again"}).status_code in (404, 409)
    assert not client.get(f"/customers/{key}").json()["bars"][0]["in_force"]
