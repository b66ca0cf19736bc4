"""Giving customers the tags whose conditions hold, and taking off the others: many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from campaigns.customers.tags.rules import TagRules
from campaigns.grading.selection import select as choose
from campaigns.store.customer_facts import customer_facts
from campaigns.store.database import Database
from campaigns.store.grades import Progress
from campaigns.store.models import CustomerTag
from campaigns.store.priorities import refresh_open_campaigns
from campaigns.store.tags import HELD

BATCH: Final = 5_000  # customers in a transaction


@dataclass(frozen=True, slots=True)
class TaggingReport:
    """What a tagging run found and changed. ``counts``: customers by tag, in the file's order."""

    source: str
    customers: int
    counts: dict[str, int]
    given: int
    taken: int


def tag_portfolio(
    database: Database, rules: TagRules, at: datetime, progress: Progress | None = None
) -> TaggingReport:
    """Give every customer with an account the tags whose conditions hold now, and take off the others.

    A tag that holds on keeps its beginning and its source. Days are counted to that of ``at``, in the zone it
    carries. Written in several transactions: an interrupted run can be run again. Raises StoreError.
    """
    with database.transaction() as session:
        facts = customer_facts(session, at, rules.attributes)
    chosen = choose(facts, rules.conditions, rules.facts)
    counts: Counter[str] = Counter({rule.id: 0 for rule in rules.tags})
    given = taken = done = 0
    for batch in chosen.iter_slices(BATCH):
        wanted = _wanted(batch)
        with database.transaction() as session:
            new, gone = _save(session, wanted, rules.label, at)
        given, taken = given + new, taken + gone
        counts.update(tag for tags in wanted.values() for tag in tags)
        done += len(batch)
        if progress is not None:
            progress(done, len(chosen))
    if given or taken:
        with database.transaction() as session:
            refresh_open_campaigns(session, at.date())
    return TaggingReport(rules.label, len(chosen), dict(counts), given, taken)


def _wanted(batch: pl.DataFrame) -> dict[int, set[str]]:
    _, *tags = batch.columns
    return {
        customer_id: {tag for tag, holds in zip(tags, row, strict=True) if holds}
        for customer_id, *row in batch.iter_rows()
    }


def _save(session: Session, wanted: Mapping[int, set[str]], source: str, at: datetime) -> tuple[int, int]:
    """Bring the tags of these customers to ``wanted``; how many were given and taken off."""
    held = session.execute(
        select(CustomerTag.id, CustomerTag.customer_id, CustomerTag.tag).where(
            HELD, CustomerTag.customer_id.between(min(wanted), max(wanted))
        )
    ).all()
    gone = [row[0] for row in held if row[2] not in wanted.get(row[1], ())]
    for start in range(0, len(gone), BATCH):
        session.execute(
            update(CustomerTag).where(CustomerTag.id.in_(gone[start : start + BATCH])).values(until=at),
            execution_options={"synchronize_session": False},
        )
    there = {(row[1], row[2]) for row in held}
    new = [
        {"customer_id": customer_id, "tag": tag, "source": source, "since": at}
        for customer_id, tags in wanted.items()
        for tag in sorted(tags)
        if (customer_id, tag) not in there
    ]
    if new:
        session.execute(insert(CustomerTag), new)
    return len(new), len(gone)
