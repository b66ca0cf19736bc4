"""One call as staff read it: what it was, what allowed it, what was said, and what followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.transcript import Entry
from campaigns.errors import NotFoundError
from campaigns.private import Private, PrivateKind, private
from campaigns.store.calls import entry_of
from campaigns.store.console.calls import talk_s
from campaigns.store.console.story_views import FollowUpView, MessageView, PromiseView
from campaigns.store.decisions import StoredDecision, decision_of_attempt
from campaigns.store.models import (
    Call,
    Campaign,
    Customer,
    FollowUp,
    Message,
    Promise,
    Suppression,
    Transfer,
    TurnRecord,
)


@dataclass(frozen=True, slots=True)
class WholeCall:
    """What a call was. ``customer_id`` None: nobody who is known. ``replayable``: its brief was kept."""

    id: int
    direction: str
    attempt_id: int | None
    customer_id: int | None
    key: str | None
    name: Private | None
    number: Private | None
    campaign: str | None
    line: str
    flow: str
    flow_version: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    talk_s: int | None
    cause: str
    sip_code: int | None
    disposition: str
    right_party: bool
    recording: str | None
    replayable: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of a call."""

    promise: PromiseView | None
    messages: list[MessageView]
    follow_ups: list[FollowUpView]
    bars: list[str]  # reasons of the suppressions
    transfer: str | None


def whole_call(session: Session, call_id: int) -> WholeCall:
    """Raises NotFoundError."""
    row = session.execute(
        select(Call, Campaign.name, Customer.external_id, Customer.name)
        .outerjoin(Campaign, Campaign.id == Call.campaign_id)
        .outerjoin(Customer, Customer.id == Call.customer_id)
        .where(Call.id == call_id)
    ).first()
    if row is None:
        raise NotFoundError("there is no call %(call_id)s", call_id=call_id)
    call, campaign, key, name = row
    return WholeCall(
        id=call.id,
        direction=call.direction,
        attempt_id=call.attempt_id,
        customer_id=call.customer_id,
        key=key,
        name=private(PrivateKind.NAME, name, key or ""),
        number=private(PrivateKind.NUMBER, call.e164, key or ""),
        campaign=campaign,
        line=call.line,
        flow=call.flow,
        flow_version=call.flow_version,
        started_at=call.started_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        talk_s=talk_s(call),
        cause=call.cause,
        sip_code=call.sip_code,
        disposition=call.disposition,
        right_party=call.right_party,
        recording=call.recording,
        replayable=call.brief is not None,
    )


def log_of(session: Session, call_id: int) -> list[tuple[int, Entry]]:
    """The log of a call: each line with its number."""
    turns = session.scalars(select(TurnRecord).where(TurnRecord.call_id == call_id).order_by(TurnRecord.seq))
    return [(turn.seq, entry_of(turn)) for turn in turns]


def decision_of(session: Session, call: WholeCall) -> StoredDecision | None:
    """The decision that allowed the call; None for one that came in, or whose record was deleted."""
    return None if call.attempt_id is None else decision_of_attempt(session, call.attempt_id)


def followed(session: Session, call: WholeCall) -> Followed:
    """What came of the call. Found by the customer first: that has an index everywhere."""
    promise = session.scalar(select(Promise).where(Promise.call_id == call.id))
    messages = session.scalars(
        select(Message)
        .where(Message.customer_id == call.customer_id, Message.call_id == call.id)
        .order_by(Message.id)
    )
    bars = session.scalars(
        select(Suppression.reason)
        .where(Suppression.customer_id == call.customer_id, Suppression.call_id == call.id)
        .order_by(Suppression.id)
    )
    asked = session.scalars(select(FollowUp).where(FollowUp.call_id == call.id).order_by(FollowUp.id))
    return Followed(
        None if promise is None else _promise(promise),
        [_message(row, call.key or "") for row in messages],
        [FollowUpView(row.id, row.reason, row.urgent, row.state, row.created_at) for row in asked],
        list(bars),
        session.scalar(select(Transfer.state).where(Transfer.call_id == call.id)),
    )


def _promise(row: Promise) -> PromiseView:
    return PromiseView(
        row.id, row.amount, row.currency, row.due, row.rest_due, row.state, row.reason, row.paid,
        row.made_at, row.call_id,
    )  # fmt: skip


def _message(row: Message, key: str) -> MessageView:
    body = Private(PrivateKind.TEXT, row.body, key)
    return MessageView(row.id, row.channel, row.template, body, row.state, row.created_at)
