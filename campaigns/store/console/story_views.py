"""What is shown of one customer: values, personal ones as Private. Money is in minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from campaigns.private import Private


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account as last imported. Money is in minor units; histories are newest month first."""

    key: str
    product: str
    currency: str
    credit_limit: int
    balance: int
    amount_due: int
    minimum_due: int
    due_date: date
    days_past_due: int
    arrears: tuple[int, ...]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class NumberView:
    """A number and what is known of its state."""

    number: Private
    relation: str
    generated: bool
    status: str
    source: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class BarView:
    """A suppression of the customer, or of one of their numbers. ``in_force`` as of the page."""

    id: int
    number: Private | None
    reason: str
    created_at: datetime
    until: datetime | None
    lifted_at: datetime | None
    in_force: bool


@dataclass(frozen=True, slots=True)
class PromiseView:
    """A promise to pay. Money is in minor units."""

    id: int
    amount: int
    currency: str
    due: date
    rest_due: date | None
    state: str
    reason: str | None
    paid: int | None
    made_at: datetime
    call_id: int | None


@dataclass(frozen=True, slots=True)
class CallView:
    """A call in a list. ``talk_s``: how long it lasted once answered."""

    id: int
    direction: str
    campaign: str | None
    number: Private | None
    flow: str
    flow_version: str
    started_at: datetime
    talk_s: int | None
    cause: str
    disposition: str
    right_party: bool
    recorded: bool


@dataclass(frozen=True, slots=True)
class TurnView:
    """One thing said. Only ``text`` may be personal."""

    at: datetime
    speaker: str
    text: Private
    step: str | None
    intent: str | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message to the customer."""

    id: int
    channel: str
    template: str
    body: Private
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentView:
    """Money that arrived; minor units."""

    account: str
    amount: int
    currency: str
    paid_on: date


@dataclass(frozen=True, slots=True)
class OfferView:
    """A relief approved for an account; minor units."""

    account: str
    kind: str
    waives: int
    currency: str
    pay_by: date
    valid_until: date
    approved_by: str


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """Something that a person was asked to do."""

    id: int
    reason: str
    urgent: bool
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact on file that the rules turn on. ``evidence``: in somebody's own words; None: none."""

    kind: str
    given: bool
    details: dict[str, Any]
    evidence: Private | None
    as_of: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who a customer is, and what stands at the top of their page."""

    id: int
    key: str
    name: Private
    gender: str | None
    id_tail: Private | None
    region: str | None
    generated: bool
    marketing_consent: bool | None
    last_active_on: date | None
    treatment: str | None
    next_contact_on: date | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is of each kind, for the tabs."""

    decisions: int
    calls: int
    promises: int
    messages: int
