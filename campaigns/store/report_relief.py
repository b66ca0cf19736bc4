"""The report's figures on relief that was accepted: booked, pending and lapsed."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from campaigns.outcomes.relief import EntryKind
from campaigns.outcomes.report import ReliefTotals
from campaigns.store.models import Call, Promise, ReliefEntry, ReliefOffer


def relief(session: Session, campaign_id: int) -> tuple[ReliefTotals, ...]:
    """By currency; an offer counts in the campaign whose call it was accepted in last."""
    latest = (
        select(func.max(Promise.id).label("id"))
        .where(Promise.relief_offer_id.is_not(None))
        .group_by(Promise.relief_offer_id)
        .subquery()
    )
    later = aliased(ReliefEntry)
    reversed_ = select(later.reverses_id).where(later.reverses_id.is_not(None))
    rows = session.execute(
        select(Promise.currency, ReliefEntry.kind, func.count(), func.sum(ReliefOffer.waives))
        .join(latest, latest.c.id == Promise.id)
        .join(Call, Call.id == Promise.call_id)
        .join(ReliefOffer, ReliefOffer.id == Promise.relief_offer_id)
        .outerjoin(
            ReliefEntry,
            and_(
                ReliefEntry.offer_id == ReliefOffer.id,
                ReliefEntry.kind != EntryKind.REVERSED,
                ReliefEntry.id.not_in(reversed_),
            ),
        )
        .where(Call.campaign_id == campaign_id)
        .group_by(Promise.currency, ReliefEntry.kind)
    )
    found: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for currency, kind, count, amount in rows:
        found[currency][kind or "pending"] = (count, int(amount))
    nothing = (0, 0)
    return tuple(
        ReliefTotals(
            currency,
            *kinds.get(EntryKind.BOOKED, nothing),
            *kinds.get("pending", nothing),
            *kinds.get(EntryKind.LAPSED, nothing),
        )
        for currency, kinds in sorted(found.items())
    )
