"""Nobody sees personal data whose role does not allow it; and of those who do, it is known what they saw."""

from __future__ import annotations

import logging
import re

import pytest

from campaigns.console.access.permissions import Role, shipped_permissions
from campaigns.customers.phone import readable
from campaigns.store.models import AuditEntry, Call, Customer, PhoneNumber
from telephony.numbers import mask
from tests.integration.console.keys import program
from tests.integration.console.routes import pages_of_anybody
from tests.integration.console.world import NAMES, SAID, World

BLIND = [role for role in Role if not shipped_permissions().allow([role], "personal.see")]
RANDOM = re.compile(
    r'"[0-9a-f]{128}"|<!-- \w+ -->$|sought=[\w-]+'
)  # tokens of forms, padding, words that are sealed
TABS = ("overview", "decisions", "calls", "promises", "messages", "file")


def pages(world: World) -> list[str]:
    """Every page there is, of every customer, with every tab and search."""
    with world.database.reading() as session:
        ids = [row.id for row in session.query(Customer)]
    found = [each.path for each in pages_of_anybody()]
    found += [f"/customers/{i}?tab={tab}" for i in ids for tab in TABS]
    found += [f"/calls/{i}" for i in ids]
    return found + [f"/customers?sort={sort}" for sort in ("newest", "overdue", "owing")]


def personal(world: World) -> set[str]:
    """Every personal value of the world, in every form that it may take on a page."""
    with world.database.reading() as session:
        numbers = [row.e164 for row in session.query(PhoneNumber)]
        tails = {row.id_tail for row in session.query(Customer) if row.id_tail}
    plain = {number[3:] for number in numbers}
    return {*numbers, *plain, *map(readable, numbers), *tails, *NAMES}


@pytest.mark.parametrize("role", BLIND)
def test_no_page_tells_personal_data_to_a_role_that_may_not_see_it(world: World, role: Role) -> None:
    browser, secrets = world.browser(role), personal(world)
    shown = 0
    answers = [(path, browser.get(path)) for path in pages(world)]
    if shipped_permissions().allow([role], "customers.read"):
        answers += [
            (word, browser.find("/customers", q=word)) for word in (NAMES[0], "C", "154", NAMES[0][:2])
        ]
    for path, page in answers:
        shown += page.status_code == 200
        text = RANDOM.sub("", page.text).replace(f'value="{path}"', "")  # what was typed in, told back
        assert not [secret for secret in secrets if secret in text], path
        assert SAID.split("{")[0] not in text
    assert shown >= 5
    with world.database.reading() as session:
        assert session.query(AuditEntry).filter_by(action="personal.seen").count() == 0


def test_who_may_not_see_names_cannot_find_out_by_searching(world: World) -> None:
    analyst, quality = world.browser("analyst"), world.browser("quality")
    with world.database.reading() as session:
        number = session.query(PhoneNumber).first()
        customer = session.query(Customer).first()
        assert number is not None
        assert customer is not None
    for typed in (NAMES[0], NAMES[0][:2], number.e164, number.e164[3:]):
        assert "没有符合条件的客户" in analyst.find("/customers", q=typed).text
        assert "1 位客户" in quality.find("/customers", q=typed).text
    assert "1 位客户" in analyst.find("/customers", q=customer.external_id, sort="owing").text


def test_what_is_seen_goes_on_record_with_the_page(world: World) -> None:
    browser = world.browser("quality")
    page = browser.get("/customers/1").text
    assert NAMES[0] in page
    browser.get("/customers")
    with world.database.reading() as session:
        rows = session.query(AuditEntry).filter_by(action="personal.seen").order_by(AuditEntry.id).all()
        keys = sorted(row.external_id for row in session.query(Customer))
        first = session.get_one(Customer, 1).external_id
    assert [(row.by, row.subject_kind, row.subject) for row in rows] == [
        ("quality", "customer", first),
        ("quality", "customers", "/customers"),
    ]
    assert sorted(rows[1].after["customers"]) == keys


def test_what_cannot_be_put_on_record_is_not_shown(world: World) -> None:
    browser = world.browser("quality")
    with world.database.transaction() as session:
        session.connection().exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    answer = browser.get("/customers/1")
    assert answer.status_code == 500
    assert NAMES[0] not in answer.text


def test_the_log_and_the_audit_hold_no_personal_data(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for role in (Role.QUALITY, Role.ANALYST):
        browser = world.browser(role)
        for path in ("/customers", "/customers/1", "/customers/1?tab=messages", "/calls/1"):
            browser.get(path)
        browser.find("/customers", q=NAMES[0])
        browser.post("/customers/1/bar", {"reason": "complaint", "days": "", "why": "called us"})
    with world.database.reading() as session:
        kept = "".join(f"{row.before}{row.after}{row.subject}" for row in session.query(AuditEntry))
    own = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    assert not [secret for secret in personal(world) if secret in kept + own and len(secret) > 4]


@pytest.mark.parametrize("path", ["/calls/1", "/api/v1/calls"])
def test_who_sees_a_caller_that_nobody_knows_is_on_record_too(world: World, path: str) -> None:
    with world.database.transaction() as session:
        call = session.get_one(Call, 1)
        call.direction, call.customer_id, call.attempt_id, call.campaign_id = "inbound", None, None, None
        number = call.e164
        assert number is not None
    if path.startswith("/api"):
        assert number in program(world, "quality").get(path.removeprefix("/api/v1")).text
    else:
        assert readable(number) in world.browser("quality").get(path).text
    with world.database.reading() as session:
        row = session.query(AuditEntry).filter_by(action="personal.seen").one()
    assert mask(number) in row.after["customers"]


def test_of_whoever_was_seen_each_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.console.visit.AT_MOST", 4)
    program(world, "quality").get("/customers?limit=500")
    with world.database.reading() as session:
        rows = session.query(AuditEntry).filter_by(action="personal.seen").all()
        everybody = sorted(row.external_id for row in session.query(Customer))
    assert [row.after["count"] for row in rows] == [4, 2]
    assert sorted(key for row in rows for key in row.after["customers"]) == everybody
