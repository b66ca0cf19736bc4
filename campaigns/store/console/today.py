"""What needs a person now, and how the day goes. Every count has a bound or an index of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from campaigns.outcomes.gist import SAID, masked
from campaigns.private import Private, PrivateKind, private
from campaigns.said import Said
from campaigns.store.broken import accounts_to_call_about
from campaigns.store.console.jobs import fault_of
from campaigns.store.followups import said_in, written_by
from campaigns.store.holding import why_held
from campaigns.store.models import (
    Account,
    Attempt,
    Call,
    Campaign,
    Customer,
    FollowUp,
    Job,
    Message,
    Payment,
    PhoneNumber,
    Promise,
    WebhookDelivery,
    WebhookEndpoint,
)
from campaigns.store.texts import WROTE

PER_PAGE: Final = 30
LATELY: Final = timedelta(days=7)
PAUSED_SHOWN: Final = 10
EXAMPLES: Final = 3
OPEN: Final = FollowUp.state == literal_column("'open'")  # as the indexes of what is open have it
BAD_MESSAGES: Final = ("failed", "unsure")
BAD_READ: Final = 2_000
BAD_SHOWN: Final = 10
_PLACE: Final = re.compile(r"(u?)([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class FollowUpGroup:
    """Open work of one reason."""

    reason: str
    count: int
    urgent: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """One piece of work for a person. ``customer_id`` None: nobody that is known."""

    id: int
    reason: str
    urgent: bool
    created_at: datetime
    customer_id: int | None
    key: str | None
    name: Private | None
    number: Private | None
    call_id: int | None
    disposition: str | None
    said: Private | None  # by the customer, at the end of the call or in a text message

    @property
    def place(self) -> WorkPlace:
        return WorkPlace(self.urgent, self.id)


@dataclass(frozen=True, slots=True)
class WorkPlace:
    """Where a page of open work ends. Urgent work stands before the rest, so its id alone would not do."""

    urgent: bool
    id: int

    def __str__(self) -> str:
        return f"{'u' if self.urgent else ''}{self.id}"


def work_place(text: str) -> WorkPlace | None:
    """The place that ``str`` tells; None for anything else."""
    found = _PLACE.fullmatch(text)
    return None if found is None else WorkPlace(bool(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True)
class PausedCampaign:
    """A campaign that holds, and why."""

    name: str
    reason: Said | None


@dataclass(frozen=True, slots=True)
class FailedMessages:
    """Messages of the last days that failed or may not have gone, alike in why."""

    state: str
    reason: str
    count: int
    latest_at: datetime
    examples: tuple[tuple[int, str], ...]  # customers: id and key


@dataclass(frozen=True, slots=True)
class DeadEvents:
    """Events that an endpoint of the lender's did not take."""

    endpoint: str
    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class FailedJob:
    """Work that failed lately."""

    id: int
    kind: str
    subject_kind: str
    subject: str
    fault: Said
    at: datetime


@dataclass(frozen=True, slots=True)
class DayFigures:
    """How the day goes. Money in minor units, by currency."""

    dials: int
    connected: int
    right_party: int
    promises: int
    promised: dict[str, int]
    paid: dict[str, int]
    inbound: int

    @property
    def stages(self) -> tuple[tuple[str, int], ...]:
        """How far the dials came."""
        return (
            ("dialed", self.dials),
            ("connected", self.connected),
            ("right_party", self.right_party),
            ("promise", self.promises),
        )


def follow_up_groups(session: Session) -> list[FollowUpGroup]:
    """Open work by reason: urgent first, then the most."""
    urgent = func.count().filter(FollowUp.urgent)
    rows = session.execute(
        select(FollowUp.reason, func.count(), urgent, func.min(FollowUp.created_at))
        .where(OPEN)
        .group_by(FollowUp.reason)
        .order_by(urgent.desc(), func.count().desc(), FollowUp.reason)
    )
    return [FollowUpGroup(*row) for row in rows]


