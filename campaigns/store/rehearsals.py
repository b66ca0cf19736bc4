"""A campaign copied into a throw-away database, with some of its members, to be worked off by simulation."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Any, Final

from sqlalchemy import event, func, insert, or_, select
from sqlalchemy.orm import Session

from campaigns.outcomes.dispositions import shipped_dispositions
from campaigns.store.database import Database
from campaigns.store.models import (
    Account,
    Attempt,
    Base,
    Call,
    Campaign,
    CampaignMember,
    Customer,
    CustomerTag,
    CustomerTreatment,
    Experiment,
    ExperimentArm,
    FollowUp,
    Grade,
    HourAnswers,
    InstalmentPlan,
    Invitation,
    LegalFact,
    Payment,
    PhoneNumber,
    Promise,
    ReliefOffer,
    SharedHistory,
    Suppression,
)

IN_ONE: Final = 500
LOOK_BACK: Final = timedelta(days=60)  # longer than any count of a rule pack reaches
OPEN: Final = ("waiting", "queued")
NAMES: Final = ("张伟", "王芳", "李娜", "刘洋", "陈静", "杨磊", "赵敏", "黄强", "周婷", "吴刚")
# Of a person, by customer; of an account, by account.
_OF_CUSTOMER: Final[tuple[type[Base], ...]] = (
    Account, PhoneNumber, Grade, CustomerTag, CustomerTreatment, LegalFact, FollowUp, Promise,
)  # fmt: skip
_OF_ACCOUNT: Final[tuple[type[Base], ...]] = (ReliefOffer, InstalmentPlan, Payment)


@dataclass(frozen=True, slots=True)
class Copied:
    """``members`` of the campaign's ``of`` that are still to be called were copied."""

    members: int
    of: int


def copy_campaign(source: Session, target: Database, campaign_id: int, most: int) -> Copied:
    """Copy a campaign with up to ``most`` of its open members, spread over all, and what decisions about them
    weigh. Names and identities are replaced; nothing that was said is copied.

    The campaign's pace is scaled to the share of members that was copied, so that it takes as long. In the
    copy it is a draft.
    """
    member = CampaignMember.__table__
    open_members = (CampaignMember.campaign_id == campaign_id, CampaignMember.state.in_(OPEN))
    total = source.scalar(select(func.count()).select_from(CampaignMember).where(*open_members)) or 0
    rows = _rows(
        source,
        select(member)
        .where(*open_members)
        .order_by((CampaignMember.id * 7_919) % 100_003, CampaignMember.id)
        .limit(most),
    )
    people = _people(source, [row["customer_id"] for row in rows])
    target.close()  # connections from before would go on checking
    event.listen(target.engine, "connect", _unchecked)
    with target.transaction() as session:
        _put(session, Campaign, _campaign(source, campaign_id, len(rows), total))
        for model in (Invitation,):
            _copy(source, session, model, model.campaign_id == campaign_id)
        _copy_experiment(source, session, campaign_id)
        for customer in _batched(people):
            _copy_people(source, session, customer)
        _copy(source, session, HourAnswers)
        fresh = {"state": "waiting", "due": False, "worker": None}
        _put(session, CampaignMember, [{**row, **fresh} for row in rows])
    return Copied(len(rows), total)


def _campaign(source: Session, campaign_id: int, copied: int, total: int) -> list[dict[str, Any]]:
    (row,) = _rows(source, select(Campaign.__table__).where(Campaign.id == campaign_id))
    share = copied / total if total else 1.0
    return [
        {
            **row,
            "state": "draft",
            "pause_reason": None,
            "started_at": None,
            "finished_at": None,
            "concurrency": max(1, round(row["concurrency"] * share)),
            "calls_per_second": max(0.01, row["calls_per_second"] * share),
        }
    ]


def _copy_experiment(source: Session, target: Session, campaign_id: int) -> None:
    experiment = source.scalar(select(Campaign.experiment_id).where(Campaign.id == campaign_id))
    if experiment is not None:
        _copy(source, target, Experiment, Experiment.id == experiment)
        _copy(source, target, ExperimentArm, ExperimentArm.experiment_id == experiment)


