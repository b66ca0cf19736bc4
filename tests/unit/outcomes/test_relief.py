"""Accepted relief: booked once, in full and in time, or not at all; and the book is never edited."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataFileError
from campaigns.outcomes.promises import PromiseState, PromiseToPay
from campaigns.outcomes.relief import (
    AcceptedOffer,
    Entry,
    EntryKind,
    HangsOn,
    ReliefReason,
    ReliefRules,
    ReliefState,
    Standing,
    entries_for,
    load_relief_rules,
    shipped_relief_rules,
    stand,
)
from campaigns.outcomes.standing import Ledger, Payment

DAY = date(2026, 3, 2)
MADE = datetime(2026, 3, 2, 2, tzinfo=UTC)
OFFER = AcceptedOffer(7, 3, 2_000, DAY + timedelta(days=5), "主管")
OWED = 100_000
RULES = ReliefRules(version=1, at_most=20_000)


def hangs(
    state: PromiseState,
    *,
    id_: int = 1,
    amount: int = OWED - 2_000,
    days: int = 3,
    owed: int | None = OWED,
    rest: int | None = None,
) -> HangsOn:
    rest_due = None if rest is None else DAY + timedelta(days=rest)
    promise = PromiseToPay(amount, "CNY", DAY + timedelta(days=days), OFFER.id, rest_due, owed=owed)
    return HangsOn(id_, 1, 1, promise, state, MADE + timedelta(hours=id_))


def ledger(*payments: tuple[int, int]) -> Ledger:
    """Payments as (days after the promise, minor units)."""
    told = tuple(
        Payment(DAY + timedelta(days=day), amount, at := MADE + timedelta(days=day, hours=9), at)
        for day, amount in payments
    )
    return Ledger(told, OWED - sum(amount for _, amount in payments), DAY + timedelta(days=40))


def standing(
    *promises: HangsOn, day: int = 1, paid: Ledger | None = None, rules: ReliefRules = RULES
) -> Standing:
    return stand(OFFER, promises, paid or ledger(), DAY + timedelta(days=day), rules, grace_days=1)


@pytest.mark.parametrize(
    ("state", "day", "expected", "reason"),
    [
        (PromiseState.KEPT, 4, ReliefState.BOOKED, ReliefReason.PAID),
        (PromiseState.BROKEN, 4, ReliefState.LAPSED, ReliefReason.BROKEN),
        (PromiseState.CANCELLED, 4, ReliefState.LAPSED, ReliefReason.CANCELLED),
        (PromiseState.PENDING, 6, ReliefState.PENDING, None),
        (PromiseState.PENDING, 7, ReliefState.LAPSED, ReliefReason.EXPIRED),
    ],
)
def test_relief_follows_its_promise(
    state: PromiseState, day: int, expected: ReliefState, reason: ReliefReason | None
) -> None:
    found = standing(hangs(state), day=day)
    assert (found.state, found.reason, found.for_people) == (expected, reason, False)


def test_what_is_kept_in_part_or_behind_the_offers_day_grants_nothing() -> None:
    assert standing(hangs(PromiseState.KEPT, amount=50_000)).reason is ReliefReason.NOT_IN_FULL
    # Kept by its own day, which lies behind the offer's.
    late = hangs(PromiseState.KEPT, days=9)
    assert standing(late, day=20, paid=ledger((8, OWED - 2_000))).reason is ReliefReason.EXPIRED
    assert standing(late, day=20, paid=ledger((6, OWED - 2_000))).state is ReliefState.BOOKED  # days of grace
    whole = hangs(PromiseState.KEPT, amount=40_000, rest=9)
    assert standing(whole, day=20, paid=ledger((3, 40_000), (8, 60_000))).reason is ReliefReason.EXPIRED
    assert standing(whole, day=20, paid=ledger((3, 40_000), (5, 60_000))).state is ReliefState.BOOKED


def test_a_later_promise_on_the_same_offer_decides() -> None:
    replaced, next_one = hangs(PromiseState.CANCELLED), hangs(PromiseState.PENDING, id_=2)
    assert standing(replaced, next_one).state is ReliefState.PENDING
    assert standing(next_one, replaced).promise.id == 2
    kept = hangs(PromiseState.KEPT, id_=2)
    assert standing(replaced, kept).promise.id == 2


def test_above_authority_a_person_books_it() -> None:
    for rules in (
        ReliefRules(version=1, at_most=1_999),
        ReliefRules(version=1, at_most=20_000, approved_by=("经理",)),
    ):
        found = standing(hangs(PromiseState.KEPT), rules=rules)
        assert (found.state, found.for_people) == (ReliefState.PENDING, True)
        assert entries_for(found, None, OFFER) == []
    assert shipped_relief_rules().allow(OFFER)
    assert not shipped_relief_rules().allow(AcceptedOffer(1, 1, 2_000, DAY, ""))


def test_a_lapse_that_was_wrong_is_reversed_and_then_booked() -> None:
    lapsed = Entry(11, EntryKind.LAPSED, 0, 1)
    new = entries_for(standing(hangs(PromiseState.KEPT)), lapsed, OFFER)
    assert [(each.kind, each.amount, each.reverses) for each in new] == [
        (EntryKind.REVERSED, 0, 11),
        (EntryKind.BOOKED, 2_000, None),
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from(PromiseState), st.integers(0, 12), st.sampled_from([0, 2_000, 20_000])),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_happens_in_whatever_order_the_book_holds_the_relief_once_or_not_at_all(
    history: list[tuple[PromiseState, int, int]],
) -> None:
    book: list[tuple[EntryKind, int]] = []
    in_force: Entry | None = None
    for state, day, at_most in history:
        found = standing(hangs(state), day=day, rules=ReliefRules(version=1, at_most=at_most))
        new = entries_for(found, in_force, OFFER)
        before = list(book)
        for entry in new:
            book.append((entry.kind, entry.amount))
            if entry.kind is EntryKind.REVERSED:
                assert in_force is not None
                assert entry.reverses == in_force.id
                assert entry.amount == -in_force.amount
                in_force = None
            else:
                assert in_force is None
                in_force = Entry(len(book), entry.kind, entry.amount, entry.promise_id)
        assert book[: len(before)] == before
        assert sum(amount for _, amount in book) in (0, OFFER.waives)
        assert sum(amount for _, amount in book) == (in_force.amount if in_force else 0)
        assert entries_for(found, in_force, OFFER) == []  # again: nothing more


def test_a_wrong_rules_file_is_told_with_its_key(tmp_path: Path) -> None:
    path = tmp_path / "relief.yaml"
    path.write_text("version: 1\nat_most: -5\n")
    with pytest.raises(DataFileError, match="at_most"):
        load_relief_rules(path)
