"""Phone numbers: which are due for a check, what a check told, and which are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from campaigns.customers.numbers.trust import Policy, Word
from campaigns.customers.record import CustomerRow, NumberRow
from campaigns.store.models import Customer, PhoneNumber
from campaigns.store.number_reports import CHUNK, Report, record_reports
from telephony.status import NumberStatus

Draw = Callable[[str, int], str]  # the n-th number to try for a customer's key


@dataclass(frozen=True, slots=True)
class NumberToCheck:
    """A number whose state is not known, or known from too long ago."""

    id: int
    customer_id: int
    e164: str
    status: NumberStatus
    generated: bool


@dataclass(frozen=True, slots=True)
class NumberCheck:
    """What a number check told of one number."""

    number_id: int
    status: NumberStatus
    source: str
    at: datetime
    campaign_id: int | None = None  # whose call taught it


def numbers_to_check(
    session: Session, *, stale_before: datetime | None = None, after_id: int = 0, limit: int = 1000
) -> list[NumberToCheck]:
    """Up to ``limit`` numbers with ids after ``after_id``: unknown, or not told since ``stale_before``."""
    due = PhoneNumber.status == NumberStatus.UNKNOWN
    if stale_before is not None:
        due = or_(due, PhoneNumber.status_at.is_(None), PhoneNumber.status_at < stale_before)
    found = session.execute(
        select(
            PhoneNumber.id,
            PhoneNumber.customer_id,
            PhoneNumber.e164,
            PhoneNumber.status,
            PhoneNumber.generated,
        )
        .where(PhoneNumber.id > after_id, PhoneNumber.purged_at.is_(None), due)
        .order_by(PhoneNumber.id)
        .limit(limit)
    )
    return [
        NumberToCheck(i, owner, e164, NumberStatus(status), made) for i, owner, e164, status, made in found
    ]


@dataclass(frozen=True, slots=True)
class KnownNumber:
    """A number and what is known of its state."""

    id: int
    e164: str
    status: NumberStatus
    status_at: datetime | None


def numbers_of_customers(session: Session, customer_ids: Sequence[int]) -> list[KnownNumber]:
    """All numbers of these customers."""
    found = session.execute(
        select(PhoneNumber.id, PhoneNumber.e164, PhoneNumber.status, PhoneNumber.status_at).where(
            PhoneNumber.customer_id.in_(customer_ids), PhoneNumber.purged_at.is_(None)
        )
    )
    return [KnownNumber(i, e164, NumberStatus(status), at) for i, e164, status, at in found]


def set_number_status(
    session: Session,
    number_id: int,
    status: NumberStatus,
    source: str,
    at: datetime,
    *,
    policy: Policy | None = None,
    campaign_id: int | None = None,
) -> bool:
    """Record what ``source`` tells of a number as of ``at``. False: it does not count, or there is no such
    number.
    """
    check = NumberCheck(number_id, status, source, at, campaign_id)
    return set_number_statuses(session, [check], policy=policy) == 1


def set_number_statuses(
    session: Session, checks: Iterable[NumberCheck], *, policy: Policy | None = None
) -> int:
    """Record many checks; how many counted. Whose word counts: ``campaigns.customers.numbers.trust``."""
    told = list(checks)
    e164s = dict(_e164s(session, [check.number_id for check in told]))
    reports = [
        Report(e164s[check.number_id], Word(check.status, check.source, check.at), check.campaign_id)
        for check in told
        if check.number_id in e164s
    ]
    if not reports:
        return 0
    now = max(check.at for check in told)
    return record_reports(session, reports, now=now, policy=policy).taken


def _e164s(session: Session, number_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    for start in range(0, len(number_ids), CHUNK):
        part = number_ids[start : start + CHUNK]
        rows = session.execute(select(PhoneNumber.id, PhoneNumber.e164).where(PhoneNumber.id.in_(part)))
        yield from ((number_id, e164) for number_id, e164 in rows)


def give_numbers(session: Session, rows: Sequence[CustomerRow], draw: Draw) -> Iterator[CustomerRow]:
    """``rows`` with a generated number for each that asks for one: the one it has, else one nobody has."""
    wanting = [row.external_id for row in rows if row.invent_number]
    given = _generated_numbers(session, wanting)
    taken = set(given.values()) | _in_use(session, (draw(key, 0) for key in wanting))
    for row in rows:
        if not row.invent_number:
            yield row
            continue
        key = row.external_id
        number, turn = given.get(key), 0
        while number is None:
            candidate = draw(key, turn)
            if candidate not in taken and (turn == 0 or not _in_use(session, [candidate])):
                number = given[key] = candidate
                taken.add(candidate)
            turn += 1
        yield replace(row, numbers=(NumberRow(number, generated=True),))


def _generated_numbers(session: Session, external_ids: Iterable[str]) -> dict[str, str]:
    """The generated number that each of these customers already has."""
    found = session.execute(
        select(Customer.external_id, PhoneNumber.e164)
        .join(PhoneNumber, PhoneNumber.customer_id == Customer.id)
        .where(Customer.external_id.in_(list(external_ids)), PhoneNumber.generated)
        .order_by(PhoneNumber.id.desc())
    )
    return {external_id: e164 for external_id, e164 in found}  # noqa: C416 - a Result is no mapping


def _in_use(session: Session, e164s: Iterable[str]) -> set[str]:
    """Those of ``e164s`` that some customer has."""
    return set(session.scalars(select(PhoneNumber.e164).where(PhoneNumber.e164.in_(list(e164s)))))
