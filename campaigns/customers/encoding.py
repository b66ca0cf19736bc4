"""What a file is before it is read: its checksum, its number of lines, and the encoding that fits it."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from campaigns.errors import ImportFileError

WORKBOOK_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_CHUNK = 1 << 20
_UTF8_SHARE = 0.5  # of the lines with Chinese: bytes that are not UTF-8 hardly ever read as UTF-8
_GBK_SHARE = 0.75  # of the lines, and of the characters: nearly any bytes read as GBK, but as rare characters


@dataclass(frozen=True, slots=True)
class Profile:
    """``encoding`` None: a workbook. ``lines``: None when it is not known."""

    sha256: str
    encoding: str | None
    lines: int | None


def profile(file: Path) -> Profile:
    """Look through the whole of ``file``, in bounded memory. Raises ImportFileError."""
    try:
        with file.open("rb") as stream:
            return _profile(file, stream)
    except OSError as error:
        raise ImportFileError(
            "%(file)s cannot be read: %(why)s", file=file, why=error.strerror or error
        ) from error


def _profile(file: Path, stream: BinaryIO) -> Profile:
    digest, decoder = sha256(), codecs.getincrementaldecoder("utf-8")()
    lines, clean, head, last = 0, True, b"", b""
    while chunk := stream.read(_CHUNK):
        head, last = head or chunk[:4096], chunk[-1:]
        digest.update(chunk)
        lines += chunk.count(b"\n")
        if clean:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                clean = False
    if not head:
        raise ImportFileError("%(file)s is empty", file=file)
    lines += last != b"\n"
    if head.startswith(WORKBOOK_MAGIC):
        return Profile(digest.hexdigest(), None, None)
    if head.startswith(UTF16_BOMS):
        return Profile(digest.hexdigest(), "utf-16", None)
    if b"\0" in head.split(b"\n", 1)[0]:
        raise ImportFileError(
            "%(file)s is not a text file, or is UTF-16 without a mark; "
            "save it again as 'CSV UTF-8' or as an Excel workbook",
            file=file,
        )
    if clean:
        encoding = "utf-8-sig"
    else:
        stream.seek(0)
        encoding = _guess(file, stream)
    return Profile(digest.hexdigest(), encoding, lines)


def _guess(file: Path, stream: BinaryIO) -> str:
    """Which encoding the lines with Chinese are in. Lines that do not fit are rejected later, one by one."""
    total = utf8 = gbk = characters = common = 0
    first_bad: int | None = None
    header_fits = {"utf-8-sig": True, "gb18030": True}
    number = 0
    while line := stream.readline(_CHUNK):
        number += 1
        if line.isascii():
            continue
        total += 1
        if _decodes(line, "utf-8"):
            utf8 += 1
        else:
            first_bad = first_bad or number
            header_fits["utf-8-sig"] &= number > 1
        try:
            text = line.decode("gb18030")
        except UnicodeDecodeError:
            header_fits["gb18030"] &= number > 1
            continue
        gbk += 1
        foreign = [character for character in text if not character.isascii()]
        characters += len(foreign)
        common += sum(_in_gb2312(character) for character in foreign)
    if header_fits["utf-8-sig"] and utf8 > total * _UTF8_SHARE:
        return "utf-8-sig"
    if header_fits["gb18030"] and gbk >= total * _GBK_SHARE and common >= max(1, characters * _GBK_SHARE):
        return "gb18030"
    raise ImportFileError(
        "%(file)s is neither UTF-8 nor GBK (see line %(line)s); "
        "save it again as 'CSV UTF-8' or as an Excel workbook",
        file=file,
        line=first_bad,
    )


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _in_gb2312(character: str) -> bool:
    """True for a character of GB 2312: the 7,000 that ordinary Chinese text is written in."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
