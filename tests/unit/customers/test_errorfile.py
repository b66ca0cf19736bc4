from __future__ import annotations

import csv
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from campaigns.customers.errorfile import ErrorFile, harmless
from campaigns.customers.record import RawRow, Reason
from campaigns.customers.values import clean

REASON = Reason("phone", "missing", "is empty")


def test_each_row_stands_with_its_number_reason_and_cells(tmp_path: Path) -> None:
    with ErrorFile(tmp_path / "errors" / "a.csv", ["编号", "备注"]) as errors:
        errors.write(RawRow(7, ["001", "a\n,b"]), "rejected", [REASON, Reason("name", "missing", "is empty")])
    assert errors.path is not None
    assert errors.path.stat().st_mode & 0o077 == 0
    with errors.path.open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["error_row", "error_outcome", "error_code", "error_reason", "编号", "备注"],
            ["7", "rejected", "missing", "phone: is empty; name: is empty", "001", "a\n,b"],
        ]


def test_nothing_wrong_leaves_no_file(tmp_path: Path) -> None:
    with ErrorFile(tmp_path / "a.csv", ["id"]):
        pass
    assert list(tmp_path.iterdir()) == []


@given(st.text(max_size=30))
def test_no_cell_can_run_in_a_spreadsheet_and_an_import_takes_it_back(cell: str) -> None:
    shown = harmless(cell)
    assert not shown.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not shown.startswith(("\t", "\r"))
    if cell == cell.strip():
        assert clean(shown) == clean(cell)
