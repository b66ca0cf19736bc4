"""Where each export's columns are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import InstrumentedAttribute

from campaigns.store import report_queries as sql
from campaigns.store.models import (
    Account,
    Attempt,
    Call,
    Campaign,
    CampaignMember,
    Customer,
    DecisionRecord,
    ExperimentArm,
    FollowUp,
    InstalmentPlan,
    Message,
    Payment,
    PhoneNumber,
    Promise,
    ReliefOffer,
)

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Source:
    """One export: its columns in the order of the schema, the joins, and what its filters go by.

    ``id``: unique and ascending, to page by. ``at``: the time of a row. ``of``: whether it is of the
    campaigns with these ids.
    """

    columns: tuple[Column, ...]
    joined: Callable[[Any], Any]  # a Select to one over its tables
    id: InstrumentedAttribute[int]
    at: Column
    of: Callable[[list[int]], ColumnElement[bool]]


def _in(column: InstrumentedAttribute[Any]) -> Callable[[list[int]], ColumnElement[bool]]:
    return lambda ids: column.in_(ids)


def _account_of(ids: list[int]) -> ColumnElement[bool]:
    member = select(CampaignMember.account_id).where(CampaignMember.campaign_id.in_(ids))
    return Payment.account_id.in_(member)


_SECONDS = case(
    (Call.answered_at.is_not(None), sql.epoch(Call.ended_at) - sql.epoch(Call.answered_at)), else_=0
)

SOURCES: dict[str, Source] = {
    "calls": Source(
        (
            Call.id, Call.direction, Campaign.name, Customer.external_id, Call.e164, Call.line,
            Attempt.caller_id, Call.line_call_id, Call.flow, Call.flow_version, ExperimentArm.name,
            Call.started_at, Call.answered_at, Call.ended_at, _SECONDS, Call.cause, Call.sip_code,
            Call.disposition, Call.right_party, Call.effective, Call.recording.is_not(None),
        ),
        lambda query: query.select_from(Call)
        .outerjoin(Attempt, Attempt.id == Call.attempt_id)
        .outerjoin(CampaignMember, CampaignMember.id == Attempt.member_id)
        .outerjoin(ExperimentArm, ExperimentArm.id == CampaignMember.arm_id)
        .outerjoin(Campaign, Campaign.id == Call.campaign_id)
        .outerjoin(Customer, Customer.id == Call.customer_id),
        Call.id, Call.started_at, _in(Call.campaign_id),
    ),
    "attempts": Source(
        (
            Attempt.id, Campaign.name, Customer.external_id, Attempt.e164, Attempt.member_id, Attempt.turn,
            Attempt.n, Attempt.state, Attempt.reserved_at, Attempt.dialed_at, Attempt.ended_at,
            Attempt.disposition, Attempt.charged, Attempt.line, Attempt.caller_id, ExperimentArm.name,
        ),
        lambda query: query.select_from(Attempt)
        .join(CampaignMember, CampaignMember.id == Attempt.member_id)
        .outerjoin(ExperimentArm, ExperimentArm.id == CampaignMember.arm_id)
        .join(Campaign, Campaign.id == Attempt.campaign_id)
        .join(Customer, Customer.id == Attempt.customer_id),
        Attempt.id, Attempt.reserved_at, _in(Attempt.campaign_id),
    ),
    "members": Source(
        (
            CampaignMember.id, Campaign.name, Customer.external_id, Customer.name, Account.external_id,
            CampaignMember.grade, CampaignMember.treatment, ExperimentArm.name, CampaignMember.state,
            CampaignMember.outcome, CampaignMember.reason, CampaignMember.next_at, CampaignMember.callback_at,
            Account.amount_due, Account.currency,
        ),
        lambda query: query.select_from(CampaignMember)
        .join(Campaign, Campaign.id == CampaignMember.campaign_id)
        .join(Customer, Customer.id == CampaignMember.customer_id)
        .join(Account, Account.id == CampaignMember.account_id)
        .outerjoin(ExperimentArm, ExperimentArm.id == CampaignMember.arm_id),
        CampaignMember.id, Campaign.created_at, _in(CampaignMember.campaign_id),
    ),
    "promises": Source(
        (
            Promise.id, Campaign.name, Customer.external_id, Account.external_id, Promise.call_id,
            Promise.amount, Promise.currency, Promise.due, Promise.rest_due, Promise.owed, ReliefOffer.waives,
            InstalmentPlan.count, Promise.state, Promise.reason, Promise.paid, Promise.made_at,
            Promise.settled_at,
        ),
        lambda query: query.select_from(Promise)
        .join(Customer, Customer.id == Promise.customer_id)
        .join(Account, Account.id == Promise.account_id)
        .outerjoin(Call, Call.id == Promise.call_id)
        .outerjoin(Campaign, Campaign.id == Call.campaign_id)
        .outerjoin(ReliefOffer, ReliefOffer.id == Promise.relief_offer_id)
        .outerjoin(InstalmentPlan, InstalmentPlan.id == Promise.plan_id),
        Promise.id, Promise.made_at, _in(Call.campaign_id),
    ),
    "decisions": Source(
        (
            DecisionRecord.id, DecisionRecord.at, Campaign.name, Customer.external_id, PhoneNumber.e164,
            DecisionRecord.attempt_id, DecisionRecord.verdict, DecisionRecord.reason, DecisionRecord.until,
            DecisionRecord.pack, DecisionRecord.link,
        ),
        lambda query: query.select_from(DecisionRecord)
        .join(Campaign, Campaign.id == DecisionRecord.campaign_id)
        .join(Customer, Customer.id == DecisionRecord.customer_id)
        .outerjoin(PhoneNumber, PhoneNumber.id == DecisionRecord.number_id),
        DecisionRecord.id, DecisionRecord.at, _in(DecisionRecord.campaign_id),
    ),
    "messages": Source(
        (
            Message.id, Campaign.name, Customer.external_id, Message.call_id, Message.channel,
            Message.template, Message.body, Message.state, Message.created_at,
        ),
        lambda query: query.select_from(Message)
        .join(Customer, Customer.id == Message.customer_id)
        .outerjoin(Call, Call.id == Message.call_id)
        .outerjoin(Campaign, Campaign.id == Call.campaign_id),
        Message.id, Message.created_at, _in(Call.campaign_id),
    ),
    "follow-ups": Source(
        (
            FollowUp.id, Campaign.name, Customer.external_id, Customer.name, Call.e164, FollowUp.call_id,
            FollowUp.reason, FollowUp.urgent, FollowUp.state, FollowUp.created_at,
        ),
        lambda query: query.select_from(FollowUp)
        .outerjoin(Customer, Customer.id == FollowUp.customer_id)
        .outerjoin(Call, Call.id == FollowUp.call_id)
        .outerjoin(Campaign, Campaign.id == Call.campaign_id),
        FollowUp.id, FollowUp.created_at, _in(Call.campaign_id),
    ),
    "payments": Source(
        (
            Payment.id, Customer.external_id, Account.external_id, Payment.reference, Payment.amount,
            Payment.currency, Payment.paid_on, Payment.paid_at, Payment.booked_at, Payment.in_ledger,
            Payment.file_name,
        ),
        lambda query: query.select_from(Payment)
        .join(Account, Account.id == Payment.account_id)
        .join(Customer, Customer.id == Account.customer_id),
        Payment.id, Payment.paid_at, _account_of,
    ),
}  # fmt: skip
