"""The next try as it is settled: the hour they answer best, the time asked for, the campaign's own waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.dialogue.outcome import Outcome
from campaigns.compliance.campaign_window import CampaignWindow
from campaigns.compliance.effective import load_effective
from campaigns.dialing.audience import Audience
from campaigns.dialing.house import House
from campaigns.dialing.priority import CALLBACK_PRIORITY
from campaigns.dialing.record import CallRecord
from campaigns.dialing.settle import settle_call
from campaigns.outcomes.messages import load_messages
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.store.campaigns import create_campaign
from campaigns.store.changes import stop_campaign
from campaigns.store.database import Database
from campaigns.store.models import (
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    Customer,
    FollowUp,
    HourAnswers,
    PhoneNumber,
    Suppression,
)
from telephony.status import HangupCause
from tests.integration.store.rows import AT, add_customer

ZONE = ZoneInfo("Asia/Shanghai")
HOUSE = House(load_effective("cn-mainland"), shipped_retry_policy(), load_messages("zh"), "长河", "400", ZONE)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment in March 2026, whose second is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=ZONE)


def add_attempt(session: Session, member: CampaignMember, at: datetime, **values: object) -> Attempt:
    number = session.scalars(select(PhoneNumber).where(PhoneNumber.customer_id == member.customer_id)).one()
    member.turn += 1
    attempt = Attempt(
        member_id=member.id,
        campaign_id=member.campaign_id,
        customer_id=member.customer_id,
        number_id=number.id,
        e164=number.e164,
        turn=member.turn,
        n=member.turn,
        worker="w",
        reserved_at=at,
        dialed_at=at,
        **values,
    )
    session.add(attempt)
    session.flush()
    return attempt


def history(session: Session, member: CampaignMember, at: datetime, answered: bool) -> None:
    """A dial of days ago."""
    attempt = add_attempt(session, member, at, state="ended", disposition="no_answer", ended_at=at)
    session.add(
        Call(
            attempt_id=attempt.id,
            campaign_id=member.campaign_id,
            customer_id=member.customer_id,
            line="l",
            line_call_id=str(attempt.id),
            flow="f",
            flow_version="1",
            started_at=at,
            ended_at=at,
            answered_at=at if answered else None,
            cause="normal",
            disposition="no_answer",
        )
    )
    session.flush()


def settle(
    session: Session,
    ended_at: datetime,
    disposition: str = "no_answer",
    callback_at: datetime | None = None,
    before: Callable[[Session, CampaignMember], None] = lambda _session, _member: None,
    window: CampaignWindow | None = None,
) -> CampaignMember:
    """A member after a dial that ended so."""
    customer = add_customer(session)
    campaign = create_campaign(
        session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT, window=window
    )
    member = session.scalars(select(CampaignMember)).one()
    session.get_one(Customer, customer.id).region = "广东省"
    before(session, member)
    attempt = add_attempt(session, member, ended_at, state="dialing")
    outcome = None
    if disposition == "callback":
        outcome = Outcome(disposition, False, False, callback_requested=True, callback_at=callback_at)
    record = CallRecord(
        line="l",
        line_call_id="x",
        flow="f",
        flow_version="1",
        started_at=ended_at,
        answered_at=ended_at if outcome else None,
        ended_at=ended_at,
        cause=HangupCause.NORMAL,
        disposition=disposition,
        outcome=outcome,
    )
    assert settle_call(session, attempt.id, record, HOUSE)
    session.flush()
    session.expire_all()
    assert session.get_one(Campaign, campaign.id) is not None
    return member


def evenings(session: Session, member: CampaignMember) -> None:
    for day in (24, 25):
        history(session, member, local(day, 18, 30) - timedelta(days=28), answered=True)
        history(session, member, local(day, 10) - timedelta(days=28), answered=False)


def test_the_next_try_goes_to_the_hour_in_which_they_answer(database: Database) -> None:
    with database.transaction() as session:
        member = settle(session, local(9, 10), before=evenings)
        assert member.next_at is not None
        assert member.timing is not None
        # After so many tries the wait is a day; the soonest would have been 10 o'clock then.
        assert local(10, 18) <= member.next_at < local(10, 19)
        assert member.timing["rule"] == "best_hour"
        assert (member.timing["hour"], member.timing["dials"], member.timing["answers"]) == (18, 2, 2)


def test_it_is_never_before_the_retry_s_wait_nor_outside_the_campaign_s_window(database: Database) -> None:
    window = CampaignWindow.model_validate({"hours": {"mon-sun": [["09:00", "12:00"]]}})
    with database.transaction() as session:
        member = settle(session, local(9, 10), before=evenings, window=window)
        assert member.next_at is not None
        assert member.next_at >= local(9, 14)
        wall = member.next_at.astimezone(ZONE)
        assert 9 <= wall.hour < 12
        assert wall.date() == local(10, 0).date()


def test_every_dial_teaches_the_portfolio(database: Database) -> None:
    with database.transaction() as session:
        settle(session, local(9, 10, 20))
        (row,) = session.scalars(select(HourAnswers)).all()
        assert (row.day, row.hour, row.dials, row.answers) == ("work", 10, 1, 0)


def test_a_callback_is_due_to_the_minute_and_before_all_others(database: Database) -> None:
    with database.transaction() as session:
        member = settle(session, local(9, 10), "callback", local(9, 15, 37))
        assert member.next_at == member.callback_at == local(9, 15, 37)
        assert member.priority == CALLBACK_PRIORITY
        assert member.timing == {"rule": "callback"}


@pytest.mark.parametrize(
    ("asked", "moved_to"),
    [(local(9, 22, 30), local(10, 9)), (local(10, 6), local(10, 9)), (local(9, 20, 29), local(10, 9))],
)
def test_a_time_that_the_law_forbids_is_moved_and_both_are_on_record(
    database: Database, asked: datetime, moved_to: datetime
) -> None:
    with database.transaction() as session:
        member = settle(session, local(9, 10), "callback", asked)
        assert member.next_at == member.callback_at == moved_to
        assert member.timing is not None
        assert member.timing["rule"] == "callback_moved"
        assert datetime.fromisoformat(member.timing["asked"]) == asked


def test_a_time_at_which_no_call_can_ever_be_made_becomes_a_persons_work(database: Database) -> None:
    window = CampaignWindow.model_validate({"ends_on": "2026-03-09"})
    with database.transaction() as session:
        member = settle(session, local(9, 10), "callback", local(12, 10), window=window)
        assert session.scalars(select(FollowUp.reason)).all() == ["callback"]
        assert member.timing is not None
        assert member.timing["rule"] == "callback_impossible"


def test_a_campaign_s_own_waits_and_tries_count(database: Database) -> None:
    def own(session: Session, member: CampaignMember) -> None:
        retries = {"busy": {"after_min": [7]}, "unanswered": {"max_tries": 1}}
        session.get_one(Campaign, member.campaign_id).retries = retries

    with database.transaction() as session:
        member = settle(session, local(9, 10), "busy", before=own)
        assert member.next_at == local(9, 10, 7)
        member.campaign_id = member.campaign_id
        attempt = add_attempt(session, member, local(9, 11), state="dialing")
        record = CallRecord(
            line="l", line_call_id="y", flow="f", flow_version="1", started_at=local(9, 11), answered_at=None,
            ended_at=local(9, 11), cause=HangupCause.NO_ANSWER, disposition="no_answer",
        )  # fmt: skip
        settle_call(session, attempt.id, record, HOUSE)
        session.flush()
        session.expire_all()
        assert (member.state, member.reason) == ("done", "tries_exhausted")


def test_a_call_that_ends_after_its_campaign_was_stopped_is_no_reason_to_call_again(
    database: Database,
) -> None:
    def stop(session: Session, member: CampaignMember) -> None:
        stop_campaign(session, member.campaign_id, by="chief", at=AT)

    with database.transaction() as session:
        member = settle(session, local(9, 10), before=stop)
        assert (member.state, member.next_at, member.reason) == ("done", None, "campaign_stopped")
        assert not session.scalars(select(Suppression)).all()
