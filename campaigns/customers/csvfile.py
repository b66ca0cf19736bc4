"""Reading delimited text so that one broken record costs only itself."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import TextIO

from campaigns.customers.record import Reason

DELIMITERS = ",;\t|"
MAX_LINE = 32_768  # characters
MAX_RECORD_LINES = 8  # a quoted cell that spans more is a quote that was never closed

Record = tuple[list[str], Reason | None]

_QUOTE = Reason("row", "quote", "a quotation mark is opened and not closed, or stands inside a cell")
_TOO_LONG = Reason("row", "too_long", f"the line has more than {MAX_LINE} characters")
_LOST = Reason("row", "encoding", "some characters are not in the encoding of the file")
_NUL = Reason("row", "nul", "holds zero bytes")


class CsvRecords:
    """The records of a text stream, the header first; each with what is wrong with it as a record."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._pending: deque[str] = deque()
        self._delimiter: str | None = None
        self._width: int | None = None

    def __iter__(self) -> Iterator[Record]:
        while (line := self._take()) is not None:
            yield self._record(line)

    def _record(self, line: str) -> Record:
        if len(line) >= MAX_LINE:
            self._skip_rest(line)
            return [line[:200]], _TOO_LONG
        if not line.strip("\r\n"):
            return [""], None
        if self._delimiter is None:
            self._delimiter = sniff(line)
        if '"' in line:
            cells, problem = self._quoted(line)
        else:
            cells, problem = line.rstrip("\r\n").split(self._delimiter), None
        if self._width is None and any(cell.strip() for cell in cells):
            self._width = len(cells)
        if not problem and "�" in line:
            problem = _LOST
        if "\0" in line:
            cells, problem = [cell.replace("\0", "") for cell in cells], problem or _NUL
        return cells, problem

    def _quoted(self, line: str) -> Record:
        """A record with quotes. One over several lines must be whole and fit the header: otherwise its first
        line alone is broken, and the others are read again by themselves."""
        used: list[str] = []
        try:
            cells = next(csv.reader(self._feed(line, used), delimiter=self._delimiter or ",", strict=True))
        except csv.Error:
            cells = None
        if cells is not None and (len(used) == 1 or self._width in (None, len(cells))):
            return cells, None
        self._pending.extendleft(reversed(used[1:]))
        return line.rstrip("\r\n").split(self._delimiter), _QUOTE

    def _feed(self, line: str, used: list[str]) -> Iterator[str]:
        following: str | None = line
        while following is not None:
            used.append(following)
            yield following
            following = self._take() if len(used) < MAX_RECORD_LINES else None

    def _take(self) -> str | None:
        if self._pending:
            return self._pending.popleft()
        return self._stream.readline(MAX_LINE) or None

    def _skip_rest(self, line: str) -> None:
        while line and not line.endswith(("\n", "\r")):
            line = self._stream.readline(MAX_LINE)


def sniff(header: str) -> str:
    """The delimiter of a header line: the one that stands in it most often."""
    return max(DELIMITERS, key=header.count)
