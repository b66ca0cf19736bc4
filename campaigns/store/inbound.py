"""Calls that came in, read back for an operator, and whom the simulation lets call."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.outcomes.inbound_report import InboundCall, InboundRow
from campaigns.store import report_queries as sql
from campaigns.store.models import Call, Customer, PhoneNumber, Promise
from telephony.numbers import mask

CHUNK = 2_000
_DEAD = ("empty", "not_in_service", "suspended", "suspended_kept", "recycled", "data_only")


def inbound_rows(
    session: Session, machine: Collection[str], since: datetime | None = None
) -> tuple[InboundRow, ...]:
    """Calls that came in by how they ended, most first."""
    rows = session.execute(
        select(
            Call.disposition,
            func.count(),
            func.count(Call.customer_id),
            sql.total(Call.right_party),
            func.count(Promise.id),
            func.coalesce(func.sum(sql.talk_seconds(machine)), 0),
        )
        .outerjoin(Promise, Promise.call_id == Call.id)
        .where(Call.direction == "inbound", *([] if since is None else [Call.started_at >= since]))
        .group_by(Call.disposition)
    )
    found = [InboundRow(code, *(int(count) for count in counts)) for code, *counts in rows]
    return tuple(sorted(found, key=lambda row: (-row.calls, row.disposition)))


def inbound_calls(session: Session, zone: tzinfo) -> Iterator[InboundCall]:
    """Every call that came in, in the order of coming; numbers leave the store masked."""
    rows = session.execute(
        select(Call, Customer.external_id, Promise.amount, Promise.currency, Promise.due)
        .outerjoin(Customer, Customer.id == Call.customer_id)
        .outerjoin(Promise, Promise.call_id == Call.id)
        .where(Call.direction == "inbound")
        .order_by(Call.started_at, Call.id)
        .execution_options(yield_per=CHUNK)
    )
    for call, customer, amount, currency, due in rows:
        answered = call.answered_at
        yield InboundCall(
            call=call.id,
            at=call.started_at.astimezone(zone),
            number=None if call.e164 is None else mask(call.e164),
            customer=customer,
            disposition=call.disposition,
            right_party=call.right_party,
            talk_s=0 if answered is None else round((call.ended_at - answered).total_seconds()),
            promised=amount,
            currency=currency,
            promise_due=due,
        )


def own_numbers(session: Session, external_id: str | None = None) -> list[str]:
    """Numbers from which customers could call: their own, and in use as far as is known."""
    query = (
        select(PhoneNumber.e164)
        .where(
            PhoneNumber.relation == "self",
            PhoneNumber.status.not_in(_DEAD),
            PhoneNumber.purged_at.is_(None),
        )
        .order_by(PhoneNumber.id)
    )
    if external_id is not None:
        query = query.join(Customer, Customer.id == PhoneNumber.customer_id).where(
            Customer.external_id == external_id
        )
    return list(session.scalars(query))
