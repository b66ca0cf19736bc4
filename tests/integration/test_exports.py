"""Exports: what leaves the store, in which form, and that it is on record."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import polars
import pytest
from sqlalchemy import delete, select, update

from campaigns.cli.exporting import Asked, export_rows
from campaigns.errors import ConflictError, NotFoundError, SettingsError, StoreError
from campaigns.outcomes.exports import writers
from campaigns.outcomes.exports.schema import DATASETS
from campaigns.outcomes.overview.period import Period
from campaigns.settings import Settings, create_home, load_settings
from campaigns.store.database import Database
from campaigns.store.exports import rows
from campaigns.store.exports.rows import Filter, pages
from campaigns.store.models import Call, Customer, ExportRecord, FollowUp, Message, Payment
from tests.integration.report_world import START, Dial, History, World, allowed

SHANGHAI = ZoneInfo("Asia/Shanghai")
MEMBERS = [
    allowed(Dial("promise", timedelta(hours=1), 60, True, 50_000, 300), external_id="=1+1"),
    allowed(Dial("vulnerable", talk_s=30, right_party=True)),
    allowed(Dial("busy"), Dial("no_answer", timedelta(days=1))),
    History((("refuse", "vulnerable"),)),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    create_home(tmp_path / "home")
    return load_settings(tmp_path / "home")


@pytest.fixture
def store(sqlite_database: Database) -> Database:
    with sqlite_database.transaction() as session:
        World(session).campaign("spring", MEMBERS)
        World(session).campaign("summer", [allowed(Dial("busy"))])
        session.add(
            Message(
                customer_id=1,
                call_id=1,
                channel="sms",
                template="t",
                body="王先生",
                state="sent",
                created_at=START,
            )
        )
        session.add(FollowUp(customer_id=2, call_id=2, reason="vulnerable", urgent=True, created_at=START))
        session.add(
            Payment(
                account_id=1,
                reference="R1",
                amount=50_000,
                currency="CNY",
                paid_on=date(2026, 3, 4),
                paid_at=START + timedelta(days=2),
                booked_at=START,
                file_name="f.csv",
            )
        )
    return sqlite_database


def asked(dataset: str, out: Path, form: str = "csv", **others: object) -> Asked:
    values: dict[str, object] = {"campaigns": (), "period": Period(), "personal": False, "reason": ""}
    return Asked(dataset=dataset, form=form, out=out, **(values | others))  # type: ignore[arg-type]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_export_has_its_columns_and_is_of_one_kind_in_all_forms(
    dataset: str, store: Database, settings: Settings, tmp_path: Path
) -> None:
    names = [field.name for field in DATASETS[dataset]]
    for form in ("csv", "xlsx", "parquet"):
        export_rows(settings, store, asked(dataset, tmp_path / f"x.{form}", form))
    lines = read(tmp_path / "x.csv")
    assert list(lines[0]) == names
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert [cell.value for cell in sheet[1]] == names
    table = polars.read_parquet(tmp_path / "x.parquet")
    assert table.columns == names
    assert len(lines) == sheet.max_row - 1 == len(table)


def test_parquet_and_sheets_keep_types(store: Database, settings: Settings, tmp_path: Path) -> None:
    export_rows(settings, store, asked("promises", tmp_path / "p.parquet", "parquet"))
    (row,) = polars.read_parquet(tmp_path / "p.parquet").to_dicts()
    assert (row["amount"], row["currency"], row["due"], row["relief"]) == (
        50_000,
        "CNY",
        date(2026, 3, 7),
        300,
    )
    assert row["made_at"] == datetime(2026, 3, 2, 2, 1, 20, tzinfo=UTC)
    export_rows(settings, store, asked("promises", tmp_path / "p.xlsx", "xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "p.xlsx").active
    cells = {head.value: value.value for head, value in zip(sheet[1], sheet[2], strict=True)}
    assert cells["amount"] == 50_000
    assert cells["made_at"] == datetime(2026, 3, 2, 10, 1, 20)  # noqa: DTZ001 - local, as a sheet has it
    assert cells["customer"] == "=1+1"
    assert sheet[2][2].data_type == "s"


def test_masked_without_health_and_safe_in_a_spreadsheet(
    store: Database, settings: Settings, tmp_path: Path
) -> None:
    export_rows(settings, store, asked("attempts", tmp_path / "c.csv"))
    lines = read(tmp_path / "c.csv")
    assert lines[0]["customer"] == "'=1+1"
    assert all("****" in line["number"] for line in lines)
    assert [line["disposition"] for line in lines[:2]] == ["promise", "withheld"]
    for dataset in DATASETS:
        export_rows(settings, store, asked(dataset, tmp_path / "x", personal=True, reason="audit 7"))
        assert "vulnerable" not in (tmp_path / "x").read_text(encoding="utf-8")


def test_personal_data_leave_only_for_a_reason_on_record(
    store: Database, settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(ConflictError, match="--reason"):
        export_rows(settings, store, asked("messages", tmp_path / "m.csv", personal=True))
    assert not (tmp_path / "m.csv").exists()
    export_rows(settings, store, asked("messages", tmp_path / "m.csv", personal=True, reason="complaint 17"))
    assert read(tmp_path / "m.csv")[0]["body"] == "王先生"
    with store.transaction() as session:
        (record,) = session.scalars(select(ExportRecord)).all()
        assert (record.personal, record.reason, record.rows) == (True, "complaint 17", 1)
        assert record.closed_at is not None


def test_only_what_is_asked_for(store: Database, settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "a.csv"
    for others, count in (
        ({"campaigns": ("spring",)}, 4),
        ({"campaigns": ("summer",)}, 1),
        ({"period": Period(date(2026, 3, 3), None)}, 1),
        ({"period": Period(None, date(2026, 3, 2))}, 4),
        ({}, 5),
    ):
        export_rows(settings, store, asked("attempts", out, **others))
        assert len(read(out)) == count
    with pytest.raises(NotFoundError, match="no campaign"):
        export_rows(settings, store, asked("attempts", out, campaigns=("nope",)))
    with pytest.raises(NotFoundError, match="no export 'turns'"):
        export_rows(settings, store, asked("turns", out))
    with pytest.raises(NotFoundError, match="csv, xlsx, parquet"):
        export_rows(settings, store, asked("calls", out, "ods"))


def test_a_sheet_that_would_be_too_long_is_refused_before_it_is_written(
    store: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "XLSX_ROWS", 4)
    with pytest.raises(ConflictError, match="parquet"):
        export_rows(settings, store, asked("attempts", tmp_path / "a.xlsx", "xlsx"))
    assert list(tmp_path.glob("a.*")) == []


def test_pages_hold_each_row_once_and_leave_out_what_comes_in_meanwhile(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PAGE", 2)
    reading = pages(store, "attempts", Filter())
    found = [row[0] for row in next(reading)]
    with store.transaction() as session:
        World(session).campaign("autumn", [allowed(Dial("busy"))])
    found += [row[0] for page in reading for row in page]
    assert found == [1, 2, 3, 4, 5]


def test_an_export_that_fails_is_on_record_as_open(
    store: Database, settings: Settings, tmp_path: Path
) -> None:
    for form in ("csv", "xlsx", "parquet"):
        with pytest.raises(SettingsError, match="cannot be written"):
            export_rows(settings, store, asked("calls", tmp_path / "no" / "c", form))
    with store.transaction() as session:
        assert [record.rows for record in session.scalars(select(ExportRecord))] == [None] * 3


@pytest.mark.parametrize("change", [update(ExportRecord).values(reason="other"), delete(ExportRecord)])
def test_the_record_of_an_export_is_not_changed(database: Database, change: object) -> None:
    with database.transaction() as session:
        session.add(
            ExportRecord(
                begun_at=START,
                actor="a",
                dataset="calls",
                format="csv",
                personal=False,
                file_name="f",
                rows=1,
                closed_at=START,
            )
        )
    with pytest.raises(StoreError, match="stay on record"), database.transaction() as session:
        session.execute(change)  # type: ignore[call-overload]


def test_postgres_gives_the_same(postgres_database: Database) -> None:
    with postgres_database.transaction() as session:
        World(session).campaign("spring", MEMBERS)
    for dataset in DATASETS:
        for page in pages(postgres_database, dataset, Filter(campaigns=("spring",), start=START)):
            assert all(len(row) == len(DATASETS[dataset]) for row in page)
    with postgres_database.transaction() as session:
        assert session.scalars(select(Call.id)).all()
        assert session.scalars(select(Customer.id)).all()
