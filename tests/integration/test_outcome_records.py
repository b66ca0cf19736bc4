"""Writing what came of a call, once, even when the step that writes it runs twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.errors import ConflictError, NotFoundError
from campaigns.outcomes.messages import RenderedMessage
from campaigns.outcomes.promises import PromiseToPay
from campaigns.store.database import Database
from campaigns.store.messages import queue_message
from campaigns.store.models import Account, Base, Call, FollowUp, Message, Promise, Suppression
from campaigns.store.outcomes import open_follow_up, record_promise, suppress
from tests.integration.report_world import START, Dial, World, allowed

PROMISE = PromiseToPay(50_000, "CNY", date(2026, 3, 7))
SMS = RenderedMessage("promise_confirmed", "您好")
LATER = START + timedelta(hours=1)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """One customer with two calls, without outcomes yet."""
    database = Database(f"sqlite:///{tmp_path / 'outcomes.db'}")
    Base.metadata.create_all(database.engine)
    talk = Dial("no_commitment", talk_s=30, right_party=True)
    with database.transaction() as session:
        World(session).campaign("Spring", [allowed(talk, talk)])
        yield session
    database.close()


@pytest.fixture
def calls(session: Session) -> list[int]:
    return list(session.scalars(select(Call.id).order_by(Call.id)))


@pytest.fixture
def account_id(session: Session) -> int:
    return session.scalars(select(Account.id)).one()


def states(session: Session) -> list[str]:
    return list(session.scalars(select(Promise.state).order_by(Promise.id)))


def test_a_promise_is_recorded_once_however_often_the_step_runs(
    session: Session, calls: list[int], account_id: int
) -> None:
    first = record_promise(session, calls[0], account_id, PROMISE, START)
    assert record_promise(session, calls[0], account_id, PROMISE, LATER) == first
    row = session.scalars(select(Promise)).one()
    assert (row.amount, row.currency, row.due, row.state, row.made_at) == (
        50_000,
        "CNY",
        date(2026, 3, 7),
        "pending",
        START,
    )


def test_a_promise_changed_in_the_same_call_is_the_one_that_counts(
    session: Session, calls: list[int], account_id: int
) -> None:
    record_promise(session, calls[0], account_id, PROMISE, START)
    record_promise(session, calls[0], account_id, PromiseToPay(20_000, "CNY", date(2026, 3, 9)), START)
    row = session.scalars(select(Promise)).one()
    assert (row.amount, row.due, row.state) == (20_000, date(2026, 3, 9), "pending")


def test_a_later_promise_replaces_a_pending_one_and_a_replay_does_not_bring_it_back(
    session: Session, calls: list[int], account_id: int
) -> None:
    record_promise(session, calls[0], account_id, PROMISE, START)
    record_promise(session, calls[1], account_id, PROMISE, LATER)
    assert states(session) == ["cancelled", "pending"]
    record_promise(session, calls[0], account_id, PROMISE, LATER)
    assert states(session) == ["cancelled", "pending"]


def test_a_kept_promise_is_left_as_it_is(session: Session, calls: list[int], account_id: int) -> None:
    record_promise(session, calls[0], account_id, PROMISE, START)
    session.scalars(select(Promise)).one().state = "kept"
    record_promise(session, calls[1], account_id, PROMISE, LATER)
    assert states(session) == ["kept", "pending"]
    with pytest.raises(ConflictError, match="kept already"):
        record_promise(session, calls[0], account_id, PromiseToPay(1, "CNY", date(2026, 3, 7)), LATER)


def test_a_promise_needs_its_call(session: Session, account_id: int) -> None:
    with pytest.raises(NotFoundError, match="no call 99"):
        record_promise(session, 99, account_id, PROMISE, START)


def test_a_message_is_queued_once_a_call(session: Session, calls: list[int]) -> None:
    first = queue_message(session, 1, SMS, START, call_id=calls[0])
    assert queue_message(session, 1, SMS, LATER, call_id=calls[0]) == first
    assert queue_message(session, 1, SMS, LATER, call_id=calls[1]) != first
    found = session.scalars(select(Message).order_by(Message.id)).all()
    assert [(row.state, row.channel, row.body) for row in found] == [("queued", "sms", "您好")] * 2


def bars(session: Session) -> list[Suppression]:
    return list(session.scalars(select(Suppression).order_by(Suppression.id)))


def test_a_bar_is_imposed_once(session: Session, calls: list[int]) -> None:
    first = suppress(session, reason="do_not_call", at=START, customer_id=1, call_id=calls[0])
    again = suppress(session, reason="do_not_call", at=LATER, customer_id=1, call_id=calls[0])
    other_call = suppress(session, reason="do_not_call", at=LATER, customer_id=1, call_id=calls[1])
    assert first == again == other_call
    assert len(bars(session)) == 1


def test_a_longer_bar_is_not_swallowed_by_a_shorter_one(session: Session, calls: list[int]) -> None:
    day, month = START + timedelta(days=1), START + timedelta(days=30)
    suppress(session, reason="hardship", at=START, customer_id=1, until=day, call_id=calls[0])
    suppress(session, reason="hardship", at=START, customer_id=1, until=month, call_id=calls[1])
    suppress(session, reason="hardship", at=START, customer_id=1, until=day)
    assert [row.until for row in bars(session)] == [day, month]
    suppress(session, reason="hardship", at=START, customer_id=1, until=day, call_id=calls[1])
    assert [row.until for row in bars(session)] == [day, month]
    suppress(session, reason="hardship", at=START, customer_id=1, call_id=calls[0])
    assert [row.until for row in bars(session)] == [None, month]


def test_a_replay_does_not_reimpose_what_a_person_lifted_but_a_new_call_does(
    session: Session, calls: list[int]
) -> None:
    suppress(session, reason="complaint", at=START, customer_id=1, call_id=calls[0])
    bars(session)[0].lifted_at = LATER
    suppress(session, reason="complaint", at=START, customer_id=1, call_id=calls[0])
    assert len(bars(session)) == 1
    suppress(session, reason="complaint", at=LATER, customer_id=1, call_id=calls[1])
    assert [row.lifted_at is None for row in bars(session)] == [False, True]


def test_bars_on_a_number_and_on_a_customer_are_different_things(session: Session) -> None:
    suppress(session, reason="wrong_party", at=START, e164="+8615400000001")
    suppress(session, reason="wrong_party", at=START, customer_id=1)
    suppress(session, reason="minor", at=START, customer_id=1)
    assert [(row.customer_id, row.e164) for row in bars(session)] == [
        (None, "+8615400000001"),
        (1, None),
        (1, None),
    ]


@pytest.mark.parametrize("target", [{}, {"customer_id": 1, "e164": "+8615400000001"}])
def test_a_bar_has_exactly_one_target(session: Session, target: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="either"):
        suppress(session, reason="do_not_call", at=START, **target)  # type: ignore[arg-type]


def test_a_follow_up_is_opened_once_and_only_ever_made_more_urgent(
    session: Session, calls: list[int]
) -> None:
    first = open_follow_up(session, 1, "vulnerable", START, call_id=calls[0])
    assert open_follow_up(session, 1, "vulnerable", LATER, call_id=calls[0], urgent=True) == first
    assert open_follow_up(session, 1, "vulnerable", LATER, call_id=calls[0]) == first
    row = session.scalars(select(FollowUp)).one()
    assert (row.urgent, row.state, row.created_at) == (True, "open", START)


def test_a_closed_follow_up_does_not_hide_a_new_one(session: Session, calls: list[int]) -> None:
    first = open_follow_up(session, 1, "dispute", START)
    assert open_follow_up(session, 1, "dispute", LATER) == first
    session.scalars(select(FollowUp)).one().state = "closed"
    assert open_follow_up(session, 1, "dispute", LATER) != first
    open_follow_up(session, 1, "dispute", LATER, call_id=calls[0])
    assert len(session.scalars(select(FollowUp)).all()) == 3
