"""Finding customers, reading one's story, barring calls."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.store.console.customers import Place, Sort, Wanted, find_customers, search_customers
from campaigns.store.database import Database
from campaigns.store.models import Account, AuditEntry, Customer, Suppression
from tests.integration.console.world import NAMES, World, fill
from tests.integration.store.rows import AT, add_customer


def keys(page: str) -> list[str]:
    return re.findall(r"<small>(C\d+)</small>", page)


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_hold_everybody_once_and_in_order(database: Database, sort: Sort, limit: int) -> None:
    with database.transaction() as session:
        people = [add_customer(session, amount_due=100 * (n % 3), days_past_due=n % 2 - 1) for n in range(7)]
        second = Account(
            customer_id=people[0].id, external_id="second", product="p", currency="CNY", credit_limit=1,
            balance=1, amount_due=500, minimum_due=1, due_date=AT.date(), days_past_due=90, as_of=AT,
        )  # fmt: skip
        session.add(second)
    seen: list[int] = []
    place: Place | None = None
    with database.reading() as session:
        while True:
            page = find_customers(session, Wanted(sort=sort), AT, after=place, limit=limit)
            seen += [line.id for line in page.lines]
            place = page.next
            if place is None:
                break
    assert sorted(seen) == sorted(person.id for person in people)
    if sort is not Sort.NEWEST:
        assert seen[0] == people[0].id  # by the second account


def test_filters_on_both_databases(database: Database) -> None:
    fill(database)
    with database.reading() as session:

        def found(**wanted: object) -> int:
            search = Wanted(**wanted)  # type: ignore[arg-type]
            page, total = search_customers(session, search, AT)
            assert total == len(page.lines)
            return len(page.lines)

        assert found() == len(NAMES)
        assert [found(grade=letter) for letter in ("A", "B", "C", "D", "none")] == [2, 2, 1, 1, 0]
        assert (found(tag="dormant"), found(tag="none such")) == (len(NAMES), 0)
        assert (found(number="active"), found(number="empty")) == (len(NAMES), 0)
        assert (found(promise="pending"), found(promise="broken")) == (len(NAMES), 0)
        assert found(barred=True) == 1
        assert (found(text=NAMES[2][:2], personal=True), found(text=NAMES[2][:2])) == (1, 0)
        assert (found(text="C"), found(text="c%_")) == (len(NAMES), 0)
        assert found(text="C", grade="A", tag="dormant", sort=Sort.OWING, barred=True) == 0


def test_a_bar_is_put_up_and_lifted_with_reasons_on_record(world: World) -> None:
    manager, path = world.browser("campaign_manager"), "/customers/1"
    answer = manager.post(f"{path}/bar", {"reason": "hardship", "days": "30", "why": "wrote to us"})
    assert answer.headers["location"] == path
    assert "已停呼" in manager.get(path).text
    with world.database.reading() as session:
        bar = session.query(Suppression).filter_by(customer_id=1).one()
        assert bar.until is not None
        assert (bar.until - bar.created_at).days == 30
    lift = f"{path}/bar/{bar.id}/lift"
    assert world.browser("quality").post(lift, {"why": "x"}).status_code == 403
    assert manager.post(lift, {"why": ""}).status_code == 409
    assert manager.post(f"/customers/2/bar/{bar.id}/lift", {"why": "not theirs"}).status_code == 404
    assert manager.post(lift, {"why": "paid"}).status_code == 303
    assert manager.post(lift, {"why": "again"}).status_code == 409
    with world.database.reading() as session:
        rows = session.query(AuditEntry).filter(AuditEntry.action.like("customers.%")).order_by(AuditEntry.id)
        told = [(row.action, row.reason, row.before, row.after.get("reason")) for row in rows]
        key = session.get_one(Customer, 1).external_id
        assert {row.subject for row in rows} == {key}
    assert told[0] == ("customers.suppressed", "wrote to us", {"bar": None}, "hardship")
    assert told[1][:3] == ("customers.lifted", "paid", {"bar": bar.id, "reason": "hardship"})


@pytest.mark.parametrize(
    "fields",
    [
        {"reason": "because", "days": "", "why": "x"},
        {"reason": "hardship", "days": "3", "why": "x"},
        {"reason": "hardship", "days": "", "why": "  "},
        {},
    ],
)
def test_a_bar_without_what_it_needs_is_refused(world: World, fields: dict[str, str]) -> None:
    assert world.browser("quality").post("/customers/1/bar", fields).status_code == 409
    with world.database.reading() as session:
        assert session.query(Suppression).filter_by(customer_id=1).count() == 0


def test_the_story_has_every_part(world: World) -> None:
    browser = world.browser("quality")
    said = {
        "overview": NAMES[0],
        "decisions": "允许",
        "calls": "1:05",
        "promises": "待履约",
        "messages": f"{NAMES[0]}您好",
        "file": "没有登记的事实",
        "nonsense": NAMES[0],
    }
    for tab, expected in said.items():
        assert expected in browser.get(f"/customers/1?tab={tab}").text, tab
    assert f"请问是{NAMES[0]}本人吗" in browser.get("/calls/1").text
    assert browser.get("/customers/999").status_code == 404


TEXTS = st.text(max_size=80)
PLACES = st.from_regex(r"-?\d{1,40}_\d{1,40}", fullmatch=True)
NAMES_OF_PARAMETERS = (
    "q", "grade", "tag", "number", "promise", "barred", "sort", "after", "before", "state", "tab", "by",
    "action", "kind", "subject", "next",
)  # fmt: skip
PARAMETERS = st.dictionaries(
    st.sampled_from(NAMES_OF_PARAMETERS),
    TEXTS | PLACES | st.sampled_from(["1", "0_0", "overdue", "%"]),
    max_size=6,
)


@given(values=PARAMETERS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_breaks_a_page(world: World, values: dict[str, str]) -> None:
    browser = world.browser("administrator")
    for path in ("/customers", "/customers/1", "/campaigns", "/settings/audit", "/jobs", "/sign-in"):
        answer = browser.client.get(path, params=values)
        assert answer.status_code in (200, 303), (path, answer.text[:300])
    for path in ("/customers", "/calls", "/settings/audit"):
        answer = browser.find(path, **values)
        assert answer.status_code == 200, (path, answer.text[:300])
