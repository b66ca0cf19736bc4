"""How a promise fares against the ledger, whatever order payments are told in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataFileError
from campaigns.outcomes.promises import PromiseState, PromiseToPay
from campaigns.outcomes.standing import (
    Ledger,
    Payment,
    PromiseReason,
    Standing,
    load_promise_rules,
    review,
    shipped_promise_rules,
    shortfall,
)

TODAY = date(2026, 3, 2)
MADE_AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
DUE = TODAY + timedelta(days=3)
OWED = 50_000
PROMISE = PromiseToPay(OWED, "CNY", DUE, owed=OWED)
PART = PromiseToPay(20_000, "CNY", DUE, rest_due=DUE + timedelta(days=10), owed=OWED)
KEPT, BROKEN, PENDING, CANCELLED = (
    PromiseState.KEPT,
    PromiseState.BROKEN,
    PromiseState.PENDING,
    PromiseState.CANCELLED,
)


def paid(day: int, amount: int, *, told: int | None = None, in_ledger: bool = False) -> Payment:
    """A payment so many days after the promise, told on that day or on a later one."""
    on = TODAY + timedelta(days=day)
    booked = TODAY + timedelta(days=day if told is None else told)
    return Payment(
        on,
        amount,
        datetime.combine(on, time(23, 59, 59), UTC),
        datetime.combine(booked, time(23), UTC),
        in_ledger,
    )


def ledger(*payments: Payment, owed: int = OWED, told_on: date = TODAY) -> Ledger:
    """The account whose state was told on the day of the promise, less the payments since."""
    left = max(0, owed - sum(payment.amount for payment in payments if not payment.in_ledger))
    return Ledger(payments, left, told_on)


def fate(
    promise: PromiseToPay,
    known: Ledger,
    days: int,
    *,
    grace: int = 0,
    state: PromiseState = PENDING,
) -> Standing:
    """Where it stands so many days after it was made."""
    found = review(promise, state, MADE_AT, known, TODAY + timedelta(days=days), grace_days=grace)
    assert found is not None
    return found


def test_payments_in_parts_keep_a_promise() -> None:
    parts = ledger(paid(0, 20_000), paid(3, 30_000))
    assert fate(PROMISE, parts, 3) == Standing(KEPT, PromiseReason.PAID, OWED)


def test_a_promise_is_pending_through_its_last_day_and_broken_after_it() -> None:
    short = ledger(paid(3, 49_999))
    assert fate(PROMISE, short, 3) == Standing(PENDING, None, 49_999)
    assert fate(PROMISE, short, 4) == Standing(BROKEN, PromiseReason.PART_PAID, 49_999)
    assert fate(PROMISE, ledger(), 4) == Standing(BROKEN, PromiseReason.NOTHING_PAID, 0)


def test_days_of_grace_put_the_end_off() -> None:
    late = ledger(paid(4, OWED))
    assert fate(PROMISE, late, 5).state is BROKEN
    assert fate(PROMISE, late, 5, grace=1) == Standing(KEPT, PromiseReason.PAID_IN_GRACE, OWED)
    assert fate(PROMISE, ledger(), 4, grace=1).state is PENDING
    assert fate(PROMISE, ledger(), 5, grace=1).state is BROKEN


def test_money_that_the_call_knew_of_does_not_keep_a_promise() -> None:
    before = replace(paid(0, OWED), at=MADE_AT - timedelta(hours=2), booked_at=MADE_AT - timedelta(hours=1))
    assert fate(PROMISE, ledger(before, owed=2 * OWED), 3).state is PENDING
    # Paid before, but told only after the call: what was due then still had it in.
    told_late = replace(before, booked_at=MADE_AT + timedelta(hours=1))
    assert fate(PROMISE, ledger(told_late), 3).state is KEPT
    known_to_the_file = replace(told_late, in_ledger=True)
    assert fate(PROMISE, ledger(known_to_the_file), 3).state is PENDING


def test_the_rest_is_looked_at_when_its_day_has_come() -> None:
    part_only = ledger(paid(2, 20_000))
    assert fate(PART, part_only, 9) == Standing(PENDING, None, 20_000)
    assert fate(PART, part_only, 14) == Standing(BROKEN, PromiseReason.REST_UNPAID, 20_000)
    assert fate(PART, ledger(paid(9, OWED)), 9).reason is PromiseReason.NOTHING_PAID  # the part was late
    assert fate(PART, ledger(paid(2, 20_000), paid(12, 30_000)), 14).state is KEPT
    assert fate(PART, ledger(paid(2, OWED)), 3).state is KEPT


def test_the_first_instalment_is_all_that_a_plan_promises() -> None:
    plan = PromiseToPay(10_000, "CNY", DUE, plan_id=1, owed=OWED)
    assert fate(plan, ledger(paid(3, 10_000)), 3) == Standing(KEPT, PromiseReason.FIRST_INSTALMENT, 10_000)
    assert fate(plan, ledger(paid(3, 9_000)), 4).reason is PromiseReason.PART_PAID


def test_a_portfolio_file_alone_can_show_that_it_was_paid() -> None:
    morning_after = DUE + timedelta(days=1)
    assert fate(PROMISE, Ledger((), 0, morning_after), 4) == Standing(KEPT, PromiseReason.LEDGER, OWED)
    assert fate(PROMISE, Ledger((), 10_000, morning_after), 4).reason is PromiseReason.PART_PAID
    # A day later nobody can tell any more when it was paid; nothing is left to call about either.
    too_late = Ledger((), 0, morning_after + timedelta(days=1))
    assert fate(PROMISE, too_late, 5) == Standing(CANCELLED, PromiseReason.NOTHING_OWED, 0)


def test_a_late_payment_does_not_mend_a_promise_but_one_told_late_does() -> None:
    late = ledger(paid(5, OWED))
    assert fate(PROMISE, late, 6, state=BROKEN).state is BROKEN
    told_late = ledger(paid(3, OWED, told=6))
    assert fate(PROMISE, told_late, 7, state=BROKEN) == Standing(KEPT, PromiseReason.PAID, OWED)


@pytest.mark.parametrize("state", [KEPT, CANCELLED])
def test_what_is_kept_or_cancelled_is_so_for_good(state: PromiseState) -> None:
    assert review(PROMISE, state, MADE_AT, ledger(), date(2027, 1, 1)) is None


def test_what_is_missing_of_a_broken_promise() -> None:
    assert shortfall(PROMISE, "nothing_paid", 0, OWED) == (OWED, DUE)
    assert shortfall(PROMISE, "part_paid", 20_000, 30_000) == (30_000, DUE)
    assert shortfall(PROMISE, "nothing_paid", 0, 5_000) == (5_000, DUE)
    assert shortfall(PROMISE, "nothing_paid", OWED, 0)[0] == 0
    assert shortfall(PART, "rest_unpaid", 20_000, 30_000) == (30_000, PART.rest_due)
    unknown_then = replace(PROMISE, owed=None)
    assert shortfall(unknown_then, "nothing_paid", 0, 80_000) == (OWED, DUE)


days = st.integers(0, 20)
told_payments = st.lists(
    st.tuples(days, st.integers(1, 60_000), st.integers(0, 6)).map(
        lambda draw: paid(draw[0], draw[1], told=draw[0] + draw[2])
    ),
    max_size=6,
)
promises = st.sampled_from([PROMISE, PART, replace(PART, owed=None, rest_due=None)])


@given(promises, told_payments, st.lists(st.integers(0, 30), max_size=6), st.integers(0, 2))
def test_the_end_does_not_depend_on_when_it_was_looked_at_or_payments_were_told(
    promise: PromiseToPay, payments: list[Payment], looks: list[int], grace: int
) -> None:
    """Looked at on any days in between, with what was told by then; all is told by the last day."""
    state = PENDING
    for day in [*sorted(looks), 60]:
        now = datetime.combine(TODAY + timedelta(days=day), time(0, 30), UTC)
        known = ledger(*(payment for payment in payments if payment.booked_at < now))
        found = review(promise, state, MADE_AT, known, now.date(), grace_days=grace)
        state = found.state if found else state
    assert state is fate(promise, ledger(*payments), 60, grace=grace).state
    assert state in (KEPT, BROKEN)


@given(promises, told_payments, told_payments, st.integers(0, 30))
def test_one_more_payment_never_makes_it_worse(
    promise: PromiseToPay, payments: list[Payment], more: list[Payment], day: int
) -> None:
    before, after = fate(promise, ledger(*payments), day), fate(promise, ledger(*payments, *more), day)
    worth = {BROKEN: 0, PENDING: 1, KEPT: 2}
    assert worth[after.state] >= worth[before.state]
    assert after.paid >= before.paid >= 0


def test_the_shipped_rules_are_read_and_a_mistake_names_its_key(tmp_path: Path) -> None:
    assert shipped_promise_rules().grace_days >= 0
    path = tmp_path / "promises.yaml"
    path.write_text("version: 1\ngrace_days: -1\nlook_again_days: 3\n", encoding="utf-8")
    with pytest.raises(DataFileError, match="grace_days"):
        load_promise_rules(path)
