"""A small made-up portfolio in the standard format, with mistakes in it as real files have them."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from campaigns.customers.generate import Generator
from campaigns.customers.sample_facts import HEADERS as FACT_HEADERS
from campaigns.customers.sample_facts import add_facts

HEADERS = (
    "客户编号", "姓名", "性别", "证件尾号", "手机号", "产品", "额度", "应还金额", "最低还款额", "到期日",
    "减免金额", "减免还款截止日", "减免审批人", "减免有效期", *FACT_HEADERS, "生成数据",
)  # fmt: skip
BROKEN_EVERY = 29  # rows: one in so many has a mistake

_NOT_YET_DUE, _M1 = 0.3, 0.85  # shares: not yet due, then M1 (1-30 days), the rest M2 and M3
_RELIEF_SHARE = 0.5  # of the overdue accounts
_SEX = {"male": "男", "female": "女"}

Row = dict[str, str]


def write_sample(path: Path, as_of: date, customers: int = 300, seed: int = 1) -> Path:
    """Write ``customers`` rows to ``path`` as CSV, UTF-8 with a mark; the same arguments write the same file.

    Nobody in it is real and no number in it reaches anybody. About one row in ``BROKEN_EVERY`` cannot be
    imported, and the last row repeats the first.
    """
    generator, chance = Generator.of(seed, "CN"), random.Random(seed)
    more = random.Random(f"{seed}/facts")
    rows = [_row(f"C{n:05d}", generator, chance, as_of) for n in range(1, customers + 1)]
    for row in rows:
        add_facts(row, more, as_of)
    for place in range(BROKEN_EVERY - 1, customers, BROKEN_EVERY):
        mistake = _MISTAKES[place // BROKEN_EVERY % len(_MISTAKES)]
        mistake(rows[place])
    if len(rows) > 1:
        rows[-1] = dict(rows[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, HEADERS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _row(key: str, generator: Generator, chance: random.Random, as_of: date) -> Row:
    gender = generator.gender(key)
    due = chance.randint(300, 20_000) * 100 + chance.choice((0, 0, 50, 88))  # fen: 300 to 20,000 yuan
    minimum = max(10_000, due // 10)
    days = _days_past_due(chance)
    row = {
        "客户编号": key,
        "姓名": generator.name(key, gender),
        "性别": _SEX[gender],
        "证件尾号": generator.id_tail(key),
        "手机号": generator.number(key),
        "产品": chance.choice(("信用卡", "消费贷")),
        "额度": f"{chance.randint(3, 50) * 1000}",
        "应还金额": _yuan(due),
        "最低还款额": _yuan(minimum),
        "到期日": (as_of - timedelta(days=days)).isoformat(),
        "生成数据": "是",
    }
    if days > 0 and chance.random() < _RELIEF_SHARE:
        row |= {
            "减免金额": str(min(200, max(10, minimum * 5 // 10_000))),
            "减免还款截止日": (as_of + timedelta(days=10)).isoformat(),
            "减免审批人": "信贷管理部",
            "减免有效期": (as_of + timedelta(days=7)).isoformat(),
        }
    return row


def _days_past_due(chance: random.Random) -> int:
    share = chance.random()
    if share < _NOT_YET_DUE:
        return -chance.randint(1, 5)
    return chance.randint(1, 30) if share < _M1 else chance.randint(31, 60)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _rounded_number(row: Row) -> None:
    row["手机号"] = "1.54E+10"


def _no_number(row: Row) -> None:
    row["手机号"] = ""


def _negative_amount(row: Row) -> None:
    row["应还金额"] = "-1200.00"


def _no_such_day(row: Row) -> None:
    row["到期日"] = "2026-02-30"


def _formula(row: Row) -> None:
    row["应还金额"] = "=SUM(H2:H9)"


_MISTAKES: tuple[Callable[[Row], None], ...] = (
    _rounded_number,
    _negative_amount,
    _no_such_day,
    _no_number,
    _formula,
)
