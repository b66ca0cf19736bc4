"""Files that would hurt whoever reads them are refused by name, by the console and the command line alike."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from campaigns.customers.intake import safety
from campaigns.customers.table import open_table
from campaigns.errors import ImportFileError

SHEET = "xl/worksheets/sheet1.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"


def workbook() -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["客户编号", "姓名", "欠款"])
    sheet.append(["001", "张三", 12.5])
    book.save(out)
    return out.getvalue()


GOOD = workbook()


def with_part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The good workbook with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content) if part == name else content)
    return out.getvalue()


def read(path: Path) -> list[list[str]]:
    with open_table(path) as table:
        return [table.headers, *(row.cells for row in table.rows)]


def test_a_cell_in_the_last_corner_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "far.xlsx"
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    file.write_bytes(with_part(SHEET, lambda content: content.replace(b"</sheetData>", far)))
    with pytest.raises(ImportFileError, match=r"far\.xlsx: a sheet of this workbook reaches too far"):
        read(file)


def test_a_small_file_that_unpacks_to_very_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safety, "MOST_UNPACKED", 1_000_000)
    file = tmp_path / "bomb.xlsx"
    file.write_bytes(with_part(SHEET, lambda content: content + b" " * 2_000_000))
    assert file.stat().st_size < 20_000
    with pytest.raises(ImportFileError, match=r"bomb\.xlsx: this workbook unpacks to too much"):
        read(file)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old or a locked workbook"),
        (b"%PDF-1.7\n1 0 obj\n", "no table"),
        (GOOD[: len(GOOD) // 2], "damaged"),
    ],
)
def test_what_is_no_table_is_told_as_such(tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "customers"
    file.write_bytes(content)
    with pytest.raises(ImportFileError, match=f"customers: .*{why}"):
        read(file)


def test_a_file_that_was_changed_is_looked_at_anew(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(GOOD)
    assert read(file) == [["客户编号", "姓名", "欠款"], ["001", "张三", "12.5"]]
    far = b'<c r="XFD9"><v>1</v></c></row>'
    file.write_bytes(with_part(SHEET, lambda content: content.replace(b"</row>", far, 1)))
    with pytest.raises(ImportFileError, match="reaches too far"):
        read(file)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from([SHEET, RELATIONS, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"]),
    st.integers(0, 5_000),
    st.integers(0, 40),
    st.sampled_from(
        [b"", b"<", b">", b'"', b"\0", b"&#0;", b"-1", b"99999999999999999999", b"\xff\xfe", b"1e999"]
    ),
)
@example(SHEET, 0, 5_000, b"")
def test_a_workbook_with_any_part_broken_is_read_or_refused(
    tmp_path: Path, part: str, at: int, size: int, instead: bytes
) -> None:
    def broken(content: bytes) -> bytes:
        place = at % (len(content) + 1)
        return content[:place] + instead + content[place + size :]

    file = tmp_path / "broken.xlsx"
    file.write_bytes(with_part(part, broken))
    try:
        read(file)
    except ImportFileError as error:
        assert "broken.xlsx" in str(error)  # noqa: PT017 - it may be read as well


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60), st.sampled_from([b"", GOOD[:4], GOOD[:400], b"\xff\xfe", b"a,b\n1,"]))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes, head: bytes) -> None:
    file = tmp_path / "any"
    file.write_bytes(head + content)
    try:
        read(file)
    except ImportFileError as error:
        assert "any" in str(error)  # noqa: PT017 - it may be read as well
