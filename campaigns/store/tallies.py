"""What campaigns came to, without counting their rows: read from what the database's triggers keep up.

The triggers stand in migration 0019. A row that a tally counts is written by many hands, one by one and in
bulk: what is kept up by the database itself holds for all of them, deletions too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from campaigns.store.models import CampaignTally


class Tallied(StrEnum):
    """What is counted of a campaign; of those with a code, by it."""

    MEMBERS = "members"
    DONE = "done"  # members whose turns are over
    DIALLED = "dialled"  # attempts that the line could place
    REACHED = "reached"  # members with such an attempt
    ENDINGS = "ending"  # attempts by disposition
    CALLS = "call"  # calls by disposition
    RIGHT_PARTY = "party"  # calls with the right party
    PROMISES = "promises"  # promises made in its calls, but for those cancelled
    OBJECTIONS = "objection"  # decisions against a call, by reason


Tallies = Mapping[Tallied, Mapping[str, int]]
"""Counts by what is counted, then by code; empty where there is no code."""


def tallies_of(
    session: Session, campaign_ids: Collection[int], *wanted: Tallied
) -> dict[int, dict[Tallied, dict[str, int]]]:
    """The counts of each campaign; of all there is, or of ``wanted`` alone. What has no count is left out."""
    query = (
        select(CampaignTally.campaign_id, CampaignTally.what, CampaignTally.code, func.sum(CampaignTally.n))
        .where(CampaignTally.campaign_id.in_(campaign_ids))
        .group_by(CampaignTally.campaign_id, CampaignTally.what, CampaignTally.code)
        .having(func.sum(CampaignTally.n) != 0)
    )
    if wanted:
        query = query.where(CampaignTally.what.in_(wanted))
    found: dict[int, dict[Tallied, dict[str, int]]] = {each: {} for each in campaign_ids}
    for campaign_id, what, code, n in session.execute(query):
        found[campaign_id].setdefault(Tallied(what), {})[code] = int(n)
    return found


# Of server processes that are gone. Nobody else folds meanwhile; one of the same number waits for the end.
_FOLD: Final = text("""
    WITH gone AS (
        DELETE FROM campaign_tally
        WHERE slot <> 0 AND slot NOT IN (SELECT pid FROM pg_stat_activity)
        AND pg_try_advisory_xact_lock(7203019)
        RETURNING campaign_id, what, code, n
    )
    INSERT INTO campaign_tally (campaign_id, what, code, slot, n)
    SELECT campaign_id, what, code, 0, sum(n) FROM gone GROUP BY campaign_id, what, code
    ORDER BY campaign_id, what, code
    ON CONFLICT (campaign_id, what, code, slot) DO UPDATE SET n = campaign_tally.n + excluded.n
""")


def fold(session: Session) -> None:
    """Bring what connections that are gone have counted into one row each: no count changes by it."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_FOLD)
