"""The promise to pay: what may be promised."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.errors import ConflictError
from campaigns.outcomes.promises import (
    PromiseFault,
    PromiseLimits,
    PromiseRejected,
    PromiseState,
    PromiseToPay,
    cancel,
    promise_to_pay,
)

TODAY = date(2026, 3, 2)
LIMITS = PromiseLimits(
    amount_due=50_000,
    currency="CNY",
    today=TODAY,
    latest=TODAY + timedelta(days=7),
    latest_rest=TODAY + timedelta(days=30),
    instalment=10_000,
)
DUE = TODAY + timedelta(days=3)


@pytest.mark.parametrize("amount", [1, 50_000])
@pytest.mark.parametrize("days", [0, 7])
def test_the_limits_themselves_may_be_promised(amount: int, days: int) -> None:
    due = TODAY + timedelta(days=days)
    promise = promise_to_pay(amount, due, LIMITS, relief_offer_id=3)
    assert promise == PromiseToPay(amount, "CNY", due, 3, owed=50_000)


@pytest.mark.parametrize(
    ("amount", "days", "faults"),
    [
        (0, 3, (PromiseFault.NOT_POSITIVE,)),
        (50_001, 3, (PromiseFault.ABOVE_AMOUNT_DUE,)),
        (100, -1, (PromiseFault.DUE_IN_THE_PAST,)),
        (100, 8, (PromiseFault.DUE_TOO_LATE,)),
        (-5, 8, (PromiseFault.NOT_POSITIVE, PromiseFault.DUE_TOO_LATE)),
    ],
)
def test_what_lies_outside_the_limits_is_rejected_with_every_fault(
    amount: int, days: int, faults: tuple[PromiseFault, ...]
) -> None:
    assert promise_to_pay(amount, TODAY + timedelta(days=days), LIMITS) == PromiseRejected(faults)


@pytest.mark.parametrize(
    ("amount", "days", "faults"),
    [
        (20_000, 4, ()),
        (20_000, 30, ()),
        (20_000, 3, (PromiseFault.REST_NOT_LATER,)),
        (20_000, 31, (PromiseFault.REST_TOO_LATE,)),
        (50_000, 10, (PromiseFault.NO_REST,)),
    ],
)
def test_the_rest_has_a_later_day_within_its_own_limit(
    amount: int, days: int, faults: tuple[PromiseFault, ...]
) -> None:
    rest_due = TODAY + timedelta(days=days)
    result = promise_to_pay(amount, DUE, LIMITS, rest_due=rest_due)
    if faults:
        assert result == PromiseRejected(faults)
    else:
        assert result == PromiseToPay(amount, "CNY", DUE, rest_due=rest_due, owed=50_000)


def test_a_plan_is_promised_by_exactly_its_first_payment() -> None:
    assert promise_to_pay(10_000, DUE, LIMITS, plan_id=4) == PromiseToPay(
        10_000, "CNY", DUE, plan_id=4, owed=50_000
    )
    other = promise_to_pay(9_999, DUE, LIMITS, plan_id=4)
    assert other == PromiseRejected((PromiseFault.NOT_THE_PLAN,))


@given(st.integers(), st.dates())
def test_whatever_is_accepted_is_within_the_limits(amount: int, due: date) -> None:
    result = promise_to_pay(amount, due, LIMITS)
    within = 0 < amount <= LIMITS.amount_due and LIMITS.today <= due <= LIMITS.latest
    assert isinstance(result, PromiseToPay) is within


def test_a_promise_of_nothing_cannot_even_be_written_down() -> None:
    with pytest.raises(ValueError, match="positive"):
        PromiseToPay(0, "CNY", DUE)


def test_only_what_is_pending_can_be_cancelled() -> None:
    assert cancel(PromiseState.PENDING) is PromiseState.CANCELLED
    assert cancel(PromiseState.CANCELLED) is PromiseState.CANCELLED
    for settled in (PromiseState.KEPT, PromiseState.BROKEN):
        with pytest.raises(ConflictError, match=settled.value):
            cancel(settled)
