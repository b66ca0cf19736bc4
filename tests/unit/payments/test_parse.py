"""Rows of a payments file."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.customers.record import RawRow, Reason
from campaigns.errors import ImportFileError
from campaigns.payments.columns import shipped_columns
from campaigns.payments.parse import END_OF_DAY, ParsedPayment, PaymentParser
from campaigns.payments.record import PaymentRow

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 5, 10, tzinfo=SHANGHAI)
GOOD = {"流水号": "T1", "账户编号": "A1", "金额": "1,234.50", "入账时间": "2026-03-04 14:30:05"}


def parse(**changes: str) -> ParsedPayment:
    cells = {**GOOD, **changes}
    columns = shipped_columns()
    parser = PaymentParser(columns, columns.bind(list(cells)), len(cells), NOW)
    return parser.parse(RawRow(2, list(cells.values())))


def codes(**changes: str) -> list[tuple[str, str]]:
    return [(reason.field, reason.code) for reason in parse(**changes).reasons]


def test_a_good_row_is_a_payment() -> None:
    assert parse().row == PaymentRow(
        "T1", "A1", None, 123_450, None, date(2026, 3, 4), datetime(2026, 3, 4, 14, 30, 5, tzinfo=SHANGHAI)
    )
    row = parse(账户编号="", 客户编号="C1", 币种="cny").row
    assert row is not None
    assert (row.account_id, row.customer_id, row.currency) == (None, "C1", "CNY")


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-03-04", (4, END_OF_DAY)),
        ("2026/03/04", (4, END_OF_DAY)),
        ("20260304", (4, END_OF_DAY)),
        ("2026年3月4日", (4, END_OF_DAY)),
        ("2026-03-04 00:00:00", (4, END_OF_DAY)),  # a day, as a spreadsheet writes it
        ("2026-03-04T09:05", (4, datetime(1, 1, 1, 9, 5).time())),  # noqa: DTZ001
        ("20260304090500", (4, datetime(1, 1, 1, 9, 5).time())),  # noqa: DTZ001
        ("2026-03-05", (5, END_OF_DAY)),
        ("2026-03-05 10:04", (5, datetime(1, 1, 1, 10, 4).time())),  # noqa: DTZ001
    ],
)
def test_a_day_alone_is_its_end(written: str, at: tuple[int, object]) -> None:
    row = parse(入账时间=written).row
    assert row is not None
    assert (row.paid_on.day, row.paid_at.time()) == at
    assert row.paid_at.tzinfo is SHANGHAI


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"流水号": ""}, ("reference", "missing")),
        ({"流水号": "1.2E+15"}, ("reference", "rounded")),
        ({"账户编号": ""}, ("account_id", "missing")),
        ({"金额": ""}, ("amount", "missing")),
        ({"金额": "0"}, ("amount", "zero")),
        ({"金额": "-5"}, ("amount", "negative")),
        ({"金额": "1.234"}, ("amount", "fraction")),
        ({"金额": "=1+1"}, ("amount", "not_a_number")),
        ({"入账时间": "2026-03-06"}, ("paid_at", "future")),
        ({"入账时间": "2026-03-05 10:10"}, ("paid_at", "future")),
        ({"入账时间": "2026-02-30 10:10"}, ("paid_at", "not_a_date")),
        ({"币种": "Y"}, ("currency", "currency")),
    ],
)
def test_what_cannot_be_booked_says_why(changes: dict[str, str], reason: tuple[str, str]) -> None:
    assert codes(**changes) == [reason]


def test_broken_records_cost_only_themselves() -> None:
    columns = shipped_columns()
    parser = PaymentParser(columns, columns.bind(list(GOOD)), len(GOOD), NOW)
    quote = Reason("row", "quote", "x")
    assert parser.parse(RawRow(2, ["T1"], quote)).reasons == (quote,)
    assert parser.parse(RawRow(2, ["T1"])).reasons[0].code == "ragged"


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        (["账户编号", "金额", "入账时间"], "流水号 or"),
        (["流水号", "金额", "入账时间"], "账户编号 or"),
        (["流水号", "账户编号", "合同号", "金额", "入账时间"], "mean the same"),
        (["流水号", "流水号", "账户编号", "金额", "入账时间"], "stands 2 times"),
    ],
)
def test_a_file_without_its_columns_names_them(headers: list[str], says: str) -> None:
    with pytest.raises(ImportFileError, match=says):
        shipped_columns().bind(headers)


cells = st.text(max_size=20) | st.sampled_from(["", "1", "-1", "2026-03-04", "2026-03-04 10:00", "A1", "CNY"])


@given(st.lists(cells, min_size=6, max_size=6))
def test_whatever_a_row_holds_it_is_a_payment_of_something_or_has_reasons(row: list[str]) -> None:
    columns = shipped_columns()
    headers = ["流水号", "账户编号", "客户编号", "金额", "入账时间", "币种"]
    parsed = PaymentParser(columns, columns.bind(headers), 6, NOW).parse(RawRow(2, row))
    if parsed.row is None:
        assert parsed.reasons
    else:
        assert parsed.row.amount > 0
        assert parsed.row.reference
        assert parsed.row.paid_on <= NOW.date()
        assert parsed.row.account_id or parsed.row.customer_id
