"""Audiences by a list of keys: kept as it was read, so that a campaign's audience stays on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from campaigns.errors import ConflictError, NotFoundError
from campaigns.store.models import Account, AudienceList, AudienceListEntry, Customer

IN_ONE = 500  # keys in one statement
UNKNOWN_SHOWN = 10


@dataclass(frozen=True, slots=True)
class KeptList:
    """A list as it was kept. ``unknown``: some of the keys that are nobody's here."""

    id: int
    name: str
    keys: int
    found: int
    unknown: tuple[str, ...] = ()


def keep_list(session: Session, name: str, keys: Sequence[str], *, by: str, at: datetime) -> KeptList:
    """Keep the customers of these keys, their own or one of an account of theirs, each once.

    Raises ConflictError when nobody is known by any of them.
    """
    wanted = list(dict.fromkeys(keys))
    found: dict[str, int] = {}
    for some in _batches(wanted):
        by_customer = select(Customer.external_id, Customer.id).where(Customer.external_id.in_(some))
        by_account = select(Account.external_id, Account.customer_id).where(Account.external_id.in_(some))
        found |= dict(session.execute(by_account).all())
        found |= dict(session.execute(by_customer).all())
    if not found:
        raise ConflictError("none of these keys is a customer's: one key a line, as in the portfolio file")
    people = sorted(set(found.values()))
    row = AudienceList(
        name=name[:128], keys=len(wanted), found=len(people), created_by=by[:64], created_at=at
    )
    session.add(row)
    session.flush()
    for start in range(0, len(people), 10_000):
        rows = [{"list_id": row.id, "customer_id": each} for each in people[start : start + 10_000]]
        session.execute(insert(AudienceListEntry), rows)
    unknown = [key for key in wanted if key not in found]
    return KeptList(row.id, row.name, row.keys, row.found, tuple(unknown[:UNKNOWN_SHOWN]))


def list_by_id(session: Session, list_id: int) -> KeptList:
    """A list that was kept. Raises NotFoundError."""
    row = session.get(AudienceList, list_id)
    if row is None:
        raise NotFoundError("there is no list %(list_id)s; choose the file again", list_id=list_id)
    return KeptList(row.id, row.name, row.keys, row.found)


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + IN_ONE] for start in range(0, len(keys), IN_ONE))
