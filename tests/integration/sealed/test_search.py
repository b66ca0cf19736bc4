"""What people look for, with a key as without one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from campaigns.store.console.customers import Wanted, search_customers
from campaigns.store.console.today import failed_messages
from campaigns.store.database import Database, Session
from campaigns.store.features import features
from campaigns.store.models import Customer, Message, PhoneNumber
from campaigns.store.number_reading import statistics
from campaigns.store.sealed.sealing import seal
from tests.integration.console.world import NAMES, fill, open_world
from tests.integration.import_world import TOMORROW, load, row, write
from tests.integration.sealed.sealing_world import FIRST, address, opened
from tests.integration.store.rows import AT
from tests.integration.store.test_number_reports import PACK


@pytest.fixture(params=["clear", "sealed"])
def store(request: pytest.FixtureRequest, sqlite_database: Database) -> Iterator[Database]:
    fill(sqlite_database)
    with sqlite_database.transaction() as session:
        for n, customer in enumerate(session.scalars(select(Customer).order_by(Customer.id))):
            customer.attributes = {"income": 1000 * n, "note": "x"}
    if request.param == "clear":
        yield sqlite_database
        return
    sqlite_database.close()
    seal(address(sqlite_database), FIRST, AT)
    sealed = opened(sqlite_database, FIRST)
    yield sealed
    sealed.close()


def found(session: Session, text: str, **more: object) -> list[str]:
    wanted = replace(Wanted(text=text, personal=True), **more)  # type: ignore[arg-type]
    page, total = search_customers(session, wanted, AT)
    assert total == len(page.lines)
    return sorted(line.name.value for line in page.lines)


def test_customers_are_found_by_beginnings_and_numbers(store: Database) -> None:
    with store.reading() as session:
        first = session.scalars(select(Customer).where(Customer.name == NAMES[0])).one()
        number = session.scalars(select(PhoneNumber.e164).where(PhoneNumber.customer_id == first.id)).one()
        for size in range(1, len(NAMES[0]) + 1):
            assert found(session, NAMES[0][:size]) == [NAMES[0]]
        assert found(session, NAMES[0][1:]) == []
        assert found(session, NAMES[0], personal=False) == []
        assert found(session, first.external_id) == [NAMES[0]]
        assert found(session, number, e164=number) == [NAMES[0]]
        assert found(session, number[:-1], e164=number[:-1]) == []


def test_a_longer_beginning_is_looked_for_by_its_first_four(store: Database) -> None:
    with store.transaction() as session:
        session.scalars(select(Customer).where(Customer.name == NAMES[0])).one().name = "阿卜杜拉·买买提"
    with store.reading() as session:
        assert found(session, "阿卜杜拉·买") == ["阿卜杜拉·买买提"]
        assert found(session, NAMES[0]) == []  # the name of before


def test_a_name_that_an_import_changes_is_found_by_the_new_one(store: Database, tmp_path: Path) -> None:
    load(store, write(tmp_path / "one.csv", [row(1, name="钱多多"), row(2, name="钱一")]))
    with store.reading() as session:
        assert (found(session, "钱"), found(session, "钱多")) == (["钱一", "钱多多"], ["钱多多"])
    load(store, write(tmp_path / "two.csv", [row(1, name="孙多多")]), TOMORROW)
    with store.reading() as session:
        assert (found(session, "钱"), found(session, "孙多")) == (["钱一"], ["孙多多"])


def test_numbers_are_counted_by_their_beginnings(store: Database) -> None:
    with store.reading() as session:
        groups = statistics(session, "prefix", PACK, AT)
    assert [(group.key, group.numbers) for group in groups] == [("+86 154", len(NAMES))]


def test_grading_reads_imported_fields(store: Database) -> None:
    with store.reading() as session:
        income = features(session, ("income", "none_such")).sort("customer_id")["income"]
    assert income.to_list() == [1000 * n for n in range(len(NAMES))]
    assert income.dtype == pl.Int64


@pytest.mark.parametrize("store", ["sealed"], indirect=True)
def test_the_page_says_how_names_are_found(store: Database, tmp_path: Path) -> None:
    browser = open_world(tmp_path / "home", store).browser("quality")
    page = browser.find("/customers", q=NAMES[0][:2]).text
    assert NAMES[0] in page
    assert "前 4 个字" in page


def test_messages_that_failed_are_told_by_reason_and_calls_of_work_are_linked(
    store: Database, tmp_path: Path
) -> None:
    with store.transaction() as session:
        messages = session.scalars(select(Message).order_by(Message.id)).all()
        for n, message in enumerate(messages):
            message.state, message.reason = "failed", "unreachable" if n < 4 else None
    with store.reading() as session:
        groups = failed_messages(session, AT)
        assert [(each.reason, each.count) for each in groups] == [("unreachable", 4), ("", len(messages) - 4)]
        assert [customer for customer, _ in groups[0].examples] == [
            each.customer_id for each in reversed(messages[1:4])
        ]
    quality = open_world(tmp_path / "home", store).browser("quality")
    page = quality.get("/today")
    assert page.status_code == 200
    calls = set(re.findall(r'href="(/calls/\d+)"', page.text))
    assert calls
    assert {quality.get(call).status_code for call in calls} == {200}
