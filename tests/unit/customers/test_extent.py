"""No sheet reaches further than it may, however its places are written and wherever its bytes are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.customers.intake.extent import LONGEST_TAG, MOST_COLUMNS, Extent
from campaigns.errors import ImportFileError

GOOD = b'<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"/></sheetData>'
FAR = (
    b'<c r="XFD1048576"/>',
    b"<c r='XFD1048576'/>",
    b'<c\nr="XFD1048576"/>',
    b'<c r = "XFD1048576"/>',
    b'<c r="xfd1048576"/>',
    b'<c t=">" r="XFD1048576"/>',
    b'<x:c s="1" r="XFD1048576"/>',
    b'<c r="&#88;FD1048576"/>',
    b'<c r="$A$1"/>',
    b'<c s="1" r="A1" r="XFD1048576"/>',
    b'<c r="A1" r="XFD1048576"/>',
    b"<c r=\"A1\" s='1' r = 'XFD1048576'>",
    b'<c s="<" r="XFD1048576"/>',
    b"<row r='9999999'><c/><c/><c/></row>",
    b'<row r="1048576" spans="1:9">' + b"<c/>" * 30 + b"</row>",
    b"<row>" + b"<c><v>1</v></c>" * (MOST_COLUMNS + 1) + b"</row>",
    b'<c r="SF1"/><c/><c/>',
    b"<c " + b" " * 2 * LONGEST_TAG,
)


def refused(content: bytes, size: int) -> bool:
    extent = Extent()
    try:
        for at in range(0, len(content), size):
            extent.take(content[at : at + size])
        extent.close()
    except ImportFileError:
        return True
    return False


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("size", [7, 1 << 18])
def test_what_reaches_too_far_is_refused_however_it_is_written(far: bytes, size: int) -> None:
    assert refused(GOOD.replace(b"</sheetData>", far + b"</sheetData>"), size)


@pytest.mark.parametrize("mark", ["utf-16", "utf-16-le", "utf-16-be"])
def test_what_is_not_written_in_bytes_of_ascii_is_refused(mark: str) -> None:
    assert refused(GOOD.decode().encode(mark), 1 << 18)


@given(st.integers(1, 300), st.lists(st.integers(1, 30), min_size=1, max_size=20), st.booleans())
def test_an_ordinary_sheet_is_taken_wherever_it_is_cut(size: int, widths: list[int], named: bool) -> None:
    rows = b"".join(
        b'<row r="%d" spans="1:3" ht="15">' % number
        + b"".join(b'<c r="%c%d" s="2"><v>1</v></c>' % (65 + n % 26, number) if named else b"<c><v>1</v></c>"
                   for n in range(width))
        + b"</row>"
        for number, width in enumerate(widths, start=1)
    )  # fmt: skip
    assert not refused(b"<sheetData>" + rows + b"</sheetData><mergeCells/>", size)


def test_pictures_and_words_are_no_sheets() -> None:
    assert not refused(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 800, 1 << 18)
    assert not refused("<sst><si><t>人&lt;c r='XFD1048576'&gt;</t></si></sst>".encode(), 5)
