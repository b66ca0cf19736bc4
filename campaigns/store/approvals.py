"""What is approved for an account, relief and instalments: the current one is what the last file told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaigns.customers.record import CustomerRow, OfferRow, PlanRow
from campaigns.store.models import Account, InstalmentPlan, Promise, ReliefOffer

Approval = type[ReliefOffer] | type[InstalmentPlan]


@dataclass(frozen=True, slots=True)
class _Told:
    """What a file tells of an account: the ``terms`` approved, None: nothing any more."""

    today: date
    terms: dict[str, Any] | None
    approved_at: datetime | None
    kind: str | None = None


def put_offers(session: Session, rows: Sequence[CustomerRow]) -> None:
    """Make each account's current offer the one that the file tells, except what promises were made on."""
    told = {}
    for row in rows:
        if row.relief_kind is not None:
            offer = row.offer
            terms = _terms(offer, "waives", "pay_by", "approved_by", "valid_until")
            at = offer.approved_at if offer else None
            told[row.account.external_id] = _Told(row.account.as_of.date(), terms, at, row.relief_kind)
    _put(session, ReliefOffer, Promise.relief_offer_id, told)


def put_plans(session: Session, rows: Sequence[CustomerRow]) -> None:
    """Make each account's current plan the one that the file tells, except what promises were made on."""
    told = {}
    for row in rows:
        if row.tells_plans:
            plan = row.plan
            terms = _terms(plan, "count", "amount", "first_due", "approved_by", "valid_until")
            at = plan.approved_at if plan else None
            told[row.account.external_id] = _Told(row.account.as_of.date(), terms, at)
    _put(session, InstalmentPlan, Promise.plan_id, told)


def _terms(told: OfferRow | PlanRow | None, *names: str) -> dict[str, Any] | None:
    return None if told is None else {name: getattr(told, name) for name in names}


def _put(
    session: Session,
    table: Approval,
    promised_on: InstrumentedAttribute[int | None],
    told: Mapping[str, _Told],
) -> None:
    if not told:
        return
    accounts = dict(
        session.execute(select(Account.external_id, Account.id).where(Account.external_id.in_(told))).all()
    )
    current = _current(session, table, accounts.values())
    ids = {row.id for rows in current.values() for row in rows}
    promised = set(session.scalars(select(promised_on).where(promised_on.in_(ids))))
    new: list[dict[str, Any]] = []
    for external_id, word in told.items():
        account_id = accounts[external_id]
        if _must_be_added(session, current.get(account_id, ()), word, promised) and word.terms:
            kind = {} if word.kind is None else {"kind": word.kind}
            new.append({"account_id": account_id, "approved_at": word.approved_at, **kind, **word.terms})
    if new:
        session.connection().execute(insert(table), new)


def _must_be_added(
    session: Session, current: Iterable[ReliefOffer | InstalmentPlan], word: _Told, promised: set[int | None]
) -> bool:
    """End or change what is there; whether what the file tells is still missing after it."""
    wanted = word.terms
    for row in current:
        of_other_kind = isinstance(row, ReliefOffer) and row.kind != word.kind
        if of_other_kind or row.valid_until < word.today:
            continue
        if wanted and all(getattr(row, name) == value for name, value in wanted.items()):
            wanted = None  # it is there already
        elif wanted and row.id not in promised:
            session.execute(
                update(type(row)).where(type(row).id == row.id).values(approved_at=word.approved_at, **wanted)
            )
            wanted = None
        else:
            ended = {"valid_until": word.today - timedelta(days=1)}
            session.execute(update(type(row)).where(type(row).id == row.id).values(ended))
    return wanted is not None


def _current(
    session: Session, table: Approval, account_ids: Iterable[int]
) -> dict[int, list[ReliefOffer | InstalmentPlan]]:
    found: dict[int, list[ReliefOffer | InstalmentPlan]] = {}
    rows: Iterable[ReliefOffer | InstalmentPlan] = session.scalars(
        select(table).where(table.account_id.in_(list(account_ids))).order_by(table.id)
    )
    for row in rows:
        found.setdefault(row.account_id, []).append(row)
    return found
