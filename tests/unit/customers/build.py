"""A parser over a header, and rows for it, in as few words as possible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from campaigns.customers.generate import Generator, load_ranges
from campaigns.customers.headers import bind
from campaigns.customers.mapping import find_mapping
from campaigns.customers.parse import RowParser
from campaigns.customers.record import CustomerRow, ParsedRow, RawRow

SHANGHAI = ZoneInfo("Asia/Shanghai")
AS_OF = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)
RANGES = load_ranges()
GOOD = {
    "客户编号": "0001",
    "姓名": "王小明",
    "手机号": "13812345678",
    "应还金额": "1,234.50",
    "到期日": "2026-11-20",
}


_mapping = cache(find_mapping)


@cache
def _generator(seed: int) -> Generator:
    return Generator.of(seed, "CN")


def parser(headers: Sequence[str], mapping: str = "standard", seed: int = 1) -> RowParser:
    return RowParser(
        bind(_mapping(mapping), headers),
        as_of=AS_OF,
        region="CN",
        generator=_generator(seed),
        ranges=RANGES,
    )


def parse(**changes: str) -> ParsedRow:
    """A good row of the standard mapping with some cells changed or added."""
    cells = {**GOOD, **changes}
    return parser(list(cells)).parse(RawRow(2, list(cells.values())))


def good(**changes: str) -> CustomerRow:
    row = parse(**changes).row
    assert row is not None
    return row


def codes(**changes: str) -> list[tuple[str, str]]:
    """Field and code of every reason against a row."""
    return [(reason.field, reason.code) for reason in parse(**changes).reasons]


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path
