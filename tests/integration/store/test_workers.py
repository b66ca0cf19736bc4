"""Workers on record: one takes over, only the living are given turns and dial, nothing stays nobody's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import func, select, update

from bot.dialogue.outcome import Outcome
from campaigns.compliance.chain import LogSeal
from campaigns.compliance.effective import load_effective
from campaigns.dialing.audience import Audience
from campaigns.dialing.house import House
from campaigns.dialing.process import identity
from campaigns.dialing.record import CallRecord
from campaigns.dialing.reserve import Declined, Reserved, Rules, weigh_turn
from campaigns.dialing.settle import settle_call
from campaigns.dialing.takeover import end_and_settle, join, start_alone
from campaigns.outcomes.messages import load_messages
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.store import handout, workers
from campaigns.store.campaigns import create_campaign, start_campaign
from campaigns.store.database import Database, Session
from campaigns.store.facts import Surroundings, call_facts, numbers_of
from campaigns.store.ledger import Reservation, start_dial
from campaigns.store.member_turns import MemberTurn
from campaigns.store.models import Attempt, Call, CampaignMember, FollowUp, Suppression, WorkerRecord
from campaigns.store.workers import DEAD, LEFT
from telephony.status import HangupCause, NumberStatus
from tests.integration.store.rows import AT, add_customer, add_worker

PACK = load_effective("cn-mainland")
LOG = LogSeal(b"k" * 32)
SILENT = timedelta(seconds=12)


@pytest.fixture(scope="module")
def house() -> House:
    from zoneinfo import ZoneInfo

    return House(
        pack=PACK,
        retries=shipped_retry_policy(),
        messages=load_messages("zh"),
        institution="融安消费金融",
        hotline="4008001234",
        zone=ZoneInfo("Asia/Shanghai"),
    )


def surroundings(now: datetime = AT) -> Surroundings:
    return Surroundings(now, True, True, now - timedelta(days=30), now.date())


def made(database: Database, customers: int, *, concurrency: int = 10) -> int:
    """A running campaign; its id."""
    with database.transaction() as session:
        for _ in range(customers):
            add_customer(session)
        campaign = create_campaign(
            session, "c", "f", Audience(), concurrency=concurrency, calls_per_second=1000, at=AT
        )
        start_campaign(session, campaign.id, AT)
        return campaign.id


def enrol(database: Database, *names: str) -> None:
    with database.transaction() as session:
        for name in names:
            add_worker(session, name)


def turns_of(database: Database, worker: str, campaign: int, *, share: int = 99) -> list[handout.Turn]:
    with database.transaction() as session:
        return handout.hand_out(session, worker, campaign, AT, share=share, most=99)


def reserve(database: Database, worker: str, campaign: int, turn: handout.Turn) -> Reservation:
    rules = Rules(PACK, LOG, worker, "zh")
    with database.transaction() as session:
        weighed = weigh_turn(session, turn.member_id, turn.turn, campaign, rules, surroundings)
    assert isinstance(weighed, Reserved)
    return weighed.reservation


def silence(database: Database, worker: str) -> None:
    with database.transaction() as session:
        record = session.get_one(WorkerRecord, worker)
        record.beat_at = record.beat_at - timedelta(minutes=5)


def test_a_beat_is_taken_only_from_the_living(database: Database) -> None:
    enrol(database, "a")
    with database.transaction() as session:
        assert workers.beat(session, "a", live=3)
        assert workers.end_worker(session, "a", DEAD, "b")
        assert not workers.beat(session, "a", live=3)
        assert not workers.end_worker(session, "a", LEFT, "a")


def test_whoever_beats_again_in_time_is_not_taken_over_from(database: Database, house: House) -> None:
    enrol(database, "a", "b")
    silence(database, "a")
    with database.transaction() as session:
        [seen] = [peer for peer in workers.peers_of(session, "b") if peer.id == "a"]
        assert seen.silent_for > SILENT
        assert workers.beat(session, "a", live=0)
    with database.transaction() as session:
        end_and_settle(session, "a", DEAD, "b", AT, house, silent=SILENT)
        assert workers.is_alive(session, "a")


def test_of_two_peers_one_takes_over(database: Database, house: House) -> None:
    campaign = made(database, 3)
    enrol(database, "a", "b", "c")
    turns_of(database, "a", campaign)
    silence(database, "a")

    def bury(by: str) -> None:
        with database.transaction() as session:
            end_and_settle(session, "a", DEAD, by, AT, house, silent=SILENT)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(bury, "bc"))
    with database.transaction() as session:
        assert session.get_one(WorkerRecord, "a").ended_by in ("b", "c")
        assert session.scalar(select(func.count()).where(CampaignMember.state == "waiting")) == 3


def test_two_that_think_each_other_dead_do_not_both_take_over(database: Database, house: House) -> None:
    enrol(database, "a", "b")
    silence(database, "a")
    silence(database, "b")

    def bury(pair: str) -> None:
        with database.transaction() as session:
            end_and_settle(session, pair[0], DEAD, pair[1], AT, house, silent=SILENT)

    for pair in ("ab", "ba"):
        bury(pair)
    with database.transaction() as session:
        assert list(workers.alive_ids(session)) == ["b"]


def test_the_dead_are_given_no_turn_and_may_not_dial(database: Database, house: House) -> None:
    campaign = made(database, 2)
    enrol(database, "a", "b")
    first, *_ = turns_of(database, "a", campaign, share=1)
    reservation = reserve(database, "a", campaign, first)
    with database.transaction() as session:
        assert end_and_settle(session, "a", DEAD, "b", AT, house) == [reservation.attempt_id]
    assert turns_of(database, "a", campaign) == []
    with database.transaction() as session:
        assert not start_dial(session, reservation, AT, "a")
        attempt = session.get_one(Attempt, reservation.attempt_id)
        assert (attempt.state, attempt.dialed_at, attempt.charged) == ("lost", None, True)


def test_a_turn_of_the_dead_is_another_turn_for_who_takes_it_and_cannot_be_given_back(
    database: Database, house: House
) -> None:
    campaign = made(database, 1)
    enrol(database, "a", "b")
    [stale] = turns_of(database, "a", campaign)
    with database.transaction() as session:
        end_and_settle(session, "a", DEAD, "b", AT, house)
    [fresh] = turns_of(database, "b", campaign)
    assert (fresh.member_id, fresh.turn) == (stale.member_id, stale.turn + 1)
    with database.transaction() as session:
        handout.put_back(session, [stale.member_id], AT, "a")
        rules = Rules(PACK, LOG, "a", "zh")
        weigh_turn(session, stale.member_id, stale.turn, campaign, rules, surroundings)
        assert session.scalar(select(func.count()).select_from(Attempt)) == 0
        assert handout.held_by(session, "b") == [fresh]


@pytest.mark.parametrize("enter", [join, start_alone])
def test_what_is_nobodys_is_settled_by_who_comes(
    database: Database, house: House, enter: Callable[..., list[int]]
) -> None:
    """Members and attempts of a version without a record of workers, and of one removed from it."""
    campaign = made(database, 3)
    enrol(database, "gone")
    [one] = turns_of(database, "gone", campaign, share=1)
    reservation = reserve(database, "gone", campaign, one)
    with database.transaction() as session:
        handout.claim_due(session, campaign, AT, 1)
        session.delete(session.get_one(WorkerRecord, "gone"))
    with database.transaction() as session:
        assert enter(session, identity(), AT, house) == [reservation.attempt_id]
        states = session.scalars(select(CampaignMember.state))
        assert "queued" not in set(states)


def test_who_joins_leaves_the_living_alone_and_who_is_alone_has_no_living(
    database: Database, house: House
) -> None:
    campaign = made(database, 1)
    enrol(database, "a")
    [turn] = turns_of(database, "a", campaign)
    reservation = reserve(database, "a", campaign, turn)
    with database.transaction() as session:
        assert join(session, identity(), AT, house) == []
        assert start_alone(session, identity(), AT, house) == [reservation.attempt_id]
        assert len(workers.alive_ids(session)) == 1


def test_all_workers_together_hold_no_more_than_the_campaign_allows(database: Database) -> None:
    campaign = made(database, 30, concurrency=10)
    names = ["a", "b", "c", "d"]
    enrol(database, *names)
    with ThreadPoolExecutor(4) as threads:
        given = list(threads.map(lambda name: turns_of(database, name, campaign, share=4), names))
    assert sum(map(len, given)) == 10
    assert max(map(len, given)) <= 4
    assert len({turn.member_id for turns in given for turn in turns}) == 10


def test_the_most_urgent_of_the_due_go_first_whatever_their_times(database: Database) -> None:
    campaign = made(database, 4)
    with database.transaction() as session:
        ids = session.scalars(select(CampaignMember.id).order_by(CampaignMember.id)).all()
        for id_, priority, minutes in zip(ids, (3, 1, 2, 0), (0, 5, 1, 90), strict=True):
            session.execute(
                update(CampaignMember)
                .where(CampaignMember.id == id_)
                .values(priority=priority, next_at=AT + timedelta(minutes=minutes))
            )
    enrol(database, "a")
    with database.transaction() as session:
        turns = handout.hand_out(session, "a", campaign, AT + timedelta(minutes=10), share=9, most=9)
    assert [turn.member_id for turn in turns] == [ids[1], ids[2], ids[0]]  # the last is not due yet


def test_a_member_that_was_due_and_is_put_off_waits_for_its_time(database: Database) -> None:
    campaign = made(database, 1)
    later = AT + timedelta(hours=3)
    with database.transaction() as session:
        handout.mark_due(session, campaign, AT)
        session.execute(update(CampaignMember).values(next_at=later))
        assert handout.claim_due(session, campaign, AT, 5) == []
        assert handout.next_due_at(session, campaign) == later
        assert len(handout.claim_due(session, campaign, later, 5)) == 1


# --- a worker that was declared dead comes back with what was said ---


def lost_in_mid_call(database: Database, house: House) -> tuple[int, Reservation]:
    """A call is up; its worker is declared dead."""
    campaign = made(database, 1)
    enrol(database, "a", "b")
    [turn] = turns_of(database, "a", campaign)
    reservation = reserve(database, "a", campaign, turn)
    with database.transaction() as session:
        assert start_dial(session, reservation, AT, "a")
    with database.transaction() as session:
        end_and_settle(session, "a", DEAD, "b", AT + timedelta(seconds=30), house)
    return campaign, reservation


def complaint() -> CallRecord:
    return CallRecord(
        line="simulated",
        line_call_id="x",
        flow="f",
        flow_version="1",
        started_at=AT,
        answered_at=AT + timedelta(seconds=5),
        ended_at=AT + timedelta(seconds=40),
        cause=HangupCause.NORMAL,
        disposition="do_not_call",
        number_status=NumberStatus.ACTIVE,
    )


def facts_of(session: Session, reservation: Reservation) -> tuple[int, int]:
    """How many attempts and talks with the customer count."""
    member = session.get_one(CampaignMember, reservation.member_id)
    turn = MemberTurn(
        member.id, member.campaign_id, member.customer_id, member.account_id, member.turn, "running"
    )
    [facts, *_] = call_facts(session, turn, numbers_of(session, member.customer_id), surroundings())
    return len(facts.debtor_attempts), len(facts.talks)


def test_what_was_said_in_a_call_declared_lost_is_kept_and_no_count_moves(
    database: Database, house: House
) -> None:
    _, reservation = lost_in_mid_call(database, house)
    with database.transaction() as session:
        counted = facts_of(session, reservation)
    assert counted == (1, 1)
    for _ in range(2):  # the second time as after an answer of the database that was lost
        with database.transaction() as session:
            assert settle_call(session, reservation.attempt_id, complaint(), house) is False
    with database.transaction() as session:
        attempt = session.get_one(Attempt, reservation.attempt_id)
        assert (attempt.state, attempt.disposition, attempt.charged) == ("lost", "lost", True)
        call = session.scalars(select(Call)).one()
        call.effective = True
        assert session.scalar(select(func.count()).select_from(Suppression)) == 1
        session.flush()
        assert facts_of(session, reservation) == counted
        member = session.get_one(CampaignMember, reservation.member_id)
        assert (member.state, member.outcome) == ("done", "do_not_call")


def test_a_late_call_withdraws_a_redial_that_was_decided_on_without_it(
    database: Database, house: House
) -> None:
    campaign, reservation = lost_in_mid_call(database, house)
    tomorrow = AT + timedelta(days=7, hours=1)
    with database.transaction() as session:
        [again] = handout.hand_out(session, "b", campaign, tomorrow, share=9, most=9)
        weighed = weigh_turn(
            session,
            again.member_id,
            again.turn,
            campaign,
            Rules(PACK, LOG, "b", "zh"),
            lambda: surroundings(tomorrow),
        )
        assert isinstance(weighed, Reserved | Declined)
    with database.transaction() as session:
        settle_call(session, reservation.attempt_id, complaint(), house)
    with database.transaction() as session:
        member = session.get_one(CampaignMember, reservation.member_id)
        if isinstance(weighed, Reserved):
            assert member.state == "queued"  # its turn is another's
            assert not start_dial(session, weighed.reservation, tomorrow, "b")


def test_a_callback_that_no_turn_will_keep_is_a_persons(database: Database, house: House) -> None:
    campaign, reservation = lost_in_mid_call(database, house)
    tomorrow = AT + timedelta(days=7, hours=1)
    asked = replace(
        complaint(),
        disposition="callback",
        outcome=Outcome(
            "callback", right_party=True, effective=True, callback_at=tomorrow + timedelta(hours=3)
        ),
    )
    with database.transaction() as session:
        assert handout.hand_out(session, "b", campaign, tomorrow, share=9, most=9)  # another turn, meanwhile
    with database.transaction() as session:
        assert settle_call(session, reservation.attempt_id, asked, house) is False
        cases = session.execute(select(FollowUp.reason, FollowUp.customer_id)).all()
        assert [tuple(case) for case in cases] == [("callback", reservation.customer_id)]


def test_a_call_that_never_rang_leaves_nothing_to_keep(database: Database, house: House) -> None:
    campaign = made(database, 1)
    enrol(database, "a", "b")
    [turn] = turns_of(database, "a", campaign)
    reservation = reserve(database, "a", campaign, turn)
    with database.transaction() as session:
        end_and_settle(session, "a", DEAD, "b", AT, house)
        assert settle_call(session, reservation.attempt_id, complaint(), house) is False
        assert session.scalar(select(func.count()).select_from(Call)) == 0
        assert session.scalar(select(func.count()).select_from(FollowUp)) == 0


# --- on PostgreSQL only: locks between sessions ---


@pytest.fixture
def two_customers(postgres_database: Database) -> tuple[Database, int, list[handout.Turn]]:
    campaign = made(postgres_database, 2)
    enrol(postgres_database, "a", "b")
    return postgres_database, campaign, turns_of(postgres_database, "a", campaign)


@pytest.mark.external
def test_a_worker_that_stood_still_in_its_decision_is_not_refused_for_others_later_ones(
    two_customers: tuple[Database, int, list[handout.Turn]],
) -> None:
    """A minute passes between its look at the clock and its reading of the ledger, and others decide."""
    database, campaign, (mine, theirs) = two_customers
    later = AT + timedelta(seconds=60)
    looks: list[datetime] = []

    def look() -> Surroundings:
        looks.append(AT if not looks else later)
        if len(looks) == 1:
            with ThreadPoolExecutor(1) as other:
                other.submit(
                    lambda: reserve_at(database, campaign, theirs, later - timedelta(seconds=1))
                ).result()
        return surroundings(looks[-1])

    with database.transaction() as session:
        weighed = weigh_turn(session, mine.member_id, mine.turn, campaign, Rules(PACK, LOG, "a", "zh"), look)
    assert isinstance(weighed, Reserved)
    assert weighed.reservation.issued_at == later


def reserve_at(database: Database, campaign: int, turn: handout.Turn, now: datetime) -> None:
    with database.transaction() as session:
        weighed = weigh_turn(
            session,
            turn.member_id,
            turn.turn,
            campaign,
            Rules(PACK, LOG, "b", "zh"),
            lambda: surroundings(now),
        )
    assert isinstance(weighed, Reserved)


@pytest.mark.external
def test_workers_whose_clocks_are_two_seconds_apart_never_refuse_each_other(
    postgres_database: Database,
) -> None:
    campaign = made(postgres_database, 12, concurrency=12)
    enrol(postgres_database, "a")
    turns = turns_of(postgres_database, "a", campaign)
    for n, turn in enumerate(turns):  # in turn by a clock ahead, and by one behind
        skew = timedelta(seconds=2.0 if n % 2 == 0 else 0.0)
        reserve_at(postgres_database, campaign, turn, AT + n * timedelta(milliseconds=5) + skew)


@pytest.mark.external
def test_a_takeover_waits_for_a_dial_that_is_being_started_and_then_settles_it(
    two_customers: tuple[Database, int, list[handout.Turn]], house: House
) -> None:
    database, campaign, (turn, _) = two_customers
    reservation = reserve(database, "a", campaign, turn)
    begun = Event()

    def bury() -> list[int]:
        begun.set()
        with database.transaction() as session:
            return end_and_settle(session, "a", DEAD, "b", AT, house)

    with ThreadPoolExecutor(1) as threads:
        with database.transaction() as session:
            assert start_dial(session, reservation, AT, "a")
            burial = threads.submit(bury)
            begun.wait()
        assert burial.result() == [reservation.attempt_id]
    with database.transaction() as session:
        attempt = session.get_one(Attempt, reservation.attempt_id)
        assert attempt.state == "lost"
        assert attempt.dialed_at == AT
