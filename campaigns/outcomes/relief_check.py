"""The daily look at accepted relief, after that at promises: booked, lapsed, or put right.

Running it again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from campaigns.outcomes.relief import ReliefRules, entries_for, stand
from campaigns.outcomes.standing import PromiseRules
from campaigns.store.database import Database, Session
from campaigns.store.outcomes import open_follow_up
from campaigns.store.relief import Accepted, accepted_offers, write_entries

CHUNK = 500
FOR_PEOPLE = "relief_check"
"""Why a person is asked: a relief was earned that may not be booked without them."""


@dataclass(frozen=True, slots=True)
class ReliefCheck:
    """What one check found. ``written``: entries by kind; ``amount``: booked less reversed, by currency."""

    looked_at: int
    pending: int
    for_people: int
    written: Counter[str]
    amount: Counter[str]


def check_relief(
    database: Database,
    today: date,
    at: datetime,
    zone: tzinfo,
    promise_rules: PromiseRules,
    rules: ReliefRules,
) -> ReliefCheck:
    """Look at every accepted offer that is not booked as of the start of ``today``. Raises StoreError."""
    counts: Counter[str] = Counter()
    written: Counter[str] = Counter()
    amount: Counter[str] = Counter()
    last = 0
    while True:
        with database.transaction() as session:
            chunk = accepted_offers(session, zone, after_id=last, limit=CHUNK)
            for accepted in chunk:
                standing = stand(
                    accepted.offer,
                    accepted.promises,
                    accepted.ledger,
                    today,
                    rules,
                    grace_days=promise_rules.grace_days,
                )
                entries = entries_for(standing, accepted.in_force, accepted.offer)
                write_entries(session, accepted, entries, today, at)
                for entry in entries:
                    written[entry.kind] += 1
                    amount[accepted.currency] += entry.amount
                counts[standing.state] += 1
                if standing.for_people:
                    counts["for_people"] += 1
                    _ask(session, accepted, at)
        if not chunk:
            break
        last = chunk[-1].offer.id
    looked_at = counts.total() - counts["for_people"]
    return ReliefCheck(looked_at, counts["pending"], counts["for_people"], written, amount)


def _ask(session: Session, accepted: Accepted, at: datetime) -> None:
    latest = accepted.promises[-1]
    open_follow_up(session, latest.customer_id, FOR_PEOPLE, at, call_id=latest.call_id)
