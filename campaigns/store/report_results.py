"""The report's figures on what the calls brought: promises, follow-ups, messages, suppressions."""

from __future__ import annotations

from collections import Counter, defaultdict

from sqlalchemy import case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from campaigns.outcomes.promises import PromiseState
from campaigns.outcomes.report import CodeCount, InboundTotals, PromiseTotals
from campaigns.store import report_queries as sql
from campaigns.store.models import Account, Call, CampaignMember, Promise, ReliefOffer


def promises(session: Session, campaign_id: int) -> tuple[PromiseTotals, ...]:
    due = {
        currency: int(amount)
        for currency, amount in session.execute(
            select(Account.currency, func.sum(case((Account.amount_due > 0, Account.amount_due), else_=0)))
            .join(CampaignMember, CampaignMember.account_id == Account.id)
            .where(CampaignMember.campaign_id == campaign_id)
            .group_by(Account.currency)
        )
    }
    rows = session.execute(
        select(
            Promise.currency,
            Promise.state,
            func.count(),
            func.sum(Promise.amount),
            func.count(ReliefOffer.id),
            func.coalesce(func.sum(ReliefOffer.waives), 0),
            func.count(Promise.rest_due),
            func.count(Promise.plan_id),
        )
        .join(Call, Call.id == Promise.call_id)
        .outerjoin(ReliefOffer, ReliefOffer.id == Promise.relief_offer_id)
        .where(Call.campaign_id == campaign_id)
        .group_by(Promise.currency, Promise.state)
    )
    states: defaultdict[str, Counter[str]] = defaultdict(Counter)
    standing: defaultdict[str, list[int]] = defaultdict(lambda: [0] * 5)  # amount, relief, rest, plan
    for currency, state, count, *sums in rows:
        states[currency][state] += count
        if state != PromiseState.CANCELLED:
            standing[currency] = [old + int(new) for old, new in zip(standing[currency], sums, strict=True)]
    return tuple(
        PromiseTotals(
            currency,
            due.get(currency, 0),
            states[currency].total(),
            *standing[currency],
            *(states[currency][state] for state in PromiseState),
        )
        for currency in sorted(due.keys() | states.keys())
    )


def after_calls(
    session: Session,
    campaign_id: int,
    code: InstrumentedAttribute[str],
    call_id: InstrumentedAttribute[int | None],
) -> tuple[CodeCount, ...]:
    """Counts by ``code`` of what the campaign's calls left behind."""
    rows = session.execute(
        select(code, func.count())
        .join(Call, Call.id == call_id)
        .where(Call.campaign_id == campaign_id)
        .group_by(code)
    )
    return tuple(sorted((CodeCount(*row) for row in rows), key=lambda row: (-row.count, row.code)))


def inbound(session: Session, campaign_id: int) -> InboundTotals:
    """Calls that members made to us since the campaign was made."""
    row = session.execute(
        select(
            func.count(),
            func.count(Call.customer_id.distinct()),
            sql.total(Call.right_party),
            func.count(Promise.id),
            func.coalesce(func.sum(sql.epoch(Call.ended_at) - sql.epoch(Call.answered_at)), 0),
        )
        .select_from(Call)
        .outerjoin(Promise, Promise.call_id == Call.id)
        .where(*sql.by_members(campaign_id))
    ).one()
    return InboundTotals(*(int(count) for count in row))
