"""What is counted of somebody follows the person over merges and splits, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.customers.treatments.rules import Action
from campaigns.customers.treatments.treatmentfile import load_treatments
from campaigns.dialing import treating
from campaigns.dialing.audience import Audience
from campaigns.experiments.design import design_of
from campaigns.store.campaigns import create_campaign
from campaigns.store.database import Database
from campaigns.store.experiment_results import experiment_report
from campaigns.store.hours import dials_of
from campaigns.store.merging import merge
from campaigns.store.models import (
    Account,
    Attempt,
    Call,
    CampaignMember,
    Customer,
    CustomerTreatment,
    Message,
    Payment,
    PhoneNumber,
    Suppression,
)
from campaigns.store.pacing import Slot, Trunk, take_slot
from campaigns.store.splitting import split
from campaigns.store.treatment_actions import NewAction, due_customers, record_actions
from tests.integration.store.rows import AT, add_customer
from tests.integration.test_treatment_run import HERE, late, run

HOUR = timedelta(hours=1)
CALLERS = ("+861", "+862")


def join(session: Session, keep: Customer, other: Customer) -> None:
    merge(session, keep.external_id, other.external_id, reason="same person", by="x", at=AT)


def part(session: Session, keep: Customer, other: Customer) -> None:
    split(session, keep.external_id, other.external_id, reason="two people", by="x", at=AT)


def campaign(session: Session, name: str = "c") -> int:
    made = create_campaign(session, name, "f", Audience(), concurrency=50, calls_per_second=50, at=AT)
    return made.id


def dial(session: Session, campaign_id: int, customer: Customer, at: timedelta, caller: str) -> Attempt:
    """A dial that nobody answered, from one of our numbers."""
    member = session.scalars(
        select(CampaignMember).where(
            CampaignMember.customer_id == customer.id, CampaignMember.campaign_id == campaign_id
        )
    ).one()
    n = len(session.scalars(select(Attempt.id).where(Attempt.customer_id == customer.id)).all()) + 1
    attempt = Attempt(
        member_id=member.id,
        campaign_id=campaign_id,
        customer_id=customer.id,
        number_id=session.scalars(select(PhoneNumber.id).where(PhoneNumber.customer_id == customer.id)).one(),
        e164="+8615400000000",
        turn=n,
        n=n,
        state="ended",
        worker="w",
        reserved_at=AT + at,
        dialed_at=AT + at,
        disposition="no_answer",
        line="simulated",
        caller_id=caller,
    )
    session.add(attempt)
    session.flush()
    return attempt


def known_caller(session: Session, campaign_id: int, customer: Customer) -> str:
    slot = take_slot(session, Trunk(callers=CALLERS), campaign_id, customer.id, AT + 9 * HOUR)
    assert isinstance(slot, Slot)
    return slot.caller_id


def hours_dialled(session: Session, customer: Customer) -> list[float]:
    return [(each.at - AT) / HOUR for each in dials_of(session, customer.id, AT)]


def test_the_caller_number_and_the_hours_are_the_persons(database: Database) -> None:
    with database.transaction() as session:
        keep, other = add_customer(session), add_customer(session)
        c = campaign(session)
        dial(session, c, keep, HOUR, "+861")
        dial(session, c, other, 2 * HOUR, "+862")
        assert hours_dialled(session, keep) == [1]
        join(session, keep, other)
        # The least load would be one of the two; what the person was dialled from last is the other's number.
        assert known_caller(session, c, keep) == "+862"
        assert known_caller(session, c, other) == "+862"
        assert hours_dialled(session, keep) == hours_dialled(session, other) == [2, 1]


def test_what_came_after_a_split_is_each_ones_own(database: Database) -> None:
    with database.transaction() as session:
        keep, other = add_customer(session), add_customer(session)
        c = campaign(session)
        dial(session, c, other, -HOUR, "+862")
        join(session, keep, other)
        part(session, keep, other)
        dial(session, c, other, HOUR, "+861")
        assert [(each.at - AT) / HOUR for each in dials_of(session, keep.id, AT - 2 * HOUR)] == [-1]
        assert known_caller(session, c, keep) == "+862"
        assert known_caller(session, c, other) == "+861"


def pay(session: Session, customer: Customer, amount: int) -> None:
    account = session.scalars(select(Account.id).where(Account.customer_id == customer.id)).one()
    session.add(
        Payment(
            account_id=account,
            reference=f"p{customer.id}-{amount}",
            amount=amount,
            currency="CNY",
            paid_on=AT.date(),
            paid_at=AT + HOUR,
            booked_at=AT + HOUR,
            file_name="f",
        )
    )


def talk(session: Session, campaign_id: int, customer: Customer) -> None:
    attempt = dial(session, campaign_id, customer, HOUR, "+861")
    session.add(
        Call(
            attempt_id=attempt.id,
            campaign_id=campaign_id,
            customer_id=customer.id,
            line="simulated",
            line_call_id=f"x{attempt.id}",
            flow="f",
            flow_version="1",
            started_at=AT + HOUR,
            answered_at=AT + HOUR,
            ended_at=AT + HOUR,
            cause="normal",
            disposition="promise",
            right_party=True,
        )
    )
    session.flush()


def test_an_experiment_counts_people_in_the_arm_that_they_joined_first(database: Database) -> None:
    design = design_of("e", ["a=f:50%", "b=f2:50%"], "", "", None)
    with database.transaction() as session:
        customers = [add_customer(session) for _ in range(12)]
        c = create_campaign(
            session, "c", "f", Audience(), concurrency=5, calls_per_second=1, at=AT, experiment=design
        ).id
        rows = session.execute(select(CampaignMember.customer_id, CampaignMember.arm_id, CampaignMember.id))
        arm_of = {customer_id: arm or 0 for customer_id, arm, _ in rows}
        first_arm = min(arm_of.values())
        in_a = [each for each in customers if arm_of[each.id] == first_arm]
        in_b = [each for each in customers if arm_of[each.id] != first_arm]
        one, two = sorted((in_a[0], in_b[0]), key=lambda each: each.id)
        talk(session, c, one)
        talk(session, c, two)
        pay(session, one, 100)
        pay(session, two, 200)
        session.add(Suppression(customer_id=two.id, reason="complaint", created_at=AT + HOUR))
        session.flush()

        def figures(name: str) -> tuple[int, int, int, int, int]:
            report = experiment_report(session, "e", AT + timedelta(days=8))
            arm = next(each for each in report.arms if each.arm.name == name)
            hits = {each.measure: each.hits for each in arm.measures}
            total = 0 if arm.money is None else round(arm.money.estimate * arm.customers)
            return arm.customers, hits["right_party"], hits["paid"], hits["guardrail"], total

        joined, left = ("a", "b") if arm_of[one.id] == first_arm else ("b", "a")
        whole = {"a": len(in_a), "b": len(in_b)}
        alone = {name: figures(name) for name in ("a", "b")}
        assert alone[joined] == (whole[joined], 1, 1, 0, 100)
        assert alone[left] == (whole[left], 1, 1, 1, 200)
        join(session, two, one)  # whichever record is kept
        assert figures(joined) == (whole[joined], 1, 1, 1, 300)
        assert figures(left) == (whole[left] - 1, 0, 0, 0, 0)
        part(session, two, one)
        assert {name: figures(name) for name in ("a", "b")} == alone


@pytest.mark.parametrize("chunk", [1, 500])
def test_a_treatments_message_goes_to_a_person_once(
    database: Database, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(treating, "CHUNK", chunk)
    first, second, alone = late(database, "DDD")
    with database.transaction() as session:
        join(session, session.get_one(Customer, first), session.get_one(Customer, second))
    for _ in range(2):
        run(database)

    def written() -> list[int]:
        with database.transaction() as session:
            return list(session.scalars(select(Message.customer_id).order_by(Message.id)))

    assert written() == [first, alone]
    with database.transaction() as session:
        part(session, session.get_one(Customer, first), session.get_one(Customer, second))
    run(database, HERE + timedelta(days=2))
    assert sorted(written()) == sorted([first, alone, first, second, alone])


def test_what_was_sent_before_a_split_counts_for_both(database: Database) -> None:
    rules = {each.id: each for each in load_treatments().treatments}
    keep_id, other_id = late(database, "DD")
    with database.transaction() as session:
        keep, other = session.get_one(Customer, keep_id), session.get_one(Customer, other_id)
        for each in (keep, other):
            session.add(
                CustomerTreatment(
                    customer_id=each.id,
                    treatment="frequent",
                    source="t",
                    since=AT,
                    next_contact_on=AT.date(),
                    check_number=False,
                )
            )
        session.flush()

        def due() -> list[int]:
            found, _ = due_customers(session, rules["frequent"], Action.REMINDER_SMS, AT.date(), 1)
            return [each.customer_id for each in found]

        join(session, keep, other)
        assert due() == [keep.id]
        record_actions(session, "frequent", Action.REMINDER_SMS, AT.date(), AT - HOUR, [NewAction(other.id)])
        assert due() == []
        part(session, keep, other)
        assert due() == []
