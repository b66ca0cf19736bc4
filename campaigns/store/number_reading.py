"""Reading what is known of numbers: which want a check, one number's history, and statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import phonenumbers
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.number_age import needs_check, stale
from campaigns.errors import NotFoundError
from campaigns.store.models import Campaign, CampaignMember, Customer, NumberReport, PhoneNumber
from campaigns.store.sealed.types import is_sealed
from telephony.status import NumberStatus

By = Literal["prefix", "campaign", "source", "status"]
PREFIX_DIGITS = 3
PAGE = 5_000


@dataclass(frozen=True, slots=True)
class KnownState:
    """One number of one customer and what is known of it."""

    customer: str
    e164: str
    relation: str
    status: NumberStatus
    source: str
    at: datetime | None
    purged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Telling:
    """One word on a number; ``taken``: it counted. ``campaign``: whose call taught it."""

    status: NumberStatus
    source: str
    at: datetime
    recorded_at: datetime
    taken: bool
    campaign: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """The numbers of one prefix, campaign, source or state, by state; ``due``: those that want a check."""

    key: str
    states: Counter[NumberStatus]
    due: int

    @property
    def numbers(self) -> int:
        return self.states.total()


_STATE = (
    select(
        Customer.external_id,
        PhoneNumber.e164,
        PhoneNumber.relation,
        PhoneNumber.status,
        PhoneNumber.status_source,
        PhoneNumber.status_at,
        PhoneNumber.purged_at,
    )
    .join(Customer, Customer.id == PhoneNumber.customer_id)
    .order_by(PhoneNumber.id)
)


def numbers_due(
    session: Session,
    pack: EffectivePack,
    now: datetime,
    *,
    campaign: str | None = None,
    generated: bool = True,
) -> Iterator[str]:
    """Numbers whose state is unknown or no longer good, each once, in the order of their ids."""
    query = select(PhoneNumber.id, PhoneNumber.e164, PhoneNumber.status, PhoneNumber.status_at).where(
        PhoneNumber.purged_at.is_(None)
    )
    if not generated:
        query = query.where(PhoneNumber.generated.is_(False))
    if campaign is not None:
        query = query.where(PhoneNumber.customer_id.in_(_members(session, campaign)))
    seen: set[str] = set()
    after = 0
    while page := session.execute(
        query.where(PhoneNumber.id > after).order_by(PhoneNumber.id).limit(PAGE)
    ).all():
        for id_, e164, status, at in page:
            after = id_
            if e164 not in seen and needs_check(pack, NumberStatus(status), at, now):
                seen.add(e164)
                yield e164


def _members(session: Session, campaign: str) -> Any:
    campaign_id = session.scalar(select(Campaign.id).where(Campaign.name == campaign))
    if campaign_id is None:
        raise NotFoundError(f"there is no campaign {campaign!r}; see 'xiaorong campaign list'")
    return select(CampaignMember.customer_id).where(CampaignMember.campaign_id == campaign_id)


def states_of_number(session: Session, e164: str) -> list[KnownState]:
    """Everybody's who has or had the number."""
    return [_known(row) for row in session.execute(_STATE.where(PhoneNumber.e164 == e164))]


def states_of_customer(session: Session, external_id: str) -> list[KnownState]:
    """All numbers that a customer has or had."""
    return [_known(row) for row in session.execute(_STATE.where(Customer.external_id == external_id))]


def _known(row: Any) -> KnownState:
    customer, e164, relation, status, *rest = row
    return KnownState(customer, e164, relation, NumberStatus(status), *rest)


def tellings(session: Session, e164: str) -> list[Telling]:
    """All that was ever told of a number, newest first."""
    rows = session.execute(
        select(
            NumberReport.status,
            NumberReport.source,
            NumberReport.at,
            NumberReport.recorded_at,
            NumberReport.taken,
            Campaign.name,
        )
        .outerjoin(Campaign, Campaign.id == NumberReport.campaign_id)
        .where(NumberReport.e164 == e164)
        .order_by(NumberReport.at.desc(), NumberReport.id.desc())
    )
    return [
        Telling(NumberStatus(status), source, at, recorded_at, taken, campaign)
        for status, source, at, recorded_at, taken, campaign in rows
    ]


def statistics(session: Session, by: By, pack: EffectivePack, now: datetime) -> list[Group]:
    """How the numbers stand, by ``by``; the largest group first. A number of a campaign counts in each."""
    groups: dict[str, tuple[Counter[NumberStatus], list[int]]] = {}
    key: Any = {
        "prefix": PhoneNumber.e164,
        "campaign": Campaign.name,
        "source": PhoneNumber.status_source,
        "status": PhoneNumber.status,
    }[by]
    # Of a sealed number there is no beginning in the database: each is opened and cut here.
    if by == "prefix" and not is_sealed(session):
        # The country code has up to three digits: enough of the number to find it and the prefix behind it.
        key = func.substr(PhoneNumber.e164, 1, 1 + 3 + PREFIX_DIGITS + 1)
    query = select(key, PhoneNumber.status, func.count(), func.count().filter(_due(pack, now)))
    if by == "campaign":
        query = query.select_from(CampaignMember).join(Campaign, Campaign.id == CampaignMember.campaign_id)
        query = query.join(PhoneNumber, PhoneNumber.customer_id == CampaignMember.customer_id)
    query = query.where(PhoneNumber.purged_at.is_(None)).group_by(key, PhoneNumber.status)
    for found, status, count, unsure in session.execute(query):
        name = _prefix(found) if by == "prefix" else found
        states, due = groups.setdefault(name, (Counter(), [0]))
        states[NumberStatus(status)] += count
        due[0] += unsure
    found_groups = [Group(name, states, due[0]) for name, (states, due) in groups.items()]
    return sorted(found_groups, key=lambda group: (-group.numbers, group.key))


def _due(pack: EffectivePack, now: datetime) -> ColumnElement[bool]:
    """As ``needs_check`` has it, for the database to count."""
    conditions = [PhoneNumber.status_at.is_(None), PhoneNumber.status == NumberStatus.UNKNOWN]
    for status in set(NumberStatus) - {NumberStatus.UNKNOWN}:
        if (found := stale(pack, status, now)) is not None:
            at = PhoneNumber.status_at
            old = at <= found.before if found.included else at < found.before
            conditions.append(and_(PhoneNumber.status == status, old))
    return or_(*conditions)


def _prefix(start: str) -> str:
    """The country code and the first digits of a number, such as ``+86 138``."""
    digits = start.removeprefix("+")
    for length in (1, 2, 3):
        if int(digits[:length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return f"+{digits[:length]} {digits[length : length + PREFIX_DIGITS]}"
    return start
