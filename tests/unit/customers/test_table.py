from __future__ import annotations

import csv
import io
import tempfile
import tracemalloc
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.customers.record import RawRow
from campaigns.customers.table import open_table
from campaigns.errors import ImportFileError
from tests.unit.customers.build import write

TEXT = "客户编号,姓名,备注\n001,张三,逾期两个月\n002,李四,已联系\n"


def read(file: Path) -> tuple[list[str], list[RawRow]]:
    with open_table(file) as table:
        return table.headers, list(table.rows)


def cells(file: Path) -> list[list[str]]:
    headers, rows = read(file)
    assert not any(row.problem for row in rows)
    return [headers, *(row.cells for row in rows)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_chinese_is_read_in_every_encoding_that_spreadsheets_write(tmp_path: Path, encoding: str) -> None:
    assert cells(write(tmp_path / "a.csv", TEXT, encoding)) == [
        ["客户编号", "姓名", "备注"],
        ["001", "张三", "逾期两个月"],
        ["002", "李四", "已联系"],
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, end: str) -> None:
    file = write(tmp_path / "a.csv", TEXT.replace(",", delimiter).replace("\n", end))
    assert cells(file)[1:] == [["001", "张三", "逾期两个月"], ["002", "李四", "已联系"]]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("客戶編號,姓名\n1,王小明\n2,陳大文\n", "big5"),
        ("id,name\n1,Müller\n2,Weiß\n3,Strauß\n", "latin-1"),
        ("編號,名前\n1,たなか\n2,ヤマダ\n", "shift-jis"),
    ],
)
def test_a_file_in_another_encoding_is_refused_and_never_garbled(
    tmp_path: Path, text: str, encoding: str
) -> None:
    with pytest.raises(ImportFileError, match=r"neither UTF-8 nor GBK \(see line \d\); save it again"):
        read(write(tmp_path / "a.csv", text, encoding))


def test_utf16_without_a_mark_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="UTF-16"):
        read(write(tmp_path / "a.csv", "id,name\n1,x\n", "utf-16-le"))


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_a_broken_byte_costs_its_row_only(tmp_path: Path, encoding: str) -> None:
    lines = TEXT.encode(encoding).splitlines(keepends=True)
    lines += [b"003,\xff\xff,x\n", *[f"{n},王五,{n}\n".encode(encoding) for n in range(20)]]
    file = tmp_path / "a.csv"
    file.write_bytes(b"".join(lines))
    _, rows = read(file)
    assert [(row.number, row.problem.code) for row in rows if row.problem] == [(4, "encoding")]
    assert sum(row.cells[1] == "王五" for row in rows) == 20


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\r\n", b" , ,\n", b"\xef\xbb\xbf"])
def test_a_file_with_nothing_in_it_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(ImportFileError, match="empty"):
        read(file)


def test_a_missing_file_and_a_directory_are_refused(tmp_path: Path) -> None:
    for file in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(ImportFileError, match="cannot be read"):
            read(file)


def test_quotes_line_breaks_and_empty_rows(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", 'id,name\n1,"a, ""b""\nc"\n\n,\n2,5" pipe\n')
    _, rows = read(file)
    assert [(row.number, row.cells) for row in rows] == [(2, ["1", 'a, "b"\nc']), (5, ["2", '5" pipe'])]


@pytest.mark.parametrize("broken", ['2,"oops', '"2,x', '2,"a"b', '2,"a\nb'])
def test_a_quote_that_is_never_closed_costs_its_line_only(tmp_path: Path, broken: str) -> None:
    after = "".join(f'{n},"n{n}"\n' for n in range(3, 20))
    _, rows = read(write(tmp_path / "a.csv", f"id,name\n1,a\n{broken}\n{after}"))
    good = [row.cells for row in rows if not row.problem and len(row.cells) == 2]
    assert good == [["1", "a"], *([str(n), f"n{n}"] for n in range(3, 20))]
    assert any(row.problem and row.problem.code == "quote" for row in rows)


def test_zero_bytes_and_endless_lines_cost_their_row_only(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", f"id,name\n1,a\0b\n2,{'x' * 200_000}\n3,c\n")
    _, rows = read(file)
    assert [row.problem.code if row.problem else row.cells for row in rows] == ["nul", "too_long", ["3", "c"]]


def test_a_long_file_is_read_in_little_memory(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", TEXT + f"003,王五,{'还款提醒' * 40}\n" * 50_000)
    tracemalloc.start()
    with open_table(file) as table:
        rows = sum(1 for _ in table.rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == 50_002
    assert peak < 8 * 2**20 < file.stat().st_size


def test_a_workbook_is_read_as_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["编号", "手机号", "金额"])
    sheet.append(["007", 13812345678, 1234.56])
    sheet.append([None, None, None])
    sheet.append([8, 13812345678.0, "1.38E+10"])
    file = tmp_path / "a.xlsx"
    book.save(file)
    _, rows = read(file)
    assert [(row.number, row.cells) for row in rows] == [
        (2, ["007", "13812345678", "1234.56"]),
        (4, ["8", "13812345678", "1.38E+10"]),
    ]


def test_a_workbook_is_known_by_its_content(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["编号"])
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsx").rename(tmp_path / "a.csv")
    assert read(tmp_path / "a.csv") == (["编号"], [])


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"PK\x03\x04" + bytes(600)])
def test_a_damaged_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(content)
    with pytest.raises(ImportFileError, match=r"a\.xlsx: this workbook is damaged"):
        read(file)


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(ImportFileError, match="empty"):
        read(tmp_path / "a.xlsx")


def _opened(content: bytes) -> list[RawRow] | str:
    """The rows of a file, or why it was refused."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.csv"
        file.write_bytes(content)
        try:
            return read(file)[1]
        except ImportFileError as error:
            return str(error)


@given(
    st.binary(max_size=400)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text('客户,;"\n\r\t0王\0', max_size=200).map(lambda text: text.encode("gb18030"))
)
@settings(deadline=None)
def test_any_bytes_are_rows_or_one_readable_refusal(content: bytes) -> None:
    rows = _opened(content)
    if isinstance(rows, str):
        assert "a.csv" in rows
        assert "\n" not in rows
    else:
        assert all("\0" not in cell for row in rows for cell in row.cells)


PLAIN = st.text("王a1 ,;\"'\n|。", max_size=8)


@given(st.lists(st.tuples(PLAIN, PLAIN), min_size=1, max_size=15))
@settings(deadline=None)
def test_whatever_a_csv_writer_wrote_reads_back(written: list[tuple[str, str]]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["编号", "姓名"])
    writer.writerows(written)
    rows = _opened(buffer.getvalue().encode())
    kept = [list(row) for row in written if any(cell.strip() for cell in row)]
    assert not isinstance(rows, str)
    assert [row.cells for row in rows] == kept
