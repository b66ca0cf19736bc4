"""Whom an experiment leaves alone, no other campaign calls, unless somebody says why; on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.compliance.chain import LogSeal
from campaigns.compliance.effective import load_effective
from campaigns.compliance.facts import Purpose
from campaigns.compliance.facts_data import facts_data, facts_from
from campaigns.compliance.reasons import Reason
from campaigns.dialing.audience import Audience
from campaigns.dialing.foreseeing import foresee
from campaigns.dialing.reserve import Declined, Reserved, Rules, weigh_turn
from campaigns.experiments.design import Design, Kind, design_of
from campaigns.store.audiences import member_sample
from campaigns.store.campaigns import create_campaign, start_campaign
from campaigns.store.changes import changes_of, edit_campaign
from campaigns.store.database import Database
from campaigns.store.facts import Surroundings, call_facts, numbers_of
from campaigns.store.handout import claim_due
from campaigns.store.ledger import member_of
from campaigns.store.merging import merge
from campaigns.store.models import Campaign, CampaignMember, Customer, DecisionRecord, ExperimentArm
from tests.integration.store.rows import AT, add_customer, add_worker

PACK = load_effective("cn-mainland")
RULES = Rules(PACK, LogSeal(b"k" * 32), "w", "zh")
AROUND = Surroundings(AT, True, True, AT - timedelta(days=31), AT.date())
DESIGN = design_of("spring", ["a=f:40%"], "60%", "", None)
WITH_PEOPLE = design_of("summer", ["a=f:40%"], "30%", "30%", None)
CUSTOMERS = 20


def made(session: Session, name: str, design: Design | None = None) -> int:
    return create_campaign(
        session, name, "f", Audience(), concurrency=50, calls_per_second=50, at=AT, experiment=design
    ).id


def held_out(session: Session) -> set[int]:
    rows = select(CampaignMember.customer_id).join(ExperimentArm, ExperimentArm.id == CampaignMember.arm_id)
    return set(session.scalars(rows.where(ExperimentArm.kind != Kind.SCRIPT)))


def call_all(session: Session, campaign_id: int) -> tuple[set[int], set[int]]:
    """Who is reserved, and who is refused for an experiment's sake."""
    called, spared = set(), set()
    for turn in claim_due(session, campaign_id, AT, CUSTOMERS):
        done = weigh_turn(session, turn.member_id, turn.turn, campaign_id, RULES, lambda: AROUND)
        match done:
            case Reserved():
                called.add(turn.customer_id)
            case Declined(verdict) if verdict.reason is Reason.CONTROL_GROUP:
                spared.add(turn.customer_id)
    return called, spared


def customers(session: Session, count: int = CUSTOMERS) -> set[int]:
    add_worker(session)
    return {add_customer(session).id for _ in range(count)}


def test_no_other_campaign_calls_them_and_the_reason_is_on_record_and_foreseen(database: Database) -> None:
    with database.transaction() as session:
        everybody = customers(session)
        other = made(session, "other")  # is there before the experiment
        start_campaign(session, other, AT)
        made(session, "trial", WITH_PEOPLE)
        left_alone = held_out(session)
        assert left_alone
        sample = member_sample(session, other, CUSTOMERS)

        def foreseen(*, spares: bool, experiment: int | None = None) -> Counter[str]:
            seen = foresee(
                session, sample, Purpose.REMINDER, None, AROUND, PACK, experiment=experiment, spares=spares
            )
            return Counter({group.reason: group.count for group in seen.groups})

        assert foreseen(spares=True)["control_group"] == len(left_alone)
        assert foreseen(spares=False)["control_group"] == 0
        own = session.scalars(select(Campaign.experiment_id).where(Campaign.name == "trial")).one()
        assert foreseen(spares=True, experiment=own)["control_group"] == 0
        called, spared = call_all(session, other)
        assert (called, spared) == (everybody - left_alone, left_alone)
        on_record = session.execute(
            select(DecisionRecord.customer_id, DecisionRecord.inputs).where(
                DecisionRecord.reason == "control_group"
            )
        ).all()
        assert {row.customer_id for row in on_record} == left_alone
        assert all(row.inputs["rule"] == "experiment" for row in on_record)
        assert all(facts_from(row.inputs["facts"]).control_group for row in on_record)


def test_a_reason_on_record_has_them_called_and_those_refused_before_come_back(database: Database) -> None:
    with database.transaction() as session:
        everybody = customers(session)
        made(session, "trial", DESIGN)
        other = made(session, "other")
        start_campaign(session, other, AT)
        left_alone = held_out(session)
        assert call_all(session, other)[1] == left_alone
        session.execute(update(Campaign).where(Campaign.id == other).values(state="paused"))
        values = {"control_groups": "监管要求逐户告知"}
        edit_campaign(session, other, values, by="wang", at=AT, today=AT.date())
        change = changes_of(session, other)[-1]
        assert (change.by, change.before, change.after) == ("wang", {"control_groups": None}, values)
        session.execute(update(Campaign).where(Campaign.id == other).values(state="running"))
        assert call_all(session, other) == (left_alone, set())
        assert everybody


def test_the_experiments_end_sets_them_free(database: Database) -> None:
    with database.transaction() as session:
        everybody = customers(session)
        trial, other = made(session, "trial", DESIGN), made(session, "other")
        assert held_out(session)
        start_campaign(session, other, AT)
        session.execute(update(Campaign).where(Campaign.id == trial).values(state="finished"))
        assert call_all(session, other) == (everybody, set())


def test_the_person_is_left_alone_under_whatever_key_unless_they_asked_to_be_called(
    database: Database,
) -> None:
    with database.transaction() as session:
        customers(session)
        made(session, "trial", DESIGN)
        left_alone = session.get_one(Customer, min(held_out(session)))
        twin = add_customer(session)
        other = made(session, "other")
        member_id = session.scalars(
            select(CampaignMember.id).where(
                CampaignMember.campaign_id == other, CampaignMember.customer_id == twin.id
            )
        ).one()

        def seen() -> bool:
            (facts,) = call_facts(
                session, member_of(session, member_id), numbers_of(session, twin.id), AROUND
            )
            assert facts_from(facts_data(facts, PACK)).control_group is facts.control_group
            return facts.control_group

        assert not seen()
        merge(session, twin.external_id, left_alone.external_id, reason="same", by="x", at=AT)
        assert seen()
