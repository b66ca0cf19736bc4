from __future__ import annotations

from datetime import date
from pathlib import Path

from campaigns.customers.record import CustomerRow
from campaigns.customers.sample import BROKEN_EVERY, write_sample
from campaigns.customers.table import open_table
from tests.unit.customers.build import AS_OF, parser


def _rows(path: Path) -> tuple[list[CustomerRow], int]:
    with open_table(path) as table:
        rows = parser(table.headers)
        parsed = [rows.parse(raw) for raw in table.rows]
    return [each.row for each in parsed if each.row], sum(each.row is None for each in parsed)


def test_the_same_arguments_write_the_same_file(tmp_path: Path) -> None:
    today = date(2026, 11, 23)
    one = write_sample(tmp_path / "1.csv", today, 50, seed=3).read_bytes()
    assert one == write_sample(tmp_path / "2.csv", today, 50, seed=3).read_bytes()
    assert one != write_sample(tmp_path / "3.csv", today, 50, seed=4).read_bytes()


def test_the_sample_has_every_stage_reliefs_and_a_few_mistakes(tmp_path: Path) -> None:
    rows, rejected = _rows(write_sample(tmp_path / "s.csv", AS_OF.date(), 300, seed=1))
    assert rejected == 300 // BROKEN_EVERY
    assert len(rows) == 300 - rejected
    assert rows[0].external_id == rows[-1].external_id
    days = [row.account.days_past_due for row in rows]
    assert 60 <= sum(d < 0 for d in days) <= 120
    assert sum(1 <= d <= 30 for d in days) > 100
    assert sum(31 <= d <= 60 for d in days) > 20
    assert sum(row.offer is not None for row in rows) > 50
    assert all(row.offer is None for row in rows if row.account.days_past_due <= 0)


def test_nobody_in_the_sample_is_real(tmp_path: Path) -> None:
    rows, _ = _rows(write_sample(tmp_path / "s.csv", AS_OF.date(), 300, seed=1))
    assert all(row.generated and number.generated for row in rows for number in row.numbers)
    assert len({row.numbers[0].e164 for row in rows}) == len(rows) - 1
