"""Who gets which treatment, for which reasons, and when they are next to hear of us."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from campaigns.customers.treatments.rules import CALLS, Action, Treatments
from campaigns.grading.selection import select


@dataclass(frozen=True, slots=True)
class Planned:
    """One customer's treatment. ``next_contact_on``: today or later; None: no contact is meant.

    ``reasons``: ``fact=value`` of what the treatment asks for, and of a relief who approved it until when.
    """

    customer_id: int
    treatment: str
    next_contact_on: date | None
    reasons: tuple[str, ...]
    check_number: bool = False  # before the call


def plan(facts: pl.DataFrame, rules: Treatments, today: date) -> Iterator[Planned]:
    """Treat every row of ``facts`` (of ``rules.facts``), in the order of ``customer_id``."""
    conditions = rules.conditions
    chosen = select(facts, conditions, rules.facts).to_dicts()
    named = {id_: [name for name in rules.facts if name in conditions[id_].features] for id_ in conditions}
    for fits, row in zip(chosen, facts.sort("customer_id").iter_rows(named=True), strict=True):
        treatment = next(each for each in rules.treatments if fits.get(each.id, True))
        reasons = [f"{name}={_text(row[name])}" for name in named.get(treatment.id, ())]
        if Action.RELIEF_OFFER in treatment.actions:
            until = today + timedelta(days=row["relief_days_left"])
            reasons += [f"approved_by={row['relief_approved_by']}", f"valid_until={until}"]
        every = treatment.days_between(row["grade"])
        if every is not None:
            reasons += [f"every_days={every}", f"days_since_contact={_text(row['days_since_contact'])}"]
        check = bool(CALLS.intersection(treatment.actions)) and row["number_state"] in rules.check_first
        if check:
            reasons.append(f"number_state={row['number_state']}")
        due = _due(today, every, row["days_since_contact"])
        yield Planned(row["customer_id"], treatment.id, due, tuple(dict.fromkeys(reasons)), check)


def _due(today: date, every: int | None, since: int | None) -> date | None:
    if every is None:
        return None
    return today if since is None else today + timedelta(days=max(0, every - since))


def _text(value: int | str | None) -> str:
    return "unknown" if value is None else str(value)