def _people(source: Session, customer_ids: Sequence[int]) -> list[int]:
    """The customers, with the other records of the same people."""
    found = set(customer_ids)
    for some in _batched(customer_ids):
        found |= set(
            source.scalars(select(SharedHistory.other_id).where(SharedHistory.customer_id.in_(some)))
        )
    return sorted(found)


def _copy_people(source: Session, target: Session, ids: Collection[int]) -> None:
    people = _rows(source, select(Customer.__table__).where(Customer.id.in_(ids)))
    for row in people:
        row["name"], row["id_tail"] = NAMES[row["id"] % len(NAMES)], f"{row['id'] % 10_000:04d}"
    _put(target, Customer, people)
    for model in _OF_CUSTOMER:
        _copy(source, target, model, model.__table__.c.customer_id.in_(ids))
    accounts = select(Account.id).where(Account.customer_id.in_(ids))
    for model in _OF_ACCOUNT:
        _copy(source, target, model, model.__table__.c.account_id.in_(accounts))
    numbers = select(PhoneNumber.e164).where(PhoneNumber.customer_id.in_(ids))
    bars = or_(Suppression.customer_id.in_(ids), Suppression.e164.in_(numbers))
    already = set(target.scalars(select(Suppression.id)))
    _put(
        target,
        Suppression,
        [r for r in _rows(source, select(Suppression.__table__).where(bars)) if r["id"] not in already],
    )
    since = source.scalar(select(func.max(Attempt.reserved_at)))
    if since is not None:
        recent = (Attempt.customer_id.in_(ids), Attempt.reserved_at >= since - LOOK_BACK)
        attempts = _rows(source, select(Attempt.__table__).where(*recent))
        # One that is live belongs to a worker that the copy does not have.
        over = {"state": "ended"}
        _put(target, Attempt, [{**row, **over} if row["state"] != "lost" else row for row in attempts])
    calls = _rows(source, select(Call.__table__).where(Call.customer_id.in_(ids)))
    kept = {"brief": None, "recording": None, "carrier_recording": None}
    _put(target, Call, [{**row, **kept} for row in calls])
    shared = (SharedHistory.customer_id.in_(ids),)
    _copy(source, target, SharedHistory, *shared)


def _copy(source: Session, target: Session, model: type[Base], *where: Any) -> None:
    _put(target, model, _rows(source, select(model.__table__).where(*where)))


def _rows(source: Session, query: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in source.execute(query).mappings()]


def _put(target: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        target.execute(insert(model), list(rows))


def _batched(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + IN_ONE] for start in range(0, len(ids), IN_ONE))


def _unchecked(connection: Any, _record: Any) -> None:
    """What a copied row refers to may not be copied; and nothing here has to outlive a power cut."""
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA synchronous=OFF")


@dataclass(frozen=True, slots=True)
class RehearsedDay:
    """One day of a rehearsal, where the lender is."""

    day: str  # ISO
    dials: int
    connected: int
    promises: int


def rehearsed_days(session: Session, campaign_id: int, zone: tzinfo) -> list[RehearsedDay]:
    """Dials by day. Read row by row: a rehearsal is of a few thousand."""
    codes = shipped_dispositions()
    counts: dict[str, list[int]] = {}
    rows = session.execute(
        select(Attempt.dialed_at, Attempt.disposition).where(
            Attempt.campaign_id == campaign_id, Attempt.charged, Attempt.dialed_at.is_not(None)
        )
    )
    for dialed_at, disposition in rows:
        if dialed_at is None:
            continue
        day = counts.setdefault(dialed_at.astimezone(zone).date().isoformat(), [0, 0, 0])
        flags = codes[disposition] if disposition and disposition in codes else None
        day[0] += 1
        day[1] += flags is not None and flags.connected
        day[2] += flags is not None and flags.promise
    return [RehearsedDay(day, *figures) for day, figures in sorted(counts.items())]
