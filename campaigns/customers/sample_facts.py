"""What some made-up customers have beside a debt: a plan, a promise, or no debt and a long silence."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

HEADERS = (
    "分期期数", "每期金额", "首期还款日", "分期审批人", "分期有效期",
    "承诺还款金额", "承诺还款日", "承诺日期", "最近活跃日期", "营销来电同意", "营销同意日期",
)  # fmt: skip

# Shares. Of all: dormant. Of those 31 days late or more: with a plan, and a month later still. Of those late
# for a week or more: with a promise not kept. Of the other late ones: with one whose day is still to come.
_DORMANT, _PLAN, _MONTH_LATER, _BROKEN, _PROMISED = 0.08, 0.6, 0.4, 0.2, 0.04
_AGREED, _DECLINED = 0.7, 0.85  # of the dormant, to marketing calls: yes, then no, the rest never said

Row = dict[str, str]


def add_facts(row: Row, chance: random.Random, as_of: date) -> None:
    """Fill in the columns of ``HEADERS``; as many draws whatever the row, so that no row changes another."""
    draws = [chance.random() for _ in range(6)]
    days = (as_of - date.fromisoformat(row["到期日"])).days
    row["最近活跃日期"] = (as_of - timedelta(days=int(60 * draws[5]))).isoformat()
    if draws[0] < _DORMANT:
        _make_dormant(row, draws, as_of)
        return
    if days > 30 and draws[1] < _PLAN:
        _give_plan(row, 3 + int(10 * draws[2]), as_of)
    if days > 30 and draws[3] < _MONTH_LATER:
        row["到期日"] = (as_of - timedelta(days=days + 30)).isoformat()
    if days > 6 and draws[4] < _BROKEN:
        _promise(row, as_of - timedelta(days=2 + int(3 * draws[5])), made_days_before=3)
    elif days > 0 and draws[4] > 1 - _PROMISED:
        _promise(row, as_of + timedelta(days=1 + int(3 * draws[5])), made_days_before=4)


def _make_dormant(row: Row, draws: list[float], as_of: date) -> None:
    """Nothing is due, and nothing was heard for more than half a year."""
    for name in ("到期日", "减免金额", "减免还款截止日", "减免审批人", "减免有效期"):
        row[name] = ""
    row["应还金额"], row["最低还款额"] = "0.00", "0.00"
    row["最近活跃日期"] = (as_of - timedelta(days=200 + int(400 * draws[5]))).isoformat()
    if draws[1] < _DECLINED:
        row["营销来电同意"] = "是" if draws[1] < _AGREED else "否"
        row["营销同意日期"] = (as_of - timedelta(days=30 + int(300 * draws[2]))).isoformat()


def _give_plan(row: Row, count: int, as_of: date) -> None:
    fen = int(Decimal(row["应还金额"]) * 100)
    each = -(-fen // count)  # rounded up, so that all together cover what is due
    row["分期期数"], row["每期金额"] = str(count), f"{each // 100}.{each % 100:02d}"
    row["首期还款日"] = (as_of + timedelta(days=7)).isoformat()
    row["分期审批人"] = "信贷管理部"
    row["分期有效期"] = (as_of + timedelta(days=10)).isoformat()


def _promise(row: Row, due: date, *, made_days_before: int) -> None:
    row["承诺还款金额"], row["承诺还款日"] = row["应还金额"], due.isoformat()
    row["承诺日期"] = (due - timedelta(days=made_days_before)).isoformat()
