"""What a talk promised is written as it was promised, or a person looks at it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.dialogue.outcome import Outcome
from bot.dialogue.turn import RecordPromise
from bot.transcript import Entry
from campaigns.compliance.effective import load_effective
from campaigns.dialing.house import House
from campaigns.dialing.record import CallRecord
from campaigns.dialing.settle_inbound import InboundCaller, settle_inbound
from campaigns.outcomes.messages import load_messages
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.store.briefs import subject_of_customer
from campaigns.store.calls import stored_call
from campaigns.store.database import Database
from campaigns.store.models import Account, Customer, FollowUp, InstalmentPlan, Promise
from tests.integration.store.rows import AT, add_customer

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = AT.astimezone(ZONE).date()
HOUSE = House(load_effective("cn-mainland"), shipped_retry_policy(), load_messages(), "长河", "400", ZONE)
RECORD = CallRecord(
    line="simulated",
    line_call_id="1",
    flow="inbound",
    flow_version="1",
    started_at=AT,
    answered_at=AT,
    ended_at=AT + timedelta(minutes=2),
    cause="normal",
    disposition="promise",
)


def plan_of(session: Session, account: Account, first_due: date) -> InstalmentPlan:
    plan = InstalmentPlan(
        account_id=account.id,
        count=3,
        amount=40_000,
        first_due=first_due,
        approved_by="x",
        approved_at=AT,
        valid_until=first_due,
    )
    session.add(plan)
    session.flush()
    return plan


def settle(session: Session, made: RecordPromise, customer: Customer, disposition: str = "promise") -> int:
    outcome = Outcome(disposition, right_party=True, effective=True, promise=made)
    record = replace(RECORD, disposition=disposition, outcome=outcome)
    account = session.scalars(select(Account).where(Account.customer_id == customer.id)).one()
    return settle_inbound(session, record, InboundCaller(customer.id, account.id, "+8615400000001"), HOUSE)


@pytest.fixture
def customer(clean_database: Database) -> Customer:
    with clean_database.transaction() as session:
        return add_customer(session)


def test_a_part_with_a_day_for_the_rest_is_kept_whole(clean_database: Database, customer: Customer) -> None:
    due, rest = TODAY + timedelta(days=2), TODAY + timedelta(days=20)
    with clean_database.transaction() as session:
        settle(session, RecordPromise(50_000, due, rest_due=rest), customer)
        promise = session.scalars(select(Promise)).one()
        assert (promise.amount, promise.due, promise.rest_due, promise.owed) == (50_000, due, rest, 120_000)


def test_the_first_payment_of_a_plan_may_lie_further_ahead_than_other_promises(
    clean_database: Database, customer: Customer
) -> None:
    first_due = TODAY + timedelta(days=20)
    with clean_database.transaction() as session:
        account = session.scalars(select(Account)).one()
        plan = plan_of(session, account, first_due)
        made = RecordPromise(40_000, first_due, plan_id=str(plan.id))
        settle(session, made, customer, "promise_with_instalments")
        promise = session.scalars(select(Promise)).one()
        assert (promise.plan_id, promise.due, promise.amount) == (plan.id, first_due, 40_000)
        assert session.scalars(select(FollowUp.reason)).all() == ["instalment"]
        subject = subject_of_customer(session, customer.external_id, TODAY)
        assert subject.plan is not None
        assert (subject.plan.id, subject.plan.count) == (str(plan.id), 3)


@pytest.mark.parametrize("wrong", ["another's plan", "another amount", "too late", "no rest left"])
def test_what_the_ledger_does_not_bear_out_is_a_persons_work(
    clean_database: Database, customer: Customer, wrong: str
) -> None:
    first_due = TODAY + timedelta(days=5)
    with clean_database.transaction() as session:
        mine = session.scalars(select(Account)).one()
        other = session.scalars(select(Account).where(Account.customer_id == add_customer(session).id)).one()
        plan_id = str(plan_of(session, other if wrong == "another's plan" else mine, first_due).id)
        made = {
            "another's plan": RecordPromise(40_000, first_due, plan_id=plan_id),
            "another amount": RecordPromise(30_000, first_due, plan_id=plan_id),
            "too late": RecordPromise(40_000, first_due + timedelta(days=1), plan_id=plan_id),
            "no rest left": RecordPromise(120_000, first_due, rest_due=first_due + timedelta(days=1)),
        }[wrong]
        settle(session, made, customer)
        assert session.scalars(select(Promise)).all() == []
        assert session.scalars(select(FollowUp.reason)).all() == ["promise_check"]


def test_what_was_heard_of_a_cut_sentence_is_read_back(clean_database: Database, customer: Customer) -> None:
    cut = Entry(
        AT, "bot", "请问是王小明先生本人吗？", "identity_name", "identity", played=False, heard="请问是"
    )
    whole = Entry(AT, "bot", "您好。", "hello", "identity")
    with clean_database.transaction() as session:
        record = replace(RECORD, disposition="silent", entries=(cut, whole), recording="call-1.ogg")
        call_id = settle_inbound(session, record, InboundCaller(None, None, None), HOUSE)
    with clean_database.transaction() as session:
        stored = stored_call(session, call_id)
        assert stored.entries == (cut, whole)
