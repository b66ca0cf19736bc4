"""Slots on both databases: paced over campaigns and workers, kept by the breaker, spread over numbers."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.dialing.audience import Audience
from campaigns.dialing.breaker import Circuit
from campaigns.dialing.line_rules import LineRules
from campaigns.store.campaigns import create_campaign
from campaigns.store.database import Database
from campaigns.store.lines import (
    line_view,
    may_start,
    pause_all,
    report_fault,
    report_no_dial,
    report_success,
)
from campaigns.store.models import Attempt, Campaign, CampaignMember, LineState, PhoneNumber
from campaigns.store.pacing import NoSlot, Slot, Trunk, room, take_slot
from tests.integration.store.rows import AT, add_customer

LINE = "simulated"


def trunk(callers: tuple[str, ...] = ("+861",), horizon_s: float = 5.0, **limits: float) -> Trunk:
    return Trunk(LINE, callers, LineRules(**limits), horizon_s)  # type: ignore[arg-type]


def campaign(session: Session, name: str = "c", rate: float = 1000, concurrency: int = 1000) -> int:
    made = create_campaign(
        session, name, "f", Audience(), concurrency=concurrency, calls_per_second=rate, at=AT
    )
    return made.id


def seconds(at: datetime) -> float:
    return (at - AT).total_seconds()


def take(session: Session, where: Trunk, of: int, now: datetime = AT, customer: int = 0) -> Slot:
    slot = take_slot(session, where, of, customer, now)
    assert isinstance(slot, Slot), slot
    return slot


def add_attempt(session: Session, of: int, at: datetime, disposition: str | None = "trunk_fault") -> Attempt:
    """A dial of a new member on the line, over already unless it has no disposition."""
    customer = add_customer(session)
    member = CampaignMember(
        campaign_id=of, customer_id=customer.id, account_id=customer.accounts[0].id, next_at=at
    )
    session.add(member)
    session.flush()
    number = session.scalars(select(PhoneNumber).where(PhoneNumber.customer_id == customer.id)).one()
    attempt = Attempt(
        member_id=member.id,
        campaign_id=of,
        customer_id=customer.id,
        number_id=number.id,
        e164=number.e164,
        turn=1,
        n=1,
        state="ended" if disposition else "dialing",
        worker="w",
        reserved_at=at,
        dialed_at=at,
        disposition=disposition,
        line=LINE,
        caller_id="+861",
    )
    session.add(attempt)
    session.flush()
    return attempt


def fail(session: Session, of: int, slot: Slot, where: Trunk, at: datetime) -> Circuit:
    add_attempt(session, of, at)
    return report_fault(session, LINE, slot.passed_at, at, "SIP 503", where.rules)


def test_starts_are_spaced_by_the_line_the_campaign_and_the_number(database: Database) -> None:
    with database.transaction() as session:
        add_customer(session)
        fast, slow = campaign(session, "fast"), campaign(session, "slow", rate=1)
        where = trunk(("+861", "+862"), calls_per_second=10, caller_calls_per_second=2)
        assert [seconds(take(session, where, fast).at) for _ in range(4)] == [0, 0.1, 0.5, 0.6]
        # What two numbers leave of the line is another campaign's.
        third = trunk(("+863",), calls_per_second=10, caller_calls_per_second=2)
        assert [seconds(take(session, third, slow).at) for _ in range(3)] == [0.2, 1.2, 2.2]


def test_a_slot_further_away_than_the_horizon_is_not_waited_for(database: Database) -> None:
    with database.transaction() as session:
        add_customer(session)
        one, where = campaign(session), trunk(calls_per_second=1)
        taken = [take(session, where, one) for _ in range(3)]  # alone: half the horizon
        assert [seconds(slot.at) for slot in taken] == [0, 1, 2]
        later = take_slot(session, where, one, 0, AT)
        assert later == NoSlot(AT + timedelta(seconds=0.5), "no_slot")
        assert room(session, where, one, AT) == 0
        assert seconds(take(session, where, one, AT + timedelta(seconds=0.5)).at) == 3
        assert session.get_one(LineState, LINE).taken == 4


def test_a_customer_is_called_from_the_number_they_know_else_from_the_least_loaded(
    database: Database,
) -> None:
    with database.transaction() as session:
        one = campaign_with_members(session, 1)
        known = add_attempt(session, one, AT)
        where = trunk(("+860", "+861", "+862"), caller_calls_per_second=0.25, horizon_s=20)
        assert take(session, where, one, customer=known.customer_id).caller_id == "+861"
        # Its number is taken for 4 s: another one is free now.
        assert take(session, where, one, customer=known.customer_id).caller_id == "+860"
        assert take(session, where, one).caller_id == "+862"
        session.get_one(Campaign, one).caller_ids = ["+869"]
        session.flush()
        assert take(session, where, one, customer=known.customer_id).caller_id == "+869"


def campaign_with_members(session: Session, customers: int, **settings: float) -> int:
    for _ in range(customers):
        add_customer(session)
    return campaign(session, **settings)  # type: ignore[arg-type]


def test_channels_of_the_line_and_of_the_campaign_are_not_exceeded(database: Database) -> None:
    with database.transaction() as session:
        one = campaign_with_members(session, 1, concurrency=2)
        where = trunk(concurrent_calls=3)
        first = add_attempt(session, one, AT, disposition=None)
        assert room(session, where, one, AT) == 1
        add_attempt(session, one, AT, disposition=None)
        full = take_slot(session, where, one, 0, AT)
        assert isinstance(full, NoSlot)
        assert full.reason == "line_full"
        first.state = "ended"
        session.flush()
        take(session, where, one)
        narrow = trunk(concurrent_calls=1)
        assert isinstance(take_slot(session, narrow, one, 0, AT), NoSlot)


def test_faults_slow_the_line_once_for_what_was_dialled_before_and_dials_speed_it_up(
    database: Database,
) -> None:
    with database.transaction() as session:
        one = campaign_with_members(session, 1)
        where = trunk(calls_per_second=8, faults=1000)
        slots = [take(session, where, one) for _ in range(3)]
        for slot in slots:
            fail(session, one, slot, where, AT + timedelta(seconds=1))
        now = AT + timedelta(seconds=2)
        assert line_view(session, LINE, (), now, where.rules).rate == 4
        newer = take(session, where, one, now)
        assert newer.watched
        fail(session, one, newer, where, now)
        assert line_view(session, LINE, (), now, where.rules).rate == 2
        for n in range(61):
            at = now + timedelta(seconds=1 + n)
            report_success(session, LINE, take(session, where, one, at).passed_at, at, where.rules)
        assert line_view(session, LINE, (), now, where.rules).rate == 8
        assert not take(session, where, one, now + timedelta(minutes=5)).watched


def test_an_open_circuit_lets_nothing_pass_then_one_probe_and_closes_by_it(database: Database) -> None:
    with database.transaction() as session:
        one = campaign_with_members(session, 1)
        where = trunk(faults=3, first_wait_s=30, probe_s=60)
        early = take(session, where, one)
        states = [fail(session, one, take(session, where, one), where, AT) for _ in range(3)]
        assert states == [Circuit.CLOSED, Circuit.CLOSED, Circuit.OPEN]
        assert not may_start(session, LINE, probe=early.probe)
        assert take_slot(session, where, one, 0, AT) == NoSlot(AT + timedelta(seconds=30), "line_open")
        assert room(session, where, one, AT) == 0

        now = AT + timedelta(seconds=30)
        assert room(session, where, one, now) == 1
        probe = take(session, where, one, now)
        assert probe.probe
        assert may_start(session, LINE, probe=True)
        assert not may_start(session, LINE, probe=False)
        assert isinstance(take_slot(session, where, one, 0, now), NoSlot)
        report_no_dial(session, LINE, probe.passed_at, now)  # the customer had paid: another may try
        probe = take(session, where, one, now)
        assert fail(session, one, probe, where, now) is Circuit.OPEN
        assert take_slot(session, where, one, 0, now) == NoSlot(now + timedelta(seconds=60), "line_open")

        now += timedelta(seconds=60)
        report_success(session, LINE, take(session, where, one, now).passed_at, now, where.rules)
        view = line_view(session, LINE, ("+861",), now, where.rules)
        assert view.breaker.circuit is Circuit.CLOSED
        assert may_start(session, LINE, probe=False)
        assert view.fault == "SIP 503"


def test_a_probe_is_let_go_only_when_it_gets_a_slot(database: Database) -> None:
    with database.transaction() as session:
        one = campaign_with_members(session, 1)
        where = trunk(faults=1, fault_share=0, first_wait_s=1, concurrent_calls=1)
        fail(session, one, take(session, where, one), where, AT)
        add_attempt(session, one, AT, disposition=None)
        now = AT + timedelta(seconds=5)
        assert isinstance(take_slot(session, where, one, 0, now), NoSlot)
        assert session.get_one(LineState, LINE).circuit == "open"


def test_all_running_campaigns_are_paused_with_what_to_do(database: Database) -> None:
    with database.transaction() as session:
        add_customer(session)
        campaign(session, "a"), campaign(session, "b"), campaign(session, "c")
        for state, name in (("running", "a"), ("running", "b")):
            session.scalars(select(Campaign).where(Campaign.name == name)).one().state = state
        session.flush()
        assert pause_all(session, "credentials" + "x" * 300, AT) == ["a", "b"]
    with database.transaction() as session:
        assert dict(session.execute(select(Campaign.name, Campaign.state)).all()) == {
            "a": "paused",
            "b": "paused",
            "c": "draft",
        }
        reason = session.scalar(select(func.max(Campaign.pause_reason)))
        assert reason is not None
        assert len(reason) == 255


def test_workers_that_take_at_once_never_take_the_same_start(postgres_database: Database) -> None:
    """Four workers, two campaigns, one of which asks three times as often: exact, and shared."""
    database = postgres_database
    with database.transaction() as session:
        add_customer(session)
        of = [campaign(session, "a"), campaign(session, "b")]
    where = trunk(("+861", "+862", "+863"), calls_per_second=100, caller_calls_per_second=50)
    start = threading.Barrier(4)
    got: list[tuple[int, Slot]] = []
    failures: list[BaseException] = []

    def worker(campaign_id: int) -> None:
        try:
            start.wait(30)
            for step in range(40):
                with database.transaction() as session:
                    now = AT + timedelta(seconds=step * 0.04)
                    slot = take_slot(session, where, campaign_id, 0, now)
                    if isinstance(slot, Slot):
                        got.append((campaign_id, slot))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=worker, args=(of[n == 3],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    times = sorted(slot.at for _, slot in got)
    assert all(later - sooner >= timedelta(seconds=0.01) for sooner, later in pairwise(times))
    for number in where.callers:
        mine = sorted(slot.at for _, slot in got if slot.caller_id == number)
        assert all(later - sooner >= timedelta(seconds=0.02) for sooner, later in pairwise(mine))
    assert Counter(campaign_id for campaign_id, _ in got)[of[1]] == 40  # below its share: none refused


@pytest.mark.parametrize("at", [AT, AT + timedelta(days=400)])
def test_what_is_past_is_forgotten(database: Database, at: datetime) -> None:
    with database.transaction() as session:
        add_customer(session)
        one, where = campaign(session), trunk()
        for n in range(20):
            take(session, where, one, at + timedelta(seconds=10 * n))
        assert len(session.get_one(LineState, LINE).starts) <= 3
