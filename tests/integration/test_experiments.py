"""Experiments in campaigns: who is called with what, and what is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.language import language_dir
from campaigns.dialing.audience import Audience
from campaigns.dialing.creation import NewCampaign, create
from campaigns.errors import ConflictError, NotFoundError
from campaigns.experiments.assign import arm_of
from campaigns.experiments.design import Design, Kind, design_of
from campaigns.outcomes.experiments.grids import definitions, grids, warnings
from campaigns.outcomes.report_words import words
from campaigns.store import campaigns as store
from campaigns.store.campaigns import create_campaign, progress_of, start_campaign
from campaigns.store.database import Database
from campaigns.store.experiment_results import experiment_report
from campaigns.store.experiments import arm_sizes
from campaigns.store.handout import claim_due, running_campaigns
from campaigns.store.holdouts import held_out_elsewhere
from campaigns.store.ledger import member_in_turn
from campaigns.store.merging import MERGED, merge
from campaigns.store.models import (
    Account,
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    Customer,
    CustomerTreatment,
    ExperimentArm,
    FollowUp,
    Grade,
    Payment,
    Promise,
    Suppression,
)
from campaigns.store.splitting import split
from tests.integration.store.rows import AT, add_customer, add_worker

DESIGN = design_of("openings", ["plain=repayment-reminder:40%", "warm=other:40%"], "10%", "10%", None)
CUSTOMERS = 60


def made(session: Session, name: str = "spring", design: Design | None = DESIGN) -> int:
    return create_campaign(
        session,
        name,
        "repayment-reminder",
        Audience(),
        concurrency=50,
        calls_per_second=1,
        at=AT,
        experiment=design,
    ).id


def arms(session: Session, campaign_id: int) -> dict[str, str]:
    """The arm of each customer."""
    rows = session.execute(
        select(Customer.external_id, ExperimentArm.name)
        .join(CampaignMember, CampaignMember.customer_id == Customer.id)
        .join(ExperimentArm, ExperimentArm.id == CampaignMember.arm_id)
        .where(CampaignMember.campaign_id == campaign_id)
    )
    return {row[0]: row[1] for row in rows}


@pytest.fixture
def people(clean_database: Database) -> Database:
    with clean_database.transaction() as session:
        for _ in range(CUSTOMERS):
            add_customer(session)
    return clean_database


@pytest.fixture
def people_once(database: Database) -> Database:
    """The same in a database of its own: merges cannot be deleted."""
    with database.transaction() as session:
        for _ in range(CUSTOMERS):
            add_customer(session)
    return database


def test_customers_keep_their_arm_over_campaigns_of_one_experiment(people: Database) -> None:
    with people.transaction() as session:
        first, second = made(session), made(session, "summer")
        assert arms(session, first) == arms(session, second)
        assert arms(session, first) == {key: arm_of(DESIGN, key).name for key in arms(session, first)}
        sizes = arm_sizes(session, first)
        assert list(sizes) == ["plain", "warm", "control", "human"]
        assert sum(sizes.values()) == CUSTOMERS


def test_another_campaign_is_told_of_the_control_group_that_it_leaves_alone(people: Database) -> None:
    with people.transaction() as session:
        first = made(session)
        plain = create_campaign(session, "all", "f", Audience(), concurrency=5, calls_per_second=1, at=AT)
        sizes = arm_sizes(session, first)
        left_alone = sizes["control"] + sizes["human"]
        assert left_alone > 0
        assert held_out_elsewhere(session, plain.id) == {DESIGN.name: left_alone}
        assert held_out_elsewhere(session, made(session, "summer")) == {}
        session.execute(update(Campaign).where(Campaign.experiment_id.is_not(None)).values(state="finished"))
        assert held_out_elsewhere(session, plain.id) == {}


def test_the_holdout_is_never_handed_out_and_people_get_theirs(people: Database) -> None:
    with people.transaction() as session:
        campaign_id = made(session)
        made(session, "summer")
        start_campaign(session, campaign_id, AT)
        add_worker(session)
        sizes = arm_sizes(session, campaign_id)
        turns = claim_due(session, campaign_id, AT, CUSTOMERS, worker="w")
        assert len(turns) == sizes["plain"] + sizes["warm"]
        flows = {member_in_turn(session, turn.member_id, turn.turn).flow for turn in turns}  # type: ignore[union-attr]
        assert flows == {"repayment-reminder", "other"}
        assert progress_of(session, campaign_id).waiting == 0
        # Once on their list, though they are in two campaigns.
        handed = session.scalar(select(func.count()).where(FollowUp.reason == "holdout_human"))
        assert handed == sizes["human"]
    assert words("en").follow_up("holdout_human") == "Experiment: people only"


def test_a_worker_loads_every_script_of_the_arms(people: Database) -> None:
    with people.transaction() as session:
        start_campaign(session, made(session), AT)
        start_campaign(session, made(session, "without", None), AT)
        found = {campaign.name: campaign.arm_flows for campaign in running_campaigns(session)}
    assert found == {"spring": ("repayment-reminder", "other"), "without": ()}


def test_grade_and_treatment_stay_those_of_the_day_of_joining(people: Database) -> None:
    with people.transaction() as session:
        (customer, *_) = session.scalars(select(Customer.id).order_by(Customer.id))
        session.add(Grade(customer_id=customer, letter="C", points=1, rules_version="1", graded_at=AT))
        session.add(
            CustomerTreatment(
                customer_id=customer,
                treatment="frequent",
                source="s",
                since=AT,
                check_number=False,
                reasons=[],
            )
        )
        session.flush()
        campaign_id = made(session, design=None)
        session.execute(update(Grade).values(letter="A"))
        rows = session.execute(
            select(CampaignMember.customer_id, CampaignMember.grade, CampaignMember.treatment).where(
                CampaignMember.campaign_id == campaign_id
            )
        )
        joined = {row.customer_id: (row.grade, row.treatment) for row in rows}
    assert joined.pop(customer) == ("C", "frequent")
    assert set(joined.values()) == {(None, None)}


def test_another_design_needs_another_name(people: Database) -> None:
    other = design_of("openings", ["plain=repayment-reminder:50%", "warm=other:40%"], "10%", "", None)
    with people.transaction() as session:
        made(session)
        with pytest.raises(ConflictError, match="other arms or shares"):
            made(session, "summer", other)


class Lender:
    institution, hotline = "融安消费金融", "4008001234"


def test_a_script_for_other_customers_is_nothing_to_compare_with(people: Database) -> None:
    language = language_dir("zh")
    for arm, says in (("later-stage", "is for accounts"), ("broken-promise", "not for the same customers")):
        design = design_of("e", ["a=repayment-reminder", f"b={arm}"], "", "", None)
        wanted = NewCampaign("c", "repayment-reminder", Audience(min_days_past_due=1), experiment=design)
        with people.transaction() as session, pytest.raises(ConflictError, match=says):
            create(session, wanted, language, Lender(), AT)
    design = design_of("e", ["a=due-reminder", "b=repayment-reminder"], "", "", None)
    wanted = NewCampaign("c", "repayment-reminder", Audience(), experiment=design)
    with people.transaction() as session, pytest.raises(ConflictError, match="the first arm holds"):
        create(session, wanted, language, Lender(), AT)


def pay(
    session: Session, customer_id: int, after: timedelta, amount: int = 10_000, currency: str = "CNY"
) -> None:
    account = session.scalars(select(Account.id).where(Account.customer_id == customer_id)).one()
    reference = f"{customer_id}-{after}"
    session.add(
        Payment(
            account_id=account,
            reference=reference,
            amount=amount,
            currency=currency,
            paid_on=AT.date(),
            paid_at=AT + after,
            booked_at=AT,
            file_name="f",
        )
    )


def call(session: Session, member: CampaignMember, code: str, promise: str | None = None) -> None:
    attempt = Attempt(
        member_id=member.id,
        campaign_id=member.campaign_id,
        customer_id=member.customer_id,
        number_id=1,
        e164="+8615400000001",
        turn=1,
        n=1,
        state="ended",
        worker="w",
        reserved_at=AT,
        dialed_at=AT,
        ended_at=AT,
        disposition=code,
    )
    attempt.number_id = (
        session.execute(select(Customer).where(Customer.id == member.customer_id)).scalar_one().numbers[0].id
    )
    session.add(attempt)
    session.flush()
    row = Call(
        attempt_id=attempt.id,
        campaign_id=member.campaign_id,
        customer_id=member.customer_id,
        line="l",
        line_call_id="c",
        flow="f",
        flow_version="1",
        started_at=AT,
        answered_at=AT,
        ended_at=AT,
        cause="normal",
        disposition=code,
        right_party=promise is not None,
    )
    session.add(row)
    session.flush()
    if promise:
        session.add(
            Promise(
                call_id=row.id,
                customer_id=member.customer_id,
                account_id=member.account_id,
                amount=1,
                currency="CNY",
                due=AT.date(),
                state=promise,
                made_at=AT,
            )
        )


def members_of(session: Session, arm: str) -> list[CampaignMember]:
    query = select(CampaignMember).join(ExperimentArm, ExperimentArm.id == CampaignMember.arm_id)
    return list(session.scalars(query.where(ExperimentArm.name == arm).order_by(CampaignMember.id)))


def test_each_arm_is_counted_by_intention_to_treat(people: Database) -> None:
    with people.transaction() as session:
        made(session)
        plain, warm, control = (members_of(session, arm) for arm in ("plain", "warm", "control"))
        call(session, plain[0], "promise", "kept")
        call(session, plain[1], "complaint")
        call(session, warm[0], "promise", "broken")
        call(session, warm[1], "assistant")
        pay(session, plain[0].customer_id, timedelta(days=1))
        pay(session, plain[0].customer_id, timedelta(days=2), 5_000)
        pay(session, plain[2].customer_id, timedelta(days=7))  # too late
        pay(session, warm[2].customer_id, -timedelta(seconds=1))  # before
        pay(session, control[0].customer_id, timedelta(days=3))
        session.add(Suppression(customer_id=control[1].customer_id, reason="complaint", created_at=AT))
        session.flush()
        report = experiment_report(session, "openings", AT + timedelta(days=8))
        early = experiment_report(session, "openings", AT + timedelta(days=6))
    found = {result.arm.name: {part.measure: part.hits for part in result.measures} for result in report.arms}
    names = ("connected", "right_party", "promise", "kept", "paid", "guardrail")
    assert found["plain"] == dict(zip(names, (2, 1, 1, 1, 1, 1), strict=True))
    assert found["warm"] == dict(zip(names, (1, 1, 1, 0, 0, 0), strict=True))
    assert found["control"] == dict(zip(names, (0, 0, 0, 0, 1, 1), strict=True))
    by_arm = {result.arm.name: result for result in report.arms}
    assert by_arm["plain"].customers == len(plain)
    money = by_arm["plain"].money
    assert money is not None
    assert money.estimate == pytest.approx(15_000 / len(plain))
    assert all(part.value is None for part in by_arm["control"].measures if part.measure == "promise")
    assert (report.unripe, early.unripe) == (0, CUSTOMERS)
    assert report.currency == "CNY"
    say = words("en")
    assert any("fixed beforehand" in line for line in warnings(early, say))
    assert [grid.key for grid in grids(report, say)] == ["arms", "outcomes", "differences"]
    assert not any("chance alone" in line for line in warnings(report, say))  # their scripts differ
    assert any("intention to treat" in line for line in definitions(report, say))


def test_money_of_two_currencies_is_not_added(people: Database) -> None:
    with people.transaction() as session:
        made(session)
        first, second, *_ = members_of(session, "plain")
        pay(session, first.customer_id, timedelta(days=1))
        pay(session, second.customer_id, timedelta(days=1), currency="USD")
        session.flush()
        report = experiment_report(session, "openings", AT + timedelta(days=8))
    assert report.currency is None
    assert all(result.money is None for result in report.arms)
    assert sum(part.hits for result in report.arms for part in result.measures if part.measure == "paid") == 2


def test_a_broken_split_is_told(people: Database) -> None:
    with people.transaction() as session:
        made(session)
        control = session.scalars(select(ExperimentArm.id).where(ExperimentArm.kind == Kind.CONTROL)).one()
        session.execute(update(CampaignMember).values(arm_id=control))
        session.execute(update(Campaign).values(state="finished"))
        report = experiment_report(session, "openings", AT + timedelta(days=8))
        with pytest.raises(NotFoundError, match="there are: openings"):
            experiment_report(session, "nope", AT)
    assert report.split.broken
    assert "split is broken" in warnings(report, words("en"))[0]
    assert store.NAME.fullmatch("spring")


def _key(session: Session, member: CampaignMember) -> str:
    return session.get_one(Customer, member.customer_id).external_id


def join(session: Session, keep: str, other: str) -> None:
    merge(session, keep, other, reason="same person", by="x", at=AT)


def test_who_is_held_out_under_one_key_is_not_called_under_another(people_once: Database) -> None:
    with people_once.transaction() as session:
        made(session)
        for place, (arm, called) in enumerate(product(("control", "human"), (False, True))):
            scripted, held = members_of(session, "plain")[place], members_of(session, arm)[called]
            if called:
                call(session, scripted, "no_answer")
            join(session, _key(session, scripted), _key(session, held))
            assert (scripted.state, scripted.reason) == ("done", MERGED)
            assert (held.state, held.reason) == ("done", f"holdout_{arm}")
            split(session, _key(session, held), _key(session, scripted), reason="r", by="x", at=AT)
            assert (scripted.state, held.state) == ("waiting", "done")


def test_a_person_has_the_arm_of_their_first_record(people_once: Database) -> None:
    with people_once.transaction() as session:
        later = add_customer(session, days_past_due=30)  # called about this one, of all their accounts
        other = arm_of(DESIGN, later.external_id).name
        first = next(
            customer.external_id
            for customer in session.scalars(select(Customer).order_by(Customer.id))
            if arm_of(DESIGN, customer.external_id).name != other
        )
        join(session, later.external_id, first)
        found = arms(session, made(session))
        assert first not in found
        assert found[later.external_id] == arm_of(DESIGN, first).name


def test_arms_that_hold_one_script_are_told(people: Database) -> None:
    alike = replace(
        DESIGN, arms=tuple(replace(arm, flow=arm.flow and "repayment-reminder") for arm in DESIGN.arms)
    )
    with people.transaction() as session:
        made(session, design=alike)
        report = experiment_report(session, "openings", AT + timedelta(days=8))
    assert any("plain, warm hold one and the same script" in line for line in warnings(report, words("en")))
