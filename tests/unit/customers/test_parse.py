from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.customers.record import RawRow
from telephony.status import NumberStatus
from tests.unit.customers.build import AS_OF, GOOD, codes, good, parse, parser


def test_a_good_row_becomes_a_customer() -> None:
    row = good()
    assert (row.external_id, row.name, row.generated) == ("0001", "王小明", False)
    assert [(n.e164, n.relation, n.status, n.generated) for n in row.numbers] == [
        ("+8613812345678", None, None, False)
    ]
    ledger = row.account
    assert (ledger.amount_due, ledger.minimum_due, ledger.balance) == (123_450, 123_450, 123_450)
    assert (ledger.due_date, ledger.days_past_due, ledger.as_of) == (date(2026, 11, 20), 3, AS_OF)
    assert (ledger.currency, ledger.product, ledger.external_id) == ("CNY", "consumer_loan", "0001")


def test_due_date_and_days_past_due_follow_from_each_other() -> None:
    assert good(到期日="2026-11-27").account.days_past_due == -4
    assert good(到期日="", 逾期天数="10").account.due_date == date(2026, 11, 13)


def test_today_is_the_day_of_the_lenders_zone() -> None:
    """At 00:30 in Shanghai it is still yesterday in UTC, yet yesterday's instalment is one day late."""
    at_night = parser(list(GOOD))
    at_night.as_of = AS_OF.replace(hour=0, minute=30)
    row = at_night.parse(RawRow(2, list({**GOOD, "到期日": "2026-11-22"}.values()))).row
    assert row is not None
    assert row.account.days_past_due == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"客户编号": ""}, ("external_id", "missing")),
        ({"客户编号": "1.2E+15"}, ("external_id", "rounded")),
        ({"姓名": " 　"}, ("name", "missing")),
        ({"姓名": "王" * 65}, ("name", "too_long")),
        ({"手机号": ""}, ("phone", "missing")),
        ({"手机号": "/"}, ("phone", "missing")),
        ({"手机号": "1.38E+10"}, ("phone", "rounded")),
        ({"手机号": "15412345678"}, ("phone", "generated")),
        ({"应还金额": "-1"}, ("amount_due", "negative")),
        ({"应还金额": "99999999999"}, ("amount_due", "absurd")),
        ({"应还金额": "=1+1"}, ("amount_due", "not_a_number")),
        ({"最低还款额": "5000"}, ("row", "inconsistent")),
        ({"到期日": "2026-02-30"}, ("due_date", "not_a_date")),
        ({"到期日": "2062-11-20"}, ("row", "absurd")),
        ({"到期日": "1926-11-20"}, ("row", "absurd")),
        ({"到期日": ""}, ("row", "missing")),
        ({"性别": "未知"}, ("gender", "unknown_code")),
        ({"号码归属": "邻居"}, ("relation", "unknown_code")),
        ({"币种": "人民币"}, ("currency", "currency")),
        ({"生成数据": "是"}, ("phone", "reachable")),
        ({"减免金额": "50"}, ("row", "relief")),
    ],
)
def test_a_bad_cell_rejects_the_row_with_its_reason(changes: dict[str, str], reason: tuple[str, str]) -> None:
    assert codes(**changes) == [reason]
    assert parse(**changes).row is None


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert codes(姓名="", 手机号="13", 应还金额="x", 到期日="?") == [
        ("amount_due", "not_a_number"),
        ("due_date", "not_a_date"),
        ("name", "missing"),
        ("phone", "not_assigned"),
    ]


def test_a_bad_second_number_is_left_out_with_a_note() -> None:
    parsed = parse(手机号2="123", 号码归属2="紧急联系人")
    assert [reason.field for reason in parsed.reasons] == ["phone2"]
    assert parsed.row is not None
    assert [number.e164 for number in parsed.row.numbers] == ["+8613812345678"]


def test_a_number_that_repeats_is_kept_once_with_a_note() -> None:
    parsed = parse(手机号2="+86 138 1234 5678")
    assert [reason.code for reason in parsed.reasons] == ["duplicate_number"]
    assert parsed.row is not None
    assert len(parsed.row.numbers) == 1


def test_whose_a_number_is_and_what_is_known_of_it() -> None:
    row = good(手机号2="13912345678", 号码归属2="紧急联系人", 号码状态="停机")
    assert [(n.relation, n.status) for n in row.numbers] == [
        (None, NumberStatus.SUSPENDED),
        ("emergency_contact", None),
    ]


def test_a_suppliers_code_that_is_not_listed_is_unknown() -> None:
    assert good(号码状态="7").numbers[0].status is NumberStatus.UNKNOWN


def test_a_row_marked_as_generated_keeps_its_unreachable_number() -> None:
    row = good(手机号="15412345678", 生成数据="是")
    assert row.generated
    assert row.numbers[0].generated


RELIEF = {
    "减免金额": "50",
    "减免还款截止日": "2026-12-01",
    "减免审批人": "李主管",
    "减免有效期": "2026-11-30",
}


def test_a_relief_is_taken_when_it_is_approved_dated_and_within_what_is_due() -> None:
    offer = good(**RELIEF).offer
    assert offer is not None
    assert (offer.waives, offer.pay_by, offer.approved_by) == (5_000, date(2026, 12, 1), "李主管")
    assert good(**dict.fromkeys(RELIEF, "")).offer is None
    for wrong in ({"减免审批人": ""}, {"减免金额": "9999"}, {"减免审批日期": "2026-12-24"}):
        assert codes(**{**RELIEF, **wrong}) == [("row", "relief")]


def test_an_expired_relief_is_left_out_and_the_customer_kept() -> None:
    parsed = parse(**{**RELIEF, "减免有效期": "2026-11-22"})
    assert [reason.code for reason in parsed.reasons] == ["relief_expired"]
    assert parsed.row is not None
    assert parsed.row.offer is None


def test_a_row_with_another_number_of_cells_is_rejected() -> None:
    parsed = parser(list(GOOD)).parse(RawRow(2, ["1", "2"]))
    assert parsed.row is None
    assert [reason.code for reason in parsed.reasons] == ["ragged"]


CELLS = st.text(max_size=40) | st.from_regex(r"[-+0-9.,eE/: 年月日]{0,20}", fullmatch=True)


@given(st.data())
def test_whatever_a_row_holds_it_is_a_customer_or_reasons(data: st.DataObject) -> None:
    headers = [*GOOD, "手机号2", "最低还款额", "逾期天数", "生成数据", "性别", *RELIEF]
    usual = {
        **GOOD,
        **RELIEF,
        "生成数据": "否",
        "性别": "女",
        "最低还款额": "10",
        "逾期天数": "3",
        "手机号2": "",
    }
    cells = [data.draw(st.just(usual[header]) | CELLS) for header in headers]
    parsed = parser(headers).parse(RawRow(2, cells))
    assert parsed.row is not None or parsed.reasons
    if parsed.row is not None:
        ledger = parsed.row.account
        assert 0 <= ledger.minimum_due <= ledger.amount_due
        assert parsed.row.numbers
        assert parsed.row.name.isprintable()
