"""The columns that only some flows need: plans, promises made elsewhere, activity and consent."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from campaigns.customers.mapping import load_mapping
from campaigns.customers.record import ConsentRow, PlanRow, PromiseRow
from tests.unit.customers.build import AS_OF, SHANGHAI, codes, good, parse

PLAN = {
    "分期期数": "3",
    "每期金额": "411.50",
    "首期还款日": "2026-11-30",
    "分期审批人": "信贷管理部",
    "分期有效期": "2026-11-28",
}
PROMISE = {"承诺还款金额": "500", "承诺还款日": "2026-11-21", "承诺日期": "2026-11-18"}
CONSENT = {"营销来电同意": "是", "营销同意日期": "2026-05-01"}


def test_a_plan_is_approved_dated_and_whole() -> None:
    row = good(**PLAN)
    assert row.tells_plans
    assert row.plan == PlanRow(3, 41_150, date(2026, 11, 30), "信贷管理部", AS_OF, date(2026, 11, 28))
    assert good(**PLAN, 分期审批日期="2026-11-20").plan == PlanRow(
        3,
        41_150,
        date(2026, 11, 30),
        "信贷管理部",
        datetime(2026, 11, 20, tzinfo=SHANGHAI),
        date(2026, 11, 28),
    )
    assert not good().tells_plans


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"分期审批人": ""}, "plan"),
        ({"首期还款日": ""}, "plan"),
        ({"分期期数": "1"}, "plan"),
        ({"分期期数": "61", "每期金额": "100"}, "plan"),
        ({"分期期数": "2"}, "plan"),  # adds up to less than what is due
        ({"每期金额": "1234.51"}, "plan"),
        ({"首期还款日": "2027-03-01"}, "plan"),
        ({"分期审批日期": "2026-11-24"}, "plan"),
    ],
)
def test_a_plan_that_is_not_one_to_be_spoken_of_costs_the_row(changes: dict[str, str], code: str) -> None:
    assert codes(**{**PLAN, **changes}) == [("row", code)]
    assert parse(**{**PLAN, **changes}).row is None


@pytest.mark.parametrize("changes", [{"分期有效期": "2026-11-22"}, {"首期还款日": "2026-11-22"}])
def test_a_plan_that_is_over_is_left_out_with_a_note(changes: dict[str, str]) -> None:
    parsed = parse(**{**PLAN, **changes})
    assert parsed.row is not None
    assert parsed.row.plan is None
    assert [reason.code for reason in parsed.reasons] == ["plan_expired"]


def test_a_promise_made_elsewhere_comes_along() -> None:
    made_at = datetime(2026, 11, 18, tzinfo=SHANGHAI)
    assert good(**PROMISE).promise == PromiseRow(50_000, date(2026, 11, 21), made_at, None)
    today = good(**{**PROMISE, "承诺还款日": "2026-11-25", "承诺日期": "2026-11-23"}).promise
    assert today is not None
    assert today.owed == 123_450  # what is due now was due when it was made


@pytest.mark.parametrize(
    "changes",
    [
        {"承诺还款日": ""},
        {"承诺日期": "2026-11-24"},
        {"承诺还款日": "2026-11-17"},
        {"承诺还款日": "2027-11-17"},
        {"承诺还款金额": "1234.51", "承诺还款日": "2026-11-25"},
        {"承诺还款金额": "-1"},
    ],
)
def test_what_can_be_no_promise_is_refused(changes: dict[str, str]) -> None:
    assert parse(**{**PROMISE, **changes}).row is None


def test_consent_needs_its_day_and_silence_is_none() -> None:
    assert good().consent is None
    assert good(**CONSENT).consent == ConsentRow(True, date(2026, 5, 1))
    assert good(营销来电同意="否").consent == ConsentRow(False, AS_OF.date())
    for undated in ({"营销同意日期": ""}, {"营销同意日期": "2026-11-24"}):
        parsed = parse(**{**CONSENT, **undated})
        assert parsed.row is not None
        assert parsed.row.consent is None
        assert [reason.field for reason in parsed.reasons] == ["consent"]


def test_who_owes_nothing_needs_no_due_date() -> None:
    row = good(应还金额="0", 到期日="", 最近活跃日期="2026-01-05")
    assert (row.account.amount_due, row.account.days_past_due) == (0, 0)
    assert row.last_active_on == date(2026, 1, 5)
    assert parse(应还金额="1", 到期日="").row is None


def test_english_headers_do_as_well() -> None:
    row = good(
        instalment_count="3",
        instalment_amount="411.50",
        instalment_first_due="2026-11-30",
        instalment_approved_by="x",
        instalment_valid_until="2026-11-30",
        marketing_consent="yes",
        marketing_consent_on="2026-05-01",
        last_active_on="2026-02-01",
        promise_amount="1",
        promise_due="2026-11-20",
        promise_made_on="2026-11-19",
    )
    assert None not in (row.plan, row.consent, row.last_active_on, row.promise)


def test_every_field_of_the_template_has_a_chinese_and_an_english_header() -> None:
    from campaigns.customers.mapping import SHIPPED

    for name, column in load_mapping(SHIPPED / "standard.yaml").fields.items():
        assert any(header.isascii() for header in column.source), name
        assert any(not header.isascii() for header in column.source), name
