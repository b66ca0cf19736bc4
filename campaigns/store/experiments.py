"""Experiments in the database: their design, who is in which arm, and what came of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, func, insert, literal, select, update
from sqlalchemy.orm import Session

from campaigns.errors import ConflictError, NotFoundError
from campaigns.experiments.assign import arm_of
from campaigns.experiments.design import Arm, Design, Kind
from campaigns.store.models import Campaign, CampaignMember, Customer, Experiment, ExperimentArm, FollowUp
from campaigns.store.people import first_records, person_of

PAGE = 10_000
IN_ONE = 500  # ids in one statement: below what any SQLite takes
HOLDOUT_REASON = {Kind.CONTROL: "holdout_control", Kind.HUMAN: "holdout_human"}


def keep_design(session: Session, design: Design, at: datetime) -> int:
    """The id of the experiment, made when it is new.

    Raises ConflictError when there is one of this name with another design: with other shares its customers
    would change arms.
    """
    known = session.scalar(select(Experiment.id).where(Experiment.name == design.name))
    if known is not None:
        if design_of_experiment(session, known) != design:
            raise ConflictError(
                "the experiment %(design)r has other arms or shares; give the same ones, or "
                "choose another name for the new design",
                design=design.name,
            )
        return known
    row = Experiment(name=design.name, created_at=at)
    session.add(row)
    session.flush()
    session.add_all(
        ExperimentArm(
            experiment_id=row.id,
            position=position,
            name=arm.name,
            kind=arm.kind.value,
            flow=arm.flow,
            share=arm.share,
        )
        for position, arm in enumerate(design.arms)
    )
    session.flush()
    return row.id


def experiment_id(session: Session, name: str) -> int:
    """Raises NotFoundError, naming those that there are."""
    found = session.scalar(select(Experiment.id).where(Experiment.name == name))
    if found is None:
        known = ", ".join(session.scalars(select(Experiment.name).order_by(Experiment.id.desc()).limit(10)))
        raise NotFoundError(
            "there is no experiment %(name)r; there are: %(known)s",
            name=name,
            known=known or "none yet; see xiaorong campaign create --experiment",
        )
    return found


def experiment_named(session: Session, name: str) -> int | None:
    """The id of the experiment of this name; None where there is none."""
    return session.scalar(select(Experiment.id).where(Experiment.name == name)) if name else None


def design_of_experiment(session: Session, experiment: int) -> Design:
    """The design as it was kept."""
    arms = session.scalars(
        select(ExperimentArm)
        .where(ExperimentArm.experiment_id == experiment)
        .order_by(ExperimentArm.position)
    )
    name = session.get_one(Experiment, experiment).name
    return Design(name, tuple(Arm(arm.name, Kind(arm.kind), arm.share, arm.flow) for arm in arms))


def arm_flows(session: Session, experiments: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The scripts of each experiment."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    if experiments:
        rows = session.scalars(
            select(ExperimentArm)
            .where(ExperimentArm.experiment_id.in_(experiments), ExperimentArm.flow.is_not(None))
            .order_by(ExperimentArm.position)
        )
        for arm in rows:
            found[arm.experiment_id].append(arm.flow or "")
    return {experiment: tuple(flows) for experiment, flows in found.items()}


def arm_sizes(session: Session, campaign_id: int) -> dict[str, int]:
    """Members of a campaign by arm, in the order of the design; empty without an experiment."""
    rows = session.execute(
        select(ExperimentArm.name, func.count(CampaignMember.id))
        .join(Campaign, Campaign.experiment_id == ExperimentArm.experiment_id)
        .outerjoin(
            CampaignMember,
            and_(CampaignMember.arm_id == ExperimentArm.id, CampaignMember.campaign_id == Campaign.id),
        )
        .where(Campaign.id == campaign_id)
        .group_by(ExperimentArm.id, ExperimentArm.name, ExperimentArm.position)
        .order_by(ExperimentArm.position)
    )
    return {row[0]: row[1] for row in rows}


def assign_members(session: Session, campaign_id: int, experiment: int, at: datetime) -> None:
    """Put the members of a new campaign into their arms.

    The holdout is done before it begins: no turn is ever claimed for it. Who is for people only goes onto
    their list. A person's arm is that of their first record, whichever of them is the member.
    """
    design = design_of_experiment(session, experiment)
    ids = {
        arm.name: arm.id
        for arm in session.scalars(select(ExperimentArm).where(ExperimentArm.experiment_id == experiment))
    }
    session.execute(update(Campaign).where(Campaign.id == campaign_id).values(experiment_id=experiment))
    others = first_records()
    after = 0
    while page := session.execute(
        select(CampaignMember.id, Customer.external_id)
        .outerjoin(others, others.c.customer_id == CampaignMember.customer_id)
        .join(Customer, Customer.id == person_of(CampaignMember.customer_id, others))
        .where(CampaignMember.campaign_id == campaign_id, CampaignMember.id > after)
        .order_by(CampaignMember.id)
        .limit(PAGE)
    ).all():
        members: defaultdict[Arm, list[int]] = defaultdict(list)
        for member_id, customer in page:
            members[arm_of(design, customer)].append(member_id)
        for arm, member_ids in members.items():
            _put(session, arm, ids[arm.name], member_ids)
        after = page[-1].id
    _hand_to_people(session, campaign_id, at)


def _put(session: Session, arm: Arm, arm_id: int, member_ids: list[int]) -> None:
    values: dict[str, object] = {"arm_id": arm_id}
    if arm.kind is not Kind.SCRIPT:
        values |= {"state": "done", "next_at": None, "reason": HOLDOUT_REASON[arm.kind]}
    for start in range(0, len(member_ids), IN_ONE):
        session.execute(
            update(CampaignMember)
            .where(CampaignMember.id.in_(member_ids[start : start + IN_ONE]))
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _hand_to_people(session: Session, campaign_id: int, at: datetime) -> None:
    """Put them onto people's list in one statement: they may be a million.

    ``follow_up.opened`` is not told of them, which would take an event and a delivery each:
    ``xiaorong followups list`` shows them.
    """
    reason = HOLDOUT_REASON[Kind.HUMAN]
    waiting = select(FollowUp.customer_id).where(
        FollowUp.reason == reason, FollowUp.state == "open", FollowUp.customer_id.is_not(None)
    )
    people = select(
        CampaignMember.customer_id,
        literal(reason),
        literal(False),
        literal("open"),
        literal(at, type_=FollowUp.created_at.type),
    ).where(
        CampaignMember.campaign_id == campaign_id,
        CampaignMember.reason == reason,
        CampaignMember.customer_id.not_in(waiting),
    )
    columns = ["customer_id", "reason", "urgent", "state", "created_at"]
    session.execute(insert(FollowUp).from_select(columns, people, include_defaults=False))


def experiment_names(session: Session) -> list[str]:
    """All, the newest first."""
    return list(session.scalars(select(Experiment.name).order_by(Experiment.id.desc())))
