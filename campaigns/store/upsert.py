"""Writing customers, accounts and numbers so that the same row twice is the same as once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaigns.customers.record import CustomerRow, NumberRow
from campaigns.store.models import Account, Customer, PhoneNumber
from campaigns.store.models.customers import SEALED_BEGINS
from telephony.status import NumberStatus

NO_SOURCE = "none"  # nobody has told the status of a number yet
FILE_SOURCE = "file"

_BEGINS = tuple(f"name_begins_{n}" for n in range(1, SEALED_BEGINS + 1))
_CONSENT = ("marketing_consent", "marketing_consent_on")
_HISTORIES = ("arrears_history", "bill_history", "payment_history")
_LEDGER = (
    "product", "currency", "credit_limit", "balance", "amount_due", "minimum_due", "due_date",
    "days_past_due", "as_of", *_HISTORIES,
)  # fmt: skip


def put_customers(
    session: Session, rows: Sequence[CustomerRow], attributes: Mapping[str, dict[str, Any]], at: datetime
) -> None:
    merged: dict[str, dict[str, Any]] = {}
    for row in rows:
        before = merged.get(row.external_id, {"attributes": attributes.get(row.external_id, {})})
        merged[row.external_id] = {
            "external_id": row.external_id,
            "name": row.name,
            "gender": row.gender or before.get("gender"),
            "id_tail": row.id_tail or before.get("id_tail"),
            "region": row.region or before.get("region"),
            "generated": row.generated,
            "attributes": {**before["attributes"], **row.attributes},
            "last_active_on": max(
                filter(None, (row.last_active_on, before.get("last_active_on"))), default=None
            ),
            **_consent(row, before),
            "created_at": at,
            "updated_at": at,
        }
    insert = _insert(session, Customer)
    new = insert.excluded
    insert = insert.on_conflict_do_update(
        index_elements=["external_id"],
        set_={
            "name": new.name,
            **{begins: new[begins] for begins in _BEGINS},
            # A file that does not tell these does not make them unknown.
            "gender": func.coalesce(new.gender, Customer.gender),
            "id_tail": func.coalesce(new.id_tail, Customer.id_tail),
            "region": func.coalesce(new.region, Customer.region),
            "generated": new.generated,
            "attributes": new.attributes,
            "last_active_on": case(
                (_is_later(new.last_active_on, Customer.last_active_on), new.last_active_on),
                else_=Customer.last_active_on,
            ),
            **{
                name: case(
                    (_is_later(new.marketing_consent_on, Customer.marketing_consent_on), new[name]),
                    else_=getattr(Customer, name),
                )
                for name in _CONSENT
            },
            "updated_at": new.updated_at,
        },
    )
    session.connection().execute(insert, list(merged.values()))


def _consent(row: CustomerRow, before: Mapping[str, Any]) -> dict[str, Any]:
    """The customer's latest word, of this row or of an earlier one of the file."""
    told, known_on = row.consent, before.get("marketing_consent_on")
    if told is None or (known_on is not None and known_on > told.on):
        return {name: before.get(name) for name in _CONSENT}
    return dict(zip(_CONSENT, (told.given, told.on), strict=True))


def _is_later(new: ColumnElement[Any], known: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Whether a day that is told is no earlier than the known one; a day that is not told is not."""
    return new.is_not(None) & (known.is_(None) | (new >= known))


def put_accounts(session: Session, rows: Sequence[CustomerRow], ids: Mapping[str, int]) -> None:
    ledgers: dict[str, dict[str, Any]] = {}
    for row in rows:
        account = row.account
        ledger = {name: getattr(account, name) for name in _LEDGER}
        for history in _HISTORIES:
            ledger[history] = list(ledger[history])
        ledgers[account.external_id] = {
            **ledger,
            "customer_id": ids[row.external_id],
            "external_id": account.external_id,
        }
    insert = _insert(session, Account)
    insert = insert.on_conflict_do_update(
        index_elements=["external_id"], set_={name: insert.excluded[name] for name in _LEDGER}
    )
    session.connection().execute(insert, list(ledgers.values()))


def put_numbers(session: Session, rows: Sequence[CustomerRow], ids: Mapping[str, int]) -> None:
    told: dict[tuple[int, str], dict[str, Any]] = {}
    silent: dict[tuple[int, str], dict[str, Any]] = {}
    for row in rows:
        for number in row.numbers:
            key = (ids[row.external_id], number.e164)
            target = silent if number.relation is None else told
            target[key] = _number(*key, number, row.account.as_of)
    for numbers, tells_relation in ((silent, False), (told, True)):
        if numbers:
            _put_number_rows(session, list(numbers.values()), tells_relation=tells_relation)


def _put_number_rows(session: Session, numbers: list[dict[str, Any]], *, tells_relation: bool) -> None:
    insert = _insert(session, PhoneNumber)
    new = insert.excluded
    # The file's word on a status counts only while nobody else has said anything.
    unheard = (PhoneNumber.status_source == NO_SOURCE) & (new.status_source != NO_SOURCE)
    changes = {
        name: case((unheard, new[name]), else_=getattr(PhoneNumber, name))
        for name in ("status", "status_source", "status_at")
    }
    if tells_relation:
        changes["relation"] = new.relation
    insert = insert.on_conflict_do_update(index_elements=["customer_id", "e164"], set_=changes)
    session.connection().execute(insert, numbers)


def _number(customer_id: int, e164: str, number: NumberRow, as_of: datetime) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "e164": e164,
        "relation": number.relation or "self",
        "generated": number.generated,
        "status": number.status or NumberStatus.UNKNOWN,
        "status_source": FILE_SOURCE if number.status else NO_SOURCE,
        "status_at": as_of if number.status else None,
    }


def _insert(session: Session, table: type[Any]) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the database."""
    postgres = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if postgres else sqlite.insert(table)
