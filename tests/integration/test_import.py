"""A portfolio file goes in; customers come out, and an error file for the rest."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from campaigns.customers.sample import write_sample
from campaigns.errors import ImportFileError, NotFoundError, StoreError
from campaigns.store.customers import count, customer_by_external_id
from campaigns.store.database import Database
from campaigns.store.migrate import upgrade
from campaigns.store.models import ImportBatch
from tests.integration.import_world import (
    AS_OF,
    HEADERS,
    TOMORROW,
    InterruptedImportError,
    contents,
    load,
    row,
    stop_after,
    write,
)


def error_rows(path: Path | None) -> list[dict[str, str]]:
    assert path is not None
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_customers_are_stored_as_the_file_tells_them(database: Database, tmp_path: Path) -> None:
    report = load(database, write(tmp_path / "a.csv", [row(n) for n in range(5)]))
    assert (report.mapping, report.rows, report.imported, report.error_file) == ("standard", 5, 5, None)
    with database.transaction() as session:
        assert count(session) == 5
        customer = customer_by_external_id(session, "00003")
        account, number = customer.accounts[0], customer.numbers[0]
        assert (customer.name, customer.generated) == ("王小明", False)
        assert (account.amount_due, account.days_past_due, account.as_of) == (10_050, 3, AS_OF)
        assert (number.e164, number.relation, number.status) == ("+8613912340003", "self", "unknown")
        with pytest.raises(NotFoundError, match="'3'"):
            customer_by_external_id(session, "3")


def test_every_bad_row_is_in_the_error_file_and_costs_no_other(database: Database, tmp_path: Path) -> None:
    rows = [row(n) for n in range(20)]
    rows[3][3] = "-5"
    rows[7][2] = "1.39E+10"
    rows[9] = rows[9][:3]
    rows[11] = rows[1]
    rows[13][1] = "=HYPERLINK(1)"
    rows[13][4] = "31/12/2026"
    report = load(database, write(tmp_path / "a.csv", rows))
    assert (report.rows, report.imported, report.rejected, report.duplicates) == (20, 15, 4, 1)
    assert report.reasons == {"negative": 1, "rounded": 1, "ragged": 1, "duplicate": 1, "not_a_date": 1}
    errors = error_rows(report.error_file)
    assert [(e["error_row"], e["error_outcome"]) for e in errors] == [
        ("5", "rejected"),
        ("9", "rejected"),
        ("11", "rejected"),
        ("13", "duplicate"),
        ("15", "rejected"),
    ]
    assert errors[0]["error_reason"] == "amount_due: is negative"
    assert errors[0]["应还金额"] == "'-5"
    assert errors[4]["姓名"] == "'=HYPERLINK(1)"
    with database.transaction() as session:
        batch = session.query(ImportBatch).one()
        assert (batch.rows_read, batch.rows_rejected, batch.finished_at) == (20, 5, AS_OF)


def test_a_mended_error_file_can_be_imported(database: Database, tmp_path: Path) -> None:
    rows = [row(n) for n in range(3)]
    rows[1][3] = "-5"
    report = load(database, write(tmp_path / "a.csv", rows))
    assert report.error_file is not None
    mended = tmp_path / "mended.csv"
    mended.write_text(report.error_file.read_text("utf-8-sig").replace("'-5", "5"), encoding="utf-8")
    again = load(database, mended)
    assert (again.imported, again.rejected) == (1, 0)


def test_the_same_file_twice_is_the_same_as_once(database: Database, tmp_path: Path) -> None:
    file = write_sample(tmp_path / "sample.csv", AS_OF.date(), 120)
    first = load(database, file)
    once = contents(database)
    second = load(database, file)
    assert contents(database) == once
    assert (second.imported, second.updated) == (0, first.imported)
    assert (second.rejected, second.duplicates) == (first.rejected, first.duplicates) == (4, 1)
    assert first.error_file == second.error_file
    assert len(error_rows(second.error_file)) == 5


@pytest.mark.parametrize("mapping", ["standard", "credit-card-clients"])
def test_an_interrupted_import_run_again_ends_as_if_never_interrupted(
    sqlite_database: Database, tmp_path: Path, mapping: str
) -> None:
    if mapping == "standard":
        rows = [row(n, due="-1" if n % 5 == 0 else "7") for n in range(3500)]
        file = write(tmp_path / "a.csv", rows)
    else:
        headers = ["ID", *[f"X{n}" for n in range(1, 24)]]
        file = write(tmp_path / "a.csv", [[str(n), *["1"] * 23] for n in range(1, 3501)], headers)
    with pytest.raises(InterruptedImportError):
        load(sqlite_database, file, progress=stop_after(2000))
    with sqlite_database.transaction() as session:
        assert 0 < count(session) <= 2000
        assert session.query(ImportBatch).one().finished_at is None
    load(sqlite_database, file)
    whole = Database(f"sqlite:///{tmp_path / 'whole.db'}")
    upgrade(whole)
    load(whole, file)
    assert contents(sqlite_database) == contents(whole)
    whole.close()


def test_progress_counts_rows_up_to_what_was_expected(sqlite_database: Database, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    file = write(tmp_path / "a.csv", [row(n) for n in range(2500)])
    load(sqlite_database, file, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1000, 2500), (2000, 2500), (2500, 2500), (2500, 2500)]


def test_a_gbk_file_keeps_its_names(sqlite_database: Database, tmp_path: Path) -> None:
    load(sqlite_database, write(tmp_path / "a.csv", [row(1, name="欧阳建国")], encoding="gbk"))
    with sqlite_database.transaction() as session:
        assert customer_by_external_id(session, "00001").name == "欧阳建国"


def test_a_workbook_with_numbers_as_floats(sqlite_database: Database, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADERS)
    sheet.append(["007", "张三", 13812345678.0, 88.5, AS_OF.replace(tzinfo=None, hour=0)])
    sheet.append(["008", "李四", "1.38123E+10", 88.5, "2026-11-20"])
    book.save(tmp_path / "a.xlsx")
    report = load(sqlite_database, tmp_path / "a.xlsx")
    assert (report.imported, report.reasons) == (1, {"rounded": 1})
    with sqlite_database.transaction() as session:
        customer = customer_by_external_id(session, "007")
        assert customer.numbers[0].e164 == "+8613812345678"
        assert customer.accounts[0].amount_due == 8_850
        assert customer.accounts[0].days_past_due == 0


def test_a_header_alone_is_an_import_of_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    report = load(sqlite_database, write(tmp_path / "a.csv", []))
    assert (report.rows, report.error_file) == (0, None)


def test_a_file_that_fits_nothing_names_itself_and_leaves_no_trace(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with pytest.raises(ImportFileError, match=r"a\.csv: no known mapping fits"):
        load(sqlite_database, write(tmp_path / "a.csv", [["1"]], ["备注"]))
    with sqlite_database.transaction() as session:
        assert session.query(ImportBatch).count() == 0


def test_a_database_without_tables_is_one_readable_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="xiaorong init"):
        load(Database(f"sqlite:///{tmp_path / 'new.db'}"), write(tmp_path / "a.csv", [row(1)]))


def test_an_older_file_never_overwrites_a_newer_ledger(database: Database, tmp_path: Path) -> None:
    load(database, write(tmp_path / "new.csv", [row(1, due="5")]), TOMORROW)
    report = load(database, write(tmp_path / "old.csv", [row(1, due="900"), row(2)]), AS_OF)
    assert (report.imported, report.rejected, report.reasons) == (1, 1, {"outdated": 1})
    with database.transaction() as session:
        assert customer_by_external_id(session, "00001").accounts[0].amount_due == 500


def test_the_same_day_an_hour_earlier_is_not_older(sqlite_database: Database, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", [row(1)])
    load(sqlite_database, file, AS_OF)
    assert load(sqlite_database, file, AS_OF - timedelta(hours=9)).updated == 1


def test_one_customer_may_have_several_accounts(database: Database, tmp_path: Path) -> None:
    rows = [[*row(1), "A1"], [*row(1), "A2"], [*row(1), "A1"], [*row(2), "A2"]]
    report = load(database, write(tmp_path / "a.csv", rows, [*HEADERS, "账户编号"]))
    assert (report.imported, report.duplicates, report.rejected) == (2, 1, 1)
    assert report.reasons == {"duplicate": 1, "other_customer": 1}
    with database.transaction() as session:
        assert count(session) == 1
        customer = customer_by_external_id(session, "00001")
        assert [account.external_id for account in customer.accounts] == ["A1", "A2"]
        assert len(customer.numbers) == 1


def test_an_account_cannot_move_to_another_customer(database: Database, tmp_path: Path) -> None:
    headers = [*HEADERS, "账户编号"]
    load(database, write(tmp_path / "a.csv", [[*row(1), "A1"]], headers))
    report = load(database, write(tmp_path / "b.csv", [[*row(2), "A1"]], headers))
    assert report.reasons == {"other_customer": 1}
