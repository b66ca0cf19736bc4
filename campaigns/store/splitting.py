"""A record leaves its person, or accounts and numbers leave a record. Both parts keep what counted before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.errors import ConflictError, NotFoundError
from campaigns.store.customers import customer_by_external_id
from campaigns.store.merging import MERGED, check_no_call, check_reason, link
from campaigns.store.models import (
    Account,
    Campaign,
    CampaignMember,
    Customer,
    PersonChange,
    PhoneNumber,
    SharedHistory,
)
from campaigns.store.parting import Kept
from campaigns.store.people import Shared, lock_people, shared
from telephony.numbers import mask


@dataclass(frozen=True, slots=True)
class Parted:
    """What a split did. ``opened``: members that a merge had closed and that may be called again."""

    created: bool
    accounts: tuple[int, ...]
    numbers: tuple[int, ...]
    opened: tuple[int, ...]


def split(
    session: Session,
    key: str,
    into: str,
    *,
    reason: str,
    by: str,
    at: datetime,
    accounts: Sequence[str] = (),
    numbers: Sequence[str] = (),
    name: str | None = None,
) -> Parted:
    """Take ``into`` out of the person of ``key``; or, where there is no such record, make it of the
    ``accounts`` (the lender's ids) and ``numbers`` (E.164) of ``key``, with ``name``, else the same one.

    From ``at`` on each counts for itself; what was on record before goes on counting for both. Raises
    NotFoundError; ConflictError when the two are no person, nothing is to be moved, or one is being called.
    """
    customer = customer_by_external_id(session, key)
    check_reason(reason)
    people = lock_people(session, [customer.id])
    check_no_call(session, people)
    leaving = session.scalar(select(Customer).where(Customer.external_id == into))
    if leaving is None:
        return _carve_out(session, customer, into, name, accounts, numbers, (reason, by, at))
    if leaving.id == customer.id or leaving.id not in people:
        raise ConflictError(
            f"customer {into!r} is another person than {key!r} already; give the key of a record that was "
            "merged with it, or a new key for the accounts and numbers to be moved"
        )
    if accounts or numbers:
        raise ConflictError(
            f"customer {into!r} leaves as a whole; accounts and numbers move to a new key only"
        )
    staying = people - {leaving.id}
    _part(session, staying, {leaving.id}, at)
    opened = [*_open_again(session, staying, at), *_open_again(session, {leaving.id}, at)]
    _record(session, customer.id, leaving.id, (reason, by, at), {"opened": opened})
    return Parted(False, (), (), tuple(opened))


def _part(session: Session, these: Collection[int], those: Collection[int], at: datetime) -> None:
    for one, other in [(a, b) for a in these for b in those] + [(b, a) for a in these for b in those]:
        row = session.get_one(SharedHistory, (one, other))
        row.kept = Kept.of(session, other).with_earlier(Kept.from_data(row.kept)).data
        row.until = at
    session.flush()


def _carve_out(
    session: Session,
    customer: Customer,
    into: str,
    name: str | None,
    accounts: Sequence[str],
    numbers: Sequence[str],
    why: tuple[str, str, datetime],
) -> Parted:
    at = why[2]
    moved = _accounts(session, customer, accounts)
    given = _numbers(session, customer, numbers)
    if not moved and not given:
        raise ConflictError(
            f"there is no customer {into!r}; to make it, say what becomes its own: --accounts or --numbers"
        )
    before = Kept.of(session, customer.id)
    new = Customer(
        external_id=into,
        name=name or customer.name,
        gender=customer.gender,
        id_tail=customer.id_tail,
        region=customer.region,
        generated=customer.generated,
        attributes=dict(customer.attributes),
        last_active_on=customer.last_active_on,
        marketing_consent=customer.marketing_consent,
        marketing_consent_on=customer.marketing_consent_on,
        created_at=customer.created_at,
        updated_at=at,
    )
    session.add(new)
    session.flush()
    person = shared(session, customer.id)
    _inherit(session, new.id, person, before, at)
    for table, ids in ((Account, moved), (PhoneNumber, given)):
        session.execute(update(table).where(table.id.in_(ids)).values(customer_id=new.id))
    session.execute(
        update(CampaignMember).where(CampaignMember.account_id.in_(moved)).values(customer_id=new.id)
    )
    _record(session, customer.id, new.id, why, {"accounts": moved, "numbers": given})
    return Parted(True, tuple(moved), tuple(given), ())


def _inherit(session: Session, new_id: int, person: Shared, before: Kept, at: datetime) -> None:
    for other_id in person.same:
        link(session, new_id, other_id, at, Kept.of(session, other_id))
        # What moves with an account, such as a call back that was agreed, still bars the person it leaves.
        link(session, other_id, new_id, at, before)
    for former in person.former:
        link(session, new_id, former.customer_id, former.until, Kept.from_data(former.kept))
    session.flush()


def _accounts(session: Session, customer: Customer, wanted: Sequence[str]) -> list[int]:
    found = {
        key: id_
        for id_, key in session.execute(
            select(Account.id, Account.external_id).where(Account.customer_id == customer.id)
        )
    }
    if unknown := [key for key in wanted if key not in found]:
        raise NotFoundError(
            f"customer {customer.external_id!r} has no account {unknown[0]!r}; it has: {', '.join(found)}"
        )
    return [found[key] for key in dict.fromkeys(wanted)]


def _numbers(session: Session, customer: Customer, wanted: Sequence[str]) -> list[int]:
    found = {
        e164: id_
        for id_, e164 in session.execute(
            select(PhoneNumber.id, PhoneNumber.e164).where(PhoneNumber.customer_id == customer.id)
        )
    }
    if unknown := [e164 for e164 in wanted if e164 not in found]:
        known = ", ".join(mask(e164) for e164 in found)
        raise NotFoundError(
            f"customer {customer.external_id!r} has no number {mask(unknown[0])}; it has: {known}"
        )
    return [found[e164] for e164 in dict.fromkeys(wanted)]


def _open_again(session: Session, people: Collection[int], at: datetime) -> list[int]:
    """Of a part that is left in a campaign with members that the merge closed alone, have the first wait."""
    theirs = CampaignMember.customer_id.in_(people)
    # Locked, so that none is finished meanwhile with a member who waits.
    unfinished = session.scalars(
        select(Campaign.id)
        .where(
            Campaign.id.in_(select(CampaignMember.campaign_id).where(theirs)), Campaign.state != "finished"
        )
        .order_by(Campaign.id)
        .with_for_update(key_share=True)
    ).all()
    members = session.scalars(
        select(CampaignMember)
        .where(theirs, CampaignMember.campaign_id.in_(unfinished))
        .order_by(CampaignMember.id)
    ).all()
    alive = {member.campaign_id for member in members if member.reason != MERGED}
    opened = []
    for member in members:
        if member.campaign_id in alive:
            continue
        alive.add(member.campaign_id)
        member.state, member.next_at, member.reason = "waiting", at, None
        opened.append(member.id)
    session.flush()
    return opened


def _record(
    session: Session,
    kept_id: int,
    other_id: int,
    why: tuple[str, str, datetime],
    details: dict[str, list[int]],
) -> None:
    reason, by, at = why
    session.add(
        PersonChange(
            kind="split", kept_id=kept_id, other_id=other_id, at=at, by=by, reason=reason, details=details
        )
    )
    session.flush()
