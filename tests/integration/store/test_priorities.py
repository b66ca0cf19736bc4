"""Priorities in SQL are those of the rules on both databases, whatever the facts, and they follow facts."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.dialing.audience import Audience
from campaigns.dialing.priority import CALLBACK_PRIORITY, shipped_priorities, value_of
from campaigns.store.campaigns import create_campaign
from campaigns.store.database import Database
from campaigns.store.models import Account, Call, Campaign, CampaignMember, CustomerTag, Grade, Promise
from campaigns.store.priorities import (
    queue_of,
    refresh_campaign,
    refresh_customers,
    refresh_member,
    refresh_open_campaigns,
    rules_of,
)
from tests.integration.store.plans import plans
from tests.integration.store.rows import AT, add_customer

TODAY = AT.date()


def portfolio(session: Session, size: int, seed: int) -> int:
    """A campaign over customers of all kinds; its id."""
    rng = Random(seed)
    rules = shipped_priorities()
    for _ in range(size):
        days = rng.randint(-5, 120)
        customer = add_customer(session, amount_due=rng.choice([1, 999, 120_000, 2**40]), days_past_due=days)
        for tag in rng.sample([*sorted(rules.tags), "other"], rng.randint(0, 3)):
            until = rng.choice([None, AT])
            session.add(CustomerTag(customer_id=customer.id, tag=tag, source="t", since=AT, until=until))
        if letter := rng.choice(["A", "B", "C", "D", None]):
            grade = Grade(customer_id=customer.id, letter=letter, points=0, rules_version="t", graded_at=AT)
            session.add(grade)
        if rng.random() < 0.2:
            broken_promise(session, customer.id, customer.accounts[0])
    session.flush()
    campaign = create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
    for member in session.scalars(select(CampaignMember)):
        member.outcome = rng.choice([*sorted(rules.after), None, "promise"])
        member.callback_at = rng.choice([None, None, None, AT])
    session.flush()
    return campaign.id


def broken_promise(session: Session, customer_id: int, account: Account) -> None:
    call = Call(
        direction="inbound", customer_id=customer_id, line="l", line_call_id="1", flow="f", flow_version="1",
        started_at=AT, ended_at=AT, cause="normal", disposition="promise",
    )  # fmt: skip
    session.add(call)
    session.flush()
    session.add(
        Promise(
            customer_id=customer_id, account_id=account.id, call_id=call.id, amount=account.amount_due,
            currency="CNY", due=TODAY - timedelta(days=3), made_at=AT - timedelta(days=5), state="broken",
        )
    )  # fmt: skip


def check(session: Session, campaign_id: int) -> None:
    rules = rules_of(session.get_one(Campaign, campaign_id))
    queue = queue_of(session, campaign_id, AT, TODAY, 1000)
    assert queue
    for member in queue:
        assert member.priority == value_of(member.facts, rules).priority, member
    assert [member.priority for member in queue] == sorted(member.priority for member in queue)


def test_sql_and_rules_agree_to_the_customer(database: Database) -> None:
    with database.transaction() as session:
        campaign_id = portfolio(session, 120, seed=1)
        refresh_campaign(session, campaign_id, TODAY)
        check(session, campaign_id)
        session.get_one(Campaign, campaign_id).priorities = (
            shipped_priorities().model_copy(update={"call_cost": 99_999, "tags": {}}).model_dump(mode="json")
        )
        session.flush()
        refresh_open_campaigns(session, TODAY + timedelta(days=0))
        session.expire_all()  # the statement changed rows that may be held
        check(session, campaign_id)


def test_a_new_campaign_is_in_the_order_of_its_values(database: Database) -> None:
    with database.transaction() as session:
        for amount in (50_000, 900_000, 200_000):
            add_customer(session, amount_due=amount)
        made = create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
        due = [member.facts.amount_due for member in queue_of(session, made.id, AT, TODAY, 10)]
    assert due == [900_000, 200_000, 50_000]


def test_whoever_joins_has_the_priority_of_the_rules_at_once(database: Database) -> None:
    with database.transaction() as session:
        portfolio(session, 120, seed=7)
        again = create_campaign(session, "d", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
        check(session, again.id)


def test_what_is_done_keeps_its_priority_and_others_follow_their_facts(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        customers = [add_customer(session) for _ in range(3)]
        create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
        members = session.scalars(select(CampaignMember).order_by(CampaignMember.id)).all()
        before = [member.priority for member in members]
        members[0].state = "done"
        members[2].callback_at = AT
        for customer in customers:
            customer.accounts[0].amount_due = 10
        session.flush()
        refresh_customers(session, [customer.id for customer in customers], TODAY)
        session.expire_all()
        assert members[0].priority == before[0]
        assert members[1].priority > before[1]
        assert members[2].priority == CALLBACK_PRIORITY


def test_who_is_due_comes_before_who_is_not_and_only_the_lenders_key_is_told(
    sqlite_database: Database,
) -> None:
    with sqlite_database.transaction() as session:
        customers = [add_customer(session, amount_due=amount) for amount in (9_000_000, 100, 200)]
        made = create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
        rich = session.scalars(
            select(CampaignMember).where(CampaignMember.customer_id == customers[0].id)
        ).one()
        rich.next_at = AT + timedelta(hours=3)
        session.flush()
        queue = queue_of(session, made.id, AT, TODAY, 3)
        assert [member.key for member in queue] == [customers[n].external_id for n in (2, 1, 0)]
        assert len(queue_of(session, made.id, AT, TODAY, 1)) == 1
        assert "王小明" not in repr(queue)
        assert "+86" not in repr(queue)


def test_one_members_priority_asks_for_no_promise_but_of_their_account(sqlite_database: Database) -> None:
    """It is computed at the end of every call: whatever others have broken is not gone through for it."""
    with sqlite_database.transaction() as session:
        portfolio(session, 3, seed=4)
        member_id = session.scalars(select(CampaignMember.id)).first()
        assert member_id is not None
        with plans(sqlite_database) as found:
            refresh_member(session, member_id, TODAY)
    plan = next(each for each in found if "promise" in each)
    assert "SEARCH promise USING INDEX ix_promise_account_id (account_id=?)" in plan
    assert "LIST SUBQUERY" not in plan