def follow_up_page(
    session: Session, *, reason: str = "", after: WorkPlace | None = None, limit: int = PER_PAGE
) -> list[FollowUpLine]:
    """Open work behind ``after``: all that is urgent, then the rest, each in the order in which it came."""
    places = select(FollowUp.id).where(OPEN).order_by(FollowUp.id)
    if reason:
        places = places.where(FollowUp.reason == reason)
    urgent, later = (places.where(FollowUp.urgent.is_(first)) for first in (True, False))
    # The few that are shown, each part by its own index, and only then what is known of them.
    ids: list[int] = []
    if after is None or after.urgent:
        ids += session.scalars(urgent.where(FollowUp.id > (after.id if after else 0)).limit(limit))
    else:
        later = later.where(FollowUp.id > after.id)
    ids += session.scalars(later.limit(limit - len(ids)))
    query = (
        select(FollowUp, Customer.external_id, Customer.name, Call.e164, Call.disposition)
        .outerjoin(Customer, Customer.id == FollowUp.customer_id)
        .outerjoin(Call, Call.id == FollowUp.call_id)
        .where(FollowUp.id.in_(ids))
        .order_by(FollowUp.urgent.desc(), FollowUp.id)
    )
    rows = session.execute(query).all()
    said = said_in(session, [row.call_id for row, *_ in rows if row.call_id is not None])
    writers = [row.customer_id for row, *_ in rows if row.reason == WROTE and row.customer_id]
    wrote = written_by(session, writers)
    own = _own_numbers(
        session, [row.customer_id for row, *_ in rows if row.call_id is None and row.customer_id]
    )
    return [
        FollowUpLine(
            row.id,
            row.reason,
            row.urgent,
            row.created_at,
            row.customer_id,
            key,
            None if name is None else Private(PrivateKind.NAME, name, key or ""),
            private(PrivateKind.NUMBER, e164 or own.get(row.customer_id or 0), key or ""),
            row.call_id,
            disposition,
            _said(said.get(row.call_id, []) if row.call_id else [_written(wrote, row)], key, name),
        )
        for row, key, name, e164, disposition in rows
    ]


def _own_numbers(session: Session, customers: Sequence[int]) -> dict[int, str]:
    """The first number of each customer that is their own, for work that came of no call."""
    rows = session.execute(
        select(PhoneNumber.customer_id, PhoneNumber.e164)
        .where(
            PhoneNumber.customer_id.in_(customers),
            PhoneNumber.relation == "self",
            PhoneNumber.purged_at.is_(None),
        )
        .order_by(PhoneNumber.id.desc())
    )
    return {row.customer_id: row.e164 for row in rows}


def _written(wrote: dict[tuple[int, datetime], str], row: FollowUp) -> str:
    return wrote.get((row.customer_id or 0, row.created_at), "")


def _said(texts: list[str], key: str | None, name: str | None) -> Private | None:
    line = " / ".join([masked(text, name) for text in texts if text.strip()][-SAID:])
    return Private(PrivateKind.TEXT, line, key or "") if line else None


def paused_campaigns(session: Session) -> list[PausedCampaign]:
    """Campaigns that hold, the newest first."""
    rows = session.scalars(
        select(Campaign).where(Campaign.state == "paused").order_by(Campaign.id.desc()).limit(PAUSED_SHOWN)
    )
    return [PausedCampaign(row.name, why_held(row)) for row in rows]


def has_customers(session: Session) -> bool:
    """Whether anybody was brought in yet."""
    return session.scalar(select(Customer.id).limit(1)) is not None


def running_campaigns(session: Session) -> list[str]:
    """Campaigns that are set running, by name."""
    return list(session.scalars(select(Campaign.name).where(Campaign.state == "running").limit(PAUSED_SHOWN)))


