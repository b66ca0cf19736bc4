"""The statements by which the facts of a decision are read. ``Shared.values`` of campaigns.store.people, with
``same``, ``account_id``, ``e164s`` and ``since``, are their parameters.
"""

from __future__ import annotations

from sqlalchemy import bindparam, exists, func, or_, select

from campaigns.store.models import (
    Account,
    Attempt,
    Call,
    CampaignMember,
    Customer,
    DecisionRecord,
    FollowUp,
    LegalFact,
    PhoneNumber,
    Promise,
    Suppression,
)
from campaigns.store.people import CUSTOMER, PEOPLE, theirs

# Built once: a campaign runs these for every turn, and building a statement costs more than running it.
_NUMBERS = bindparam("e164s", type_=PhoneNumber.e164.type, expanding=True)
_SAME = bindparam("same", type_=Customer.id.type, expanding=True)
_SINCE = bindparam("since", type_=Attempt.reserved_at.type)

NUMBERS_OF = (
    select(PhoneNumber)
    .where(PhoneNumber.customer_id == CUSTOMER, PhoneNumber.purged_at.is_(None))
    .order_by((PhoneNumber.relation != "self"), PhoneNumber.id)
)
LATEST_DECISION = select(DecisionRecord.at).order_by(DecisionRecord.at.desc()).limit(1)
# About this debt; a call that came in may have been about any.
_SPOKEN_AT = (
    select(func.min(Call.answered_at))
    .outerjoin(Attempt, Attempt.id == Call.attempt_id)
    .outerjoin(CampaignMember, CampaignMember.id == Attempt.member_id)
    .where(
        theirs(Call.customer_id, Call.started_at),
        Call.right_party,
        or_(CampaignMember.account_id == bindparam("account_id"), Call.attempt_id.is_(None)),
    )
)
CIRCUMSTANCES = select(
    Customer.region,
    Customer.marketing_consent,
    Customer.attributes,
    Customer.created_at,
    select(Account.amount_due)
    .where(Account.id == bindparam("account_id"))
    .scalar_subquery()
    .label("amount_due"),
    select(func.max(Account.amount_due))
    .where(Account.customer_id.in_(_SAME))
    .scalar_subquery()
    .label("most_due"),
    # A customer who named a day for the rest is left in peace until then.
    select(func.max(func.coalesce(Promise.rest_due, Promise.due)))
    .where(theirs(Promise.customer_id, Promise.made_at), Promise.state == "pending")
    .scalar_subquery()
    .label("promise_due"),
    select(func.max(CampaignMember.callback_at))
    .where(CampaignMember.customer_id == CUSTOMER)
    .scalar_subquery()
    .label("callback_at"),
    LATEST_DECISION.scalar_subquery().label("ledger_time"),
    _SPOKEN_AT.scalar_subquery().label("spoken_at"),
    select(func.max(LegalFact.id))
    .where(theirs(LegalFact.customer_id, LegalFact.recorded_at))
    .scalar_subquery()
    .label("fact_id"),
    select(func.max(FollowUp.id))
    .where(theirs(FollowUp.customer_id, FollowUp.created_at))
    .scalar_subquery()
    .label("case_id"),
).where(Customer.id == CUSTOMER)
ATTEMPTS = select(
    theirs(Attempt.customer_id, Attempt.reserved_at).label("theirs"),
    Attempt.e164,
    Attempt.dialed_at,
    Attempt.reserved_at,
    Attempt.charged,
    Attempt.disposition,
    Attempt.ended_at,
    Attempt.state,
    select(CampaignMember.account_id).where(CampaignMember.id == Attempt.member_id).scalar_subquery(),
).where(
    or_(Attempt.customer_id.in_(PEOPLE), Attempt.e164.in_(_NUMBERS)),
    Attempt.reserved_at >= _SINCE,
)
BARS = select(Suppression.reason, Suppression.until, Suppression.e164).where(
    or_(theirs(Suppression.customer_id, Suppression.created_at), Suppression.e164.in_(_NUMBERS)),
    Suppression.lifted_at.is_(None),
)
TALKS = select(Call.answered_at).where(
    theirs(Call.customer_id, Call.started_at),
    Call.effective,
    Call.answered_at >= _SINCE,
    # One that was declared lost counts as a talk by its attempt, whatever was written of it later.
    ~exists().where(Attempt.id == Call.attempt_id, Attempt.state == "lost"),
)
CASES = select(FollowUp.reason).where(
    theirs(FollowUp.customer_id, FollowUp.created_at), FollowUp.state == "open"
)


# Of other records of the same person, and of those that once were: what they say now, which may only bar.
OTHER_RECORDS = select(
    Customer.id,
    Customer.region,
    Customer.marketing_consent,
    Customer.attributes,
    Customer.created_at,
    select(func.max(CampaignMember.callback_at))
    .where(CampaignMember.customer_id == Customer.id)
    .scalar_subquery()
    .label("callback_at"),
).where(Customer.id.in_(_SAME), Customer.id != CUSTOMER)
OTHER_RELATIONS = select(PhoneNumber.e164, PhoneNumber.relation).where(
    PhoneNumber.customer_id.in_(PEOPLE),
    PhoneNumber.customer_id != CUSTOMER,
    PhoneNumber.e164.in_(_NUMBERS),
    PhoneNumber.relation != "self",
)
