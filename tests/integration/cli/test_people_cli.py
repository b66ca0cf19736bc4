"""Merging, numbers and the stages of a loan, as an operator meets them."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from campaigns.customers.sample import write_sample
from campaigns.errors import ConflictError, NotFoundError
from campaigns.settings import load_settings
from campaigns.store.database import Database
from campaigns.store.models import Call, Customer, Grade
from tests.integration.cli.test_facts_cli import Operator


@pytest.fixture
def run(tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    """An installation with a small portfolio."""
    monkeypatch.setenv("XIAORONG_CACHE_DIR", str(model_cache))
    monkeypatch.setenv("COLUMNS", "160")
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    portfolio = write_sample(tmp_path / "p.csv", today, customers=20, seed=2)
    operator = Operator(tmp_path / "home")
    operator("init")
    operator("customers", "import", str(portfolio))
    return operator


def test_merge_explain_and_split(run: Operator) -> None:
    told = run("customers", "merge", "C00001", "C00002", "--reason", "same ID", "--by", "wang")
    assert "one person now, of 2 records" in told
    explained = run("compliance", "explain", "C00002")
    assert "C00001" in explained
    assert "wang: same ID" in explained
    assert "same person has these keys too" in run("grade", "explain", "C00001")
    with pytest.raises(ConflictError, match="one person already"):
        run("customers", "merge", "C00002", "C00001", "--reason", "again")
    assert "two people" in run("customers", "split", "C00001", "--into", "C00002", "--reason", "no")
    made = run("customers", "split", "C00001", "--into", "N1", "--accounts", "C00001", "--reason", "two")
    assert "N1 is a customer of its own now, with 1 accounts and 0 numbers" in made
    assert "pairs. To merge one" in run("customers", "duplicates")


def test_numbers_go_out_to_a_vendor_and_come_back(run: Operator, tmp_path: Path) -> None:
    due = tmp_path / "due.csv"
    run("numbers", "export", str(due))
    rows = due.read_text(encoding="utf-8-sig").split()[1:]
    assert rows
    result = tmp_path / "result.csv"
    lines = [f"{number},{place % 7}" for place, number in enumerate(rows)]
    result.write_text("\n".join(["手机号,状态码", *lines]), encoding="gbk")
    told = run("numbers", "import", str(result), "--vendor", "wapi-2")
    assert f"{len(rows)} states taken" in told
    assert "does not know; these numbers are not called: '6' (" in told
    run("numbers", "export", str(due))
    left = due.read_text(encoding="utf-8-sig").split()[1:]
    assert left == [number for place, number in enumerate(rows) if place % 7 == 6]
    shown = run("numbers", "show", rows[0])
    assert rows[0] not in shown  # masked
    assert "80%" in shown
    table = tmp_path / "stats.csv"
    for by in ("prefix", "campaign", "source", "status"):
        run("numbers", "stats", "--by", by, "--csv", str(table))
    with table.open(encoding="utf-8-sig") as stream:
        counted = {row["status"]: int(row["numbers"]) for row in csv.DictReader(stream)}
    assert sum(counted.values()) == len(rows)
    with pytest.raises(NotFoundError, match="neither a number nor the key"):
        run("numbers", "show", "nobody")


def test_applications_and_running_loans(run: Operator, tmp_path: Path) -> None:
    file = tmp_path / "apps.csv"
    file.write_text("申请编号,黑名单,近30天申请次数\nP1,是,1\nP2,否,9\nP3,也许,1\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    told = run("grade", "--life-cycle", "before", "--file", str(file), "--csv", str(out))
    assert "3 rows: 2 graded, 1 rejected" in told
    assert out.read_text(encoding="utf-8-sig").splitlines()[1:] == [
        "P1,decline,D,0,blacklisted=D",
        "P2,none,B,2,many_enquiries+2",
    ]
    assert "blacklisted == 1" in run("grade", "explain", "P1", "--life-cycle", "before")
    shipped = Path(__file__).parents[3] / "campaigns/grading/rules/before.yaml"
    rules = tmp_path / "stricter.yaml"
    rules.write_text(shipped.read_text(encoding="utf-8").replace("watch: 3", "watch: 2"), encoding="utf-8")
    assert "1 outcomes would change" in run("grade", "diff", "--life-cycle", "before", "--rules", str(rules))
    assert "Outcomes by rules during-1" in run("grade", "--life-cycle", "during")
    with pytest.raises(ConflictError, match="give the applications"):
        run("grade", "--life-cycle", "before")


def test_grades_are_dated_by_the_ledgers_time(run: Operator) -> None:
    """On the simulated line time may have run ahead of the clock; what follows is not dated before it."""
    ahead = datetime.now(UTC) + timedelta(days=40)
    database = Database(load_settings(run.home).store_url)
    with database.transaction() as session:
        customer = session.scalars(select(Customer)).first()
        assert customer
        session.add(
            Call(
                direction="inbound", customer_id=customer.id, line="l", line_call_id="1", flow="f",
                flow_version="1", started_at=ahead, ended_at=ahead, cause="normal", disposition="refused",
            )
        )  # fmt: skip
    run("grade")
    with database.transaction() as session:
        assert set(session.scalars(select(Grade.graded_at))) == {ahead}
    database.close()
