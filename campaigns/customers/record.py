"""What one row of a portfolio file says, once it is understood. Money is in minor units (1/100)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from telephony.status import NumberStatus


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row, or a part of it, was left out. Holds no value of the row, so it may be shown and counted."""

    field: str  # field of the customer record, or "row"
    code: str  # stable, for counting: missing, negative, rounded, duplicate …
    detail: str  # what a person can do about it

    def __str__(self) -> str:
        return f"{self.field}: {self.detail}"


@dataclass(frozen=True, slots=True)
class RawRow:
    """One record of a file, all cells as text. ``number`` counts as spreadsheets do: the header is row 1."""

    number: int
    cells: list[str]
    problem: Reason | None = None  # the record itself is broken


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number of the customer. ``relation`` None: the file does not say, so ``self`` when it is new."""

    e164: str
    relation: str | None = None  # the rule pack's ``who`` keys
    status: NumberStatus | None = None  # as a data supplier tells it; None: the file does not say
    generated: bool = False


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A relief that the lender has approved for the account."""

    kind: str
    waives: int
    pay_by: date
    approved_by: str
    approved_at: datetime
    valid_until: date


@dataclass(frozen=True, slots=True)
class PlanRow:
    """Instalments that the lender has approved for the account."""

    count: int
    amount: int
    first_due: date
    approved_by: str
    approved_at: datetime
    valid_until: date


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise made elsewhere. ``owed``: the amount due then, None where it is not known."""

    amount: int
    due: date
    made_at: datetime
    owed: int | None


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """Consent to marketing calls, given or withdrawn."""

    given: bool
    on: date


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account's ledger as of the import."""

    external_id: str
    product: str
    currency: str
    credit_limit: int
    balance: int  # may be negative: overpaid
    amount_due: int
    minimum_due: int
    due_date: date
    days_past_due: int  # 0 or less: not yet due
    as_of: datetime
    arrears_history: tuple[int, ...] = ()  # newest month first
    bill_history: tuple[int, ...] = ()
    payment_history: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One good row. ``generated``: name and identity are invented and stand for no real person."""

    external_id: str
    name: str
    gender: str | None
    id_tail: str | None
    region: str | None
    generated: bool
    account: AccountRow
    numbers: tuple[NumberRow, ...]
    offer: OfferRow | None = None
    relief_kind: str | None = None  # what relief the file tells of: without an offer there is none any more
    plan: PlanRow | None = None
    tells_plans: bool = False  # the file tells of plans: without one there is none any more
    promise: PromiseRow | None = None
    last_active_on: date | None = None
    consent: ConsentRow | None = None
    invent_number: bool = False  # the file has no number: one that reaches nobody is to be given
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParsedRow:
    """A row that is kept, with notes on what was left out of it; or None and the reasons for that."""

    row: CustomerRow | None
    reasons: tuple[Reason, ...] = ()
