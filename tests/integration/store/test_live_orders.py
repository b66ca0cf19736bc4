"""What people want of a call in progress: one thing at a time, however often and by how many it is wanted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from campaigns.store.database import Database
from campaigns.store.live_incoming import IncomingNow, forget_incoming, put_incoming
from campaigns.store.live_key import LiveKey, live_key
from campaigns.store.live_orders import (
    MAY_ASK_AGAIN,
    OrderChange,
    OrderKind,
    OrderState,
    ask,
    change_orders,
    latest_orders,
    orders_asked,
)
from campaigns.store.models import LiveIncoming
from tests.integration.store.rows import AT

KEY = LiveKey(3)


def test_two_people_at_once_want_one_thing(clean_database: Database) -> None:
    def want(by: str) -> tuple[int, bool]:
        with clean_database.transaction() as session:
            order, new = ask(session, KEY, OrderKind.HAND_OVER, by, "why")
            return order.id, new

    with ThreadPoolExecutor(4) as people:
        orders = list(people.map(want, ["a", "b", "c", "d"]))
    assert len({id_ for id_, _ in orders}) == 1
    assert sorted(new for _, new in orders) == [False, False, False, True]
    with clean_database.reading() as session:
        assert len(orders_asked(session)) == 1


def test_what_was_wanted_of_a_call_is_not_wanted_of_the_one_that_gets_its_id(
    sqlite_database: Database,
) -> None:
    with sqlite_database.transaction() as session:
        (before,) = put_incoming(session, "w", [IncomingNow("twilio", "CA1", None, None, AT)]).values()
        key = LiveKey(before, incoming=True)
        ask(session, key, OrderKind.END, "a", "rude")
        ask(session, KEY, OrderKind.END, "a", "rude")
        session.execute(update(LiveIncoming).values(told_at=AT - timedelta(days=900)))
        forget_incoming(session)
        (after,) = put_incoming(session, "w", [IncomingNow("twilio", "CA2", None, None, AT)]).values()
        assert after == before
        assert set(latest_orders(session, [str(key), str(KEY)])) == {str(KEY)}
        order, new = ask(session, key, OrderKind.HAND_OVER, "b", "help")
        assert (order.kind, new) == ("hand_over", True)


@pytest.mark.parametrize("state", list(OrderState))
def test_only_what_was_refused_can_be_wanted_again(sqlite_database: Database, state: OrderState) -> None:
    with sqlite_database.transaction() as session:
        first, _ = ask(session, KEY, OrderKind.HAND_OVER, "a", "why")
        change_orders(session, [OrderChange(first.id, state, "hours")])
        _, new = ask(session, KEY, OrderKind.HAND_OVER, "a", "why")
        assert new is (state in MAY_ASK_AGAIN)
        latest = latest_orders(session, [str(KEY), "4"])
        assert list(latest) == [str(KEY)]
        assert latest[str(KEY)].bars_another


@given(st.integers(0, 2**31 - 1), st.booleans())
def test_a_key_is_read_as_it_is_written(number: int, incoming: bool) -> None:
    key = LiveKey(number, incoming=incoming)
    assert live_key(str(key)) == key


@given(st.text())
def test_what_is_no_key_is_none(text: str) -> None:
    key = live_key(text)
    assert key is None or text.lstrip("in-").lstrip("0") == str(key.id).lstrip("0")


@pytest.mark.parametrize(
    "text", ["", "board", "in-", "-1", "in--1", "٣", "2147483648", "1 ", "in-1x", "1" * 30]
)
def test_these_are_no_keys(text: str) -> None:
    assert live_key(text) is None
