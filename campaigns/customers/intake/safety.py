"""Whether a file from outside may be opened at all: what it says it is, and how large it is once unpacked.

A workbook is a ZIP of XML. One of a few kilobytes can unpack to gigabytes, or name a cell in the last corner
of a sheet, for which a reader makes room. Both are found by unpacking in small pieces, counted, before it is
read.
"""

from __future__ import annotations

import zipfile
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from campaigns.customers.encoding import WORKBOOK_MAGIC
from campaigns.customers.intake.extent import Extent
from campaigns.errors import ImportFileError

MOST_UNPACKED: Final = 600_000_000  # bytes, of all parts together: a million plain rows of a portfolio
MOST_PARTS: Final = 1_000
_PIECE: Final = 1 << 18
_ZIP, _OLD = WORKBOOK_MAGIC
_ENCRYPTED, _DEFLATED, _STORED = 0x1, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED


@lru_cache(maxsize=64)
def check_once(path: Path, _digest: str) -> None:
    """``check_file``, once in this process for what the file holds: its SHA-256 tells."""
    check_file(path)


def check_file(path: Path) -> None:
    """Raises ImportFileError when ``path`` is no file that may be read."""
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(_OLD):
        raise ImportFileError(
            "this is an old or a locked workbook; save it again as .xlsx without a password"
        )
    if head.startswith(_ZIP):
        _check_workbook(path)
    elif head.startswith((b"%PDF", b"MZ", b"\x7fELF", b"\x1f\x8b", b"\x89PNG", b"GIF8", b"\xff\xd8\xff")):
        raise ImportFileError("this is no table: bring a CSV file or an Excel workbook (.xlsx)")


def _check_workbook(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as book, path.open("rb") as stream:
            parts = book.infolist()
            names = {part.filename for part in parts}
            if len(parts) > MOST_PARTS or len(names) != len(parts) or "[Content_Types].xml" not in names:
                raise ImportFileError("this is no Excel workbook; save it again as .xlsx or as CSV UTF-8")
            left = MOST_UNPACKED
            for part in parts:
                left -= _weigh(stream, part, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as error:
        raise ImportFileError("this workbook is damaged; save it again as .xlsx or as CSV UTF-8") from error


def _weigh(stream: object, part: zipfile.ZipInfo, most: int) -> int:
    """The bytes that a part really unpacks to. What its entry says is not believed."""
    file = stream
    if part.flag_bits & _ENCRYPTED or part.compress_type not in (_DEFLATED, _STORED):
        raise ImportFileError("this workbook is locked or packed in an unusual way; save it again as .xlsx")
    file.seek(part.header_offset)  # type: ignore[attr-defined]
    head = file.read(30)  # type: ignore[attr-defined]
    if len(head) < 30 or head[:4] != _ZIP:
        raise zipfile.BadZipFile
    skip = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    file.seek(skip, 1)  # type: ignore[attr-defined]
    sheet = Extent()
    unpack = zlib.decompressobj(-15) if part.compress_type == _DEFLATED else None
    weight, packed = 0, part.compress_size
    while packed > 0 and not (unpack and unpack.eof):
        piece = file.read(min(_PIECE, packed))  # type: ignore[attr-defined]
        if not piece:
            raise EOFError
        packed -= len(piece)
        while True:
            out = unpack.decompress(piece, _PIECE) if unpack else piece
            weight += len(out)
            if weight > most:
                raise ImportFileError("this workbook unpacks to too much; bring it in parts, or as CSV UTF-8")
            sheet.take(out)
            if not unpack or not unpack.unconsumed_tail:
                break
            piece = unpack.unconsumed_tail
    sheet.close()
    return weight
