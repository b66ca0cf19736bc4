"""One row a member, for the report's detail file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.outcomes.dispositions import Dispositions, shipped_dispositions
from campaigns.outcomes.report import STAGES, MemberRow
from campaigns.store import report_queries as sql
from campaigns.store.models import (
    Account,
    Attempt,
    Call,
    CampaignMember,
    Customer,
    InstalmentPlan,
    Promise,
    ReliefOffer,
)
from telephony.numbers import mask

CHUNK = 2_000


def member_rows(
    session: Session, campaign_id: int, zone: tzinfo, codes: Dispositions | None = None
) -> Iterator[MemberRow]:
    """Every member of a campaign, in the order of joining, read in chunks; numbers leave the store masked."""
    machine = (codes or shipped_dispositions()).not_connected()
    stages = sql.member_stages(campaign_id, machine)
    tried = (
        select(
            Attempt.member_id,
            sql.total(Attempt.dialed_at.is_not(None)).label("dials"),
            func.max(Attempt.id).label("last"),
        )
        .where(Attempt.campaign_id == campaign_id)
        .group_by(Attempt.member_id)
        .subquery()
    )
    talked = (
        select(Call.customer_id, func.sum(sql.talk_seconds(machine)).label("seconds"))
        .where(Call.campaign_id == campaign_id)
        .group_by(Call.customer_id)
        .subquery()
    )
    promised = (
        select(Promise.customer_id, func.max(Promise.id).label("last"))
        .join(Call, Call.id == Promise.call_id)
        .where(Call.campaign_id == campaign_id)
        .group_by(Promise.customer_id)
        .subquery()
    )
    called_in = (
        select(Call.customer_id, func.count().label("calls"))
        .where(*sql.by_members(campaign_id))
        .group_by(Call.customer_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Customer.external_id,
            stages.c.letter,
            stages.c.stage,
            CampaignMember.state,
            CampaignMember.outcome,
            CampaignMember.reason,
            func.coalesce(tried.c.dials, 0),
            Attempt.e164,
            Attempt.disposition,
            Attempt.dialed_at,
            func.coalesce(talked.c.seconds, 0),
            Account.currency,
            Account.amount_due,
            Promise.amount,
            Promise.due,
            Promise.rest_due,
            InstalmentPlan.count,
            Promise.state,
            Promise.reason,
            ReliefOffer.waives,
            func.coalesce(called_in.c.calls, 0),
        )
        .select_from(CampaignMember)
        .join(stages, stages.c.member_id == CampaignMember.id)
        .join(Customer, Customer.id == CampaignMember.customer_id)
        .join(Account, Account.id == CampaignMember.account_id)
        .outerjoin(tried, tried.c.member_id == CampaignMember.id)
        .outerjoin(Attempt, Attempt.id == tried.c.last)
        .outerjoin(talked, talked.c.customer_id == CampaignMember.customer_id)
        .outerjoin(promised, promised.c.customer_id == CampaignMember.customer_id)
        .outerjoin(Promise, Promise.id == promised.c.last)
        .outerjoin(ReliefOffer, ReliefOffer.id == Promise.relief_offer_id)
        .outerjoin(InstalmentPlan, InstalmentPlan.id == Promise.plan_id)
        .outerjoin(called_in, called_in.c.customer_id == CampaignMember.customer_id)
        .order_by(CampaignMember.id)
        .execution_options(yield_per=CHUNK)
    )
    for row in rows:
        (key, letter, stage, state, outcome, reason, dials, e164, ending, dialed_at, talk_s, *money) = row
        yield MemberRow(
            customer=key,
            grade=letter,
            stage=STAGES[stage],
            state=state,
            outcome=outcome,
            reason=reason,
            attempts=int(dials),
            number=None if e164 is None else mask(e164),
            last_disposition=ending,
            last_dial=None if dialed_at is None else dialed_at.astimezone(zone),
            talk_s=int(talk_s),
            currency=money[0],
            amount_due=money[1],
            promised=money[2],
            promise_due=money[3],
            promise_rest_due=money[4],
            promise_instalments=money[5],
            promise_state=money[6],
            promise_reason=money[7],
            relief=money[8],
            calls_in=int(money[9]),
        )
