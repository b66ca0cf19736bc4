"""How far the sheets of a workbook reach: whoever reads one makes room for every cell up to its last corner.

Any part may be a sheet, whatever it is called, and a place may be written in many ways. What is not written
as spreadsheets write it is not guessed at: the file is refused.
"""

from __future__ import annotations

import re
from typing import Final

from campaigns.errors import ImportFileError

MOST_CELLS: Final = 20_000_000  # rows times columns of one sheet
MOST_COLUMNS: Final = 500
LONGEST_TAG: Final = 65_536
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_OTHERS: Final = rb'(?=(?: (?!r=)[\w:.-]+="[^"<>]*")*+ ?/?>)'  # as spreadsheets write them
_TAG: Final = re.compile(
    rb'<(?:[\w.-]+:)?(?:(c)|row)(?: r="([A-Z]{1,3})?(\d{1,7})"' + _OTHERS + rb"|(?=[\s/>]))"
)
_REST: Final = re.compile(rb"""(?:[^"'<>]|"[^"<]*"|'[^'<]*')*+>""")
_PLACE: Final = re.compile(rb"""\sr\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CELL: Final = re.compile(rb"([A-Z]{1,3})(\d{1,7})", re.IGNORECASE)
_ROW: Final = re.compile(rb"()(\d{1,7})")


class Extent:
    """Of one part, which is taken in pieces. Raises ImportFileError once it reaches too far."""

    def __init__(self) -> None:
        self._tail = b""
        self._begun = False
        self._row = self._column = 0  # of the cell before: one without a place of its own is the next
        self._rows = self._columns = 1

    def take(self, piece: bytes) -> None:
        """The next piece."""
        text = self._tail + piece
        if not self._begun and len(text) >= 2:
            self._begun = True
            if text.startswith(_UTF16):
                raise _unusual()
        whole = text.rfind(b"<") if b"<" in text else len(text)
        for tag in _TAG.finditer(text, 0, whole):
            self._see(tag, text, whole)
        if self._columns > MOST_COLUMNS or self._columns * self._rows > MOST_CELLS:
            raise ImportFileError(
                "a sheet of this workbook reaches too far; delete its empty rows and columns, "
                "or save it as CSV"
            )
        self._tail = text[whole:]
        if len(self._tail) > LONGEST_TAG and _TAG.match(self._tail):
            raise _unusual()
        self._tail = self._tail[:LONGEST_TAG]

    def close(self) -> None:
        """There is no more."""
        self.take(b"<")

    def _see(self, tag: re.Match[bytes], text: bytes, end: int) -> None:
        cell = tag[1] is not None
        letters, row = (tag[2], tag[3]) if tag[3] is not None else _place(tag, text, end, cell=cell)
        if cell != (letters is not None) and row is not None:
            raise _unusual()
        if cell:
            self._column = self._column + 1 if letters is None else _column(letters)
            self._row = self._row if row is None else int(row)
        else:
            self._column, self._row = 0, self._row + 1 if row is None else int(row)
        self._columns, self._rows = max(self._columns, self._column), max(self._rows, self._row)


def _place(tag: re.Match[bytes], text: bytes, end: int, *, cell: bool) -> tuple[bytes | None, bytes | None]:
    """Letters and digits of the attribute ``r``; None where there is none."""
    rest = _REST.match(text, tag.end(), end)
    if rest is None:
        raise _unusual()
    found = _PLACE.findall(rest[0])
    if not found:
        return None, None
    place = (_CELL if cell else _ROW).fullmatch(found[0][0] or found[0][1])
    if len(found) > 1 or place is None:
        raise _unusual()
    return place[1] or None, place[2]


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters.upper():
        column = column * 26 + letter - 64
    return column


def _unusual() -> ImportFileError:
    return ImportFileError("this workbook is locked or packed in an unusual way; save it again as .xlsx")
