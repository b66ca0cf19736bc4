"""The whole report over campaigns and days, from the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import tzinfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.outcomes.dispositions import Dispositions, shipped_dispositions
from campaigns.outcomes.overview.dimensions import USUAL, Dimension
from campaigns.outcomes.overview.period import Period
from campaigns.outcomes.overview.rates import Rates
from campaigns.outcomes.overview.summary import Overview
from campaigns.store.models import Call, Message
from campaigns.store.overview.decisions import reasons
from campaigns.store.overview.dials import dial_cells
from campaigns.store.overview.members import held_out, member_cells
from campaigns.store.overview.scope import Scope, scope_of, span

PAID_DAYS = 7


def overview(
    session: Session,
    zone: tzinfo,
    rates: Rates,
    *,
    campaigns: Collection[str] = (),
    period: Period | None = None,
    by: Collection[Dimension] = USUAL,
    paid_days: int = PAID_DAYS,
    codes: Dispositions | None = None,
) -> Overview:
    """The report of ``campaigns`` by name, or of all that were open in ``period``. Raises NotFoundError."""
    period = period or Period()
    scope = scope_of(session, campaigns, *period.bounds(zone))
    machine = sorted((codes or shipped_dispositions()).not_connected())
    spanned = span(session, scope)
    cells = (
        () if spanned is None else dial_cells(session, scope, by, zone, spanned, machine, rates.increments())
    )
    return Overview(
        period=period,
        zone=str(zone),
        as_of=None if spanned is None else spanned[1].astimezone(zone),
        campaigns=scope.names,
        by=tuple(by),
        paid_days=paid_days,
        held_out=held_out(session, scope),
        members=member_cells(session, scope, by, machine, paid_days),
        cells=cells,
        reasons=reasons(session, scope) if Dimension.REASON in by else (),
        messages=_messages(session, scope),
        rates=rates,
    )


def _messages(session: Session, scope: Scope) -> dict[str, int]:
    """Messages that calls of the campaigns led to, by channel; those that failed cost nothing."""
    rows = session.execute(
        select(Message.channel, func.count())
        .join(Call, Call.id == Message.call_id)
        .where(
            Call.campaign_id.is_not(None),
            *scope.of_campaigns(Call.campaign_id),
            *scope.within(Message.created_at),
            Message.state != "failed",
        )
        .group_by(Message.channel)
    )
    return {row[0]: row[1] for row in rows}
