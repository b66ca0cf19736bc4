"""Reading the first sheet of an Excel workbook, every cell as text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fastexcel

from campaigns.errors import ImportFileError


class WorkbookRecords:
    """The records of a workbook's first sheet, the header first. Raises ImportFileError."""

    def __init__(self, file: Path) -> None:
        try:
            sheet = fastexcel.read_excel(file).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
            self._frame = sheet.to_polars()
        except fastexcel.FastExcelError as error:
            cause = str(error).splitlines()[0]
            raise ImportFileError(
                "%(file)s is not a workbook that can be read; save it again as .xlsx or as CSV "
                "UTF-8 (%(cause)s)",
                file=file,
                cause=cause,
            ) from error

    @property
    def lines(self) -> int:
        return self._frame.height

    def __iter__(self) -> Iterator[tuple[list[str], None]]:
        for cells in self._frame.iter_rows():
            yield [cell or "" for cell in cells], None
