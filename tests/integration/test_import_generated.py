"""Generated people: who they are, that they stay who they are, and that they never mix with real ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from campaigns.customers.generate import NumberRange, load_ranges, unreachable
from campaigns.errors import ImportFileError
from campaigns.store.customers import customer_by_external_id
from campaigns.store.database import Database
from campaigns.store.models import PhoneNumber
from tests.integration.import_world import HEADERS, load, row, write

CARDS = ["ID", *[f"X{n}" for n in range(1, 24)]]


def cards(path: Path, first: int, last: int) -> Path:
    return write(path, [[str(n), *["1"] * 23] for n in range(first, last + 1)], CARDS)


def numbers(database: Database) -> dict[str, str]:
    with database.transaction() as session:
        return {n.customer.external_id: n.e164 for n in session.scalars(select(PhoneNumber))}


def test_each_customer_has_a_number_of_its_own_that_reaches_nobody(
    database: Database, tmp_path: Path
) -> None:
    load(database, cards(tmp_path / "a.csv", 1, 1500), seed=7)
    given = numbers(database)
    assert len(given) == len(set(given.values())) == 1500
    assert all(unreachable(e164, load_ranges()) for e164 in given.values())
    with database.transaction() as session:
        customer = customer_by_external_id(session, "UCI-1")
        assert customer.generated
        assert customer.numbers[0].generated
        assert customer.name
        assert customer.id_tail


def test_numbers_stay_distinct_when_few_are_left_and_stay_the_same_afterwards(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = {"CN": (NumberRange(prefix="+8615400000", digits=3),)}
    monkeypatch.setattr("campaigns.customers.generate.load_ranges", lambda: narrow)
    load(sqlite_database, cards(tmp_path / "a.csv", 1, 300))
    first = numbers(sqlite_database)
    load(sqlite_database, cards(tmp_path / "b.csv", 100, 600))
    both = numbers(sqlite_database)
    assert len(both) == len(set(both.values())) == 600
    assert first.items() <= both.items()


def test_a_generated_row_never_touches_a_real_customer(database: Database, tmp_path: Path) -> None:
    load(database, write(tmp_path / "a.csv", [row(1)]))
    made_up = [*row(1, due="1"), "是"]
    made_up[2] = "15412345678"
    report = load(database, write(tmp_path / "b.csv", [made_up], [*HEADERS, "生成数据"]))
    assert report.reasons == {"real_customer": 1}
    with database.transaction() as session:
        customer = customer_by_external_id(session, "00001")
        assert not customer.generated
        assert customer.accounts[0].amount_due == 10_050
        assert len(customer.numbers) == 1


def test_a_region_without_an_unreachable_range_cannot_have_generated_numbers(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with pytest.raises(ImportFileError, match=r"ranges\.yaml"):
        load(sqlite_database, cards(tmp_path / "a.csv", 1, 2), region="DE")
    assert numbers(sqlite_database) == {}
