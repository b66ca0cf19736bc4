"""The promise to pay: what may be promised, and how it fares against the ledger."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.errors import ConflictError
from campaigns.outcomes.promises import (
    Payment,
    PromiseFault,
    PromiseLimits,
    PromiseRejected,
    PromiseState,
    PromiseToPay,
    cancel,
    promise_to_pay,
    review,
)

TODAY = date(2026, 3, 2)
LIMITS = PromiseLimits(amount_due=50_000, currency="CNY", today=TODAY, latest=TODAY + timedelta(days=7))
DUE = TODAY + timedelta(days=3)
PROMISE = PromiseToPay(50_000, "CNY", DUE)


@pytest.mark.parametrize("amount", [1, 50_000])
@pytest.mark.parametrize("days", [0, 7])
def test_the_limits_themselves_may_be_promised(amount: int, days: int) -> None:
    due = TODAY + timedelta(days=days)
    assert promise_to_pay(amount, due, LIMITS, relief_offer_id=3) == PromiseToPay(amount, "CNY", due, 3)


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


@given(st.integers(), st.dates())
def test_whatever_is_accepted_is_within_the_limits(amount: int, due: date) -> None:
    result = promise_to_pay(amount, due, LIMITS)
    within = 0 < amount <= LIMITS.amount_due and LIMITS.today <= due <= LIMITS.latest
    assert isinstance(result, PromiseToPay) is within


def test_a_promise_of_nothing_cannot_even_be_written_down() -> None:
    with pytest.raises(ValueError, match="positive"):
        PromiseToPay(0, "CNY", DUE)


def fate(payments: list[Payment], today: date, grace_days: int = 0) -> PromiseState:
    return review(PROMISE, PromiseState.PENDING, TODAY, payments, today, grace_days=grace_days)


def test_payments_in_parts_keep_a_promise() -> None:
    parts = [Payment(TODAY, 20_000), Payment(DUE, 30_000)]
    assert fate(parts, DUE) is PromiseState.KEPT


def test_a_promise_is_pending_through_its_last_day_and_broken_after_it() -> None:
    assert fate([Payment(DUE, 49_999)], DUE) is PromiseState.PENDING
    assert fate([Payment(DUE, 49_999)], DUE + timedelta(days=1)) is PromiseState.BROKEN


def test_days_of_grace_put_the_end_off() -> None:
    late = [Payment(DUE + timedelta(days=1), 50_000)]
    assert fate(late, DUE + timedelta(days=2)) is PromiseState.BROKEN
    assert fate(late, DUE + timedelta(days=2), grace_days=1) is PromiseState.KEPT


def test_money_paid_before_the_promise_does_not_keep_it() -> None:
    assert fate([Payment(TODAY - timedelta(days=1), 50_000)], DUE) is PromiseState.PENDING


payments = st.lists(
    st.builds(
        Payment, st.dates(TODAY - timedelta(days=5), TODAY + timedelta(days=30)), st.integers(0, 60_000)
    )
)


@given(payments, st.dates(TODAY, TODAY + timedelta(days=40)))
def test_what_is_settled_stays_settled(paid: list[Payment], today: date) -> None:
    state = fate(paid, today)
    later = review(PROMISE, state, TODAY, [*paid, Payment(today, 90_000)], today + timedelta(days=9))
    if state is not PromiseState.PENDING:
        assert later is state
    assert fate(paid, date(2027, 1, 1)) in (PromiseState.KEPT, PromiseState.BROKEN)


def test_only_what_is_pending_can_be_cancelled() -> None:
    assert cancel(PromiseState.PENDING) is PromiseState.CANCELLED
    assert cancel(PromiseState.CANCELLED) is PromiseState.CANCELLED
    for settled in (PromiseState.KEPT, PromiseState.BROKEN):
        with pytest.raises(ConflictError, match=settled.value):
            cancel(settled)