def failed_messages(session: Session, now: datetime) -> list[FailedMessages]:
    """Of the last days, the newest BAD_READ of them. Reasons may be sealed: they are told apart here."""
    rows = session.execute(
        select(Message.state, Message.reason, Message.created_at, Customer.id, Customer.external_id)
        .outerjoin(Customer, Customer.id == Message.customer_id)
        .where(Message.created_at >= now - LATELY, Message.state.in_(BAD_MESSAGES))
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(BAD_READ)
    )
    alike: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        alike.setdefault((row.state, row.reason or ""), []).append(row)
    groups = [
        FailedMessages(state, reason, len(those), those[0].created_at, _texted(those))
        for (state, reason), those in alike.items()
    ]
    return sorted(groups, key=lambda group: -group.count)[:BAD_SHOWN]


def _texted(rows: Sequence[Any]) -> tuple[tuple[int, str], ...]:
    """The customers of the newest, each once."""
    known = {row.id: row.external_id for row in rows if row.id is not None}
    return tuple(known.items())[:EXAMPLES]


def dead_events(session: Session) -> list[DeadEvents]:
    """By endpoint that is still told of events."""
    rows = session.execute(
        select(WebhookEndpoint.name, func.count(), func.max(WebhookDelivery.reason))
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(WebhookDelivery.state == "dead", WebhookEndpoint.removed_at.is_(None))
        .group_by(WebhookEndpoint.name)
        .order_by(WebhookEndpoint.name)
    )
    return [DeadEvents(name, count, reason or "") for name, count, reason in rows]


def broken_promises(session: Session) -> int:
    """Accounts whose latest promise was broken and not made good since."""
    return session.scalar(select(func.count()).select_from(accounts_to_call_about().subquery())) or 0


def failed_jobs(session: Session, now: datetime) -> list[FailedJob]:
    """Of the last days, where nothing of the same kind and subject has begun since."""
    later = select(func.max(Job.id)).group_by(Job.kind, Job.subject_kind, Job.subject)
    rows = session.scalars(
        select(Job)
        .where(Job.state == "failed", Job.finished_at >= now - LATELY, Job.id.in_(later))
        .order_by(Job.id.desc())
        .limit(5)
    )
    return [
        FailedJob(
            row.id, row.kind, row.subject_kind, row.subject, fault_of(row.result, row.error), row.created_at
        )
        for row in rows
    ]


def day_figures(session: Session, start: datetime, connected: Sequence[str]) -> DayFigures:
    """What happened since ``start``, the beginning of the day where the lender is."""
    dials, reached = session.execute(
        select(
            func.count().filter(Attempt.charged),
            func.count().filter(Attempt.disposition.in_(list(connected))),
        ).where(Attempt.reserved_at >= start, Attempt.dialed_at.is_not(None))
    ).one()
    right_party, inbound = session.execute(
        select(
            func.count().filter(Call.right_party, Call.direction == "outbound"),
            func.count().filter(Call.direction == "inbound"),
        ).where(Call.started_at >= start)
    ).one()
    promised = session.execute(
        select(Promise.currency, func.count(), func.sum(Promise.amount))
        .join(Call, Call.id == Promise.call_id)
        # A promise is made after its call began: the few of the day are looked at, not all calls of it.
        .where(Promise.made_at >= start, Call.started_at >= start, Promise.state != "cancelled")
        .group_by(Promise.currency)
    ).all()
    paid = session.execute(
        select(Account.currency, func.sum(Payment.amount))
        .join(Account, Account.id == Payment.account_id)
        .where(Payment.paid_on >= start.date())
        .group_by(Account.currency)
    ).all()
    return DayFigures(
        dials=dials,
        connected=reached,
        right_party=right_party,
        promises=sum(row[1] for row in promised),
        promised={row[0]: int(row[2]) for row in promised},
        paid={row[0]: int(row[1]) for row in paid},
        inbound=inbound,
    )
