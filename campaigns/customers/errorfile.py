"""The error file: every row that was rejected or imported in part, why, and its cells as they were."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self, TextIO

from campaigns.customers.record import RawRow, Reason

COLUMNS = ("error_row", "error_outcome", "error_code", "error_reason")
Outcome = Literal["rejected", "duplicate", "imported"]

_FORMULA = "=+-@＝＋－＠"


class ErrorFile:
    """Written as UTF-8 with a mark, so that spreadsheets show Chinese. Not created before the first error.

    It can be mended and imported again: its own columns are ignored then. It holds personal data, so only its
    owner may read it.
    """

    def __init__(self, path: Path, headers: Sequence[str]) -> None:
        self._path, self._headers = path, headers
        self._stream: TextIO | None = None
        self._writer: Any = None

    @property
    def path(self) -> Path | None:
        """The file, None when nothing was wrong."""
        return self._path if self._stream else None

    def write(self, row: RawRow, outcome: Outcome, reasons: Sequence[Reason]) -> None:
        if self._stream is None:
            self._open()
        codes = " ".join(dict.fromkeys(reason.code for reason in reasons))
        why = "; ".join(str(reason) for reason in reasons)
        self._writer.writerow([row.number, outcome, codes, why, *map(harmless, row.cells)])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream:
            self._stream.close()

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._stream = os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._stream)
        self._writer.writerow([*COLUMNS, *map(harmless, self._headers)])


def harmless(cell: str) -> str:
    """``cell`` so that a spreadsheet shows it instead of running it as a formula."""
    return (
        f"'{cell}"
        if (cell.lstrip()[:1] and cell.lstrip()[0] in _FORMULA) or (cell[:1] in "\t\r" and cell)
        else cell
    )
