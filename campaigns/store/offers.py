"""Relief offers: each account's current one is what the last file told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from campaigns.customers.record import CustomerRow
from campaigns.store.models import Account, Promise, ReliefOffer


def put_offers(session: Session, rows: Sequence[CustomerRow]) -> None:
    """Make each account's current offer the one that the file tells, except what promises were made on."""
    telling = {row.account.external_id: row for row in rows if row.relief_kind is not None}
    if not telling:
        return
    accounts = dict(
        session.execute(select(Account.external_id, Account.id).where(Account.external_id.in_(telling))).all()
    )
    current = _current_offers(session, accounts.values())
    promised = set(
        session.scalars(
            select(Promise.relief_offer_id).where(
                Promise.relief_offer_id.in_({offer.id for offers in current.values() for offer in offers})
            )
        )
    )
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for external_id, row in telling.items():
        today, told = row.account.as_of.date(), row.offer
        wanted = told and {
            "waives": told.waives,
            "pay_by": told.pay_by,
            "approved_by": told.approved_by,
            "valid_until": told.valid_until,
        }
        for offer in current.get(accounts[external_id], ()):
            if offer.kind != row.relief_kind or offer.valid_until < today:
                continue
            if wanted and all(getattr(offer, name) == value for name, value in wanted.items()):
                told = wanted = None  # it is there already
            elif told and wanted and offer.id not in promised:
                changed.append({"id": offer.id, "approved_at": told.approved_at, **wanted})
                told = wanted = None
            else:
                changed.append({"id": offer.id, "valid_until": today - timedelta(days=1)})
        if told and wanted:
            new.append(
                {
                    "account_id": accounts[external_id],
                    "kind": told.kind,
                    "approved_at": told.approved_at,
                    **wanted,
                }
            )
    if new:
        session.connection().execute(insert(ReliefOffer), new)
    for change in changed:
        session.execute(update(ReliefOffer).where(ReliefOffer.id == change.pop("id")).values(change))


def _current_offers(session: Session, account_ids: Iterable[int]) -> dict[int, list[Any]]:
    found = session.execute(
        select(
            ReliefOffer.id,
            ReliefOffer.account_id,
            ReliefOffer.kind,
            ReliefOffer.waives,
            ReliefOffer.pay_by,
            ReliefOffer.approved_by,
            ReliefOffer.valid_until,
        )
        .where(ReliefOffer.account_id.in_(list(account_ids)))
        .order_by(ReliefOffer.id)
    )
    offers: dict[int, list[Any]] = {}
    for offer in found:
        offers.setdefault(offer.account_id, []).append(offer)
    return offers
