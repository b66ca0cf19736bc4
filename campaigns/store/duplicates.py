"""Records that look like one person. A suggestion for people: nothing is merged by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from campaigns.store.models import Customer, PhoneNumber, SharedHistory
from campaigns.store.people import keys_of

ID_HASH = "id_hash"
BIRTH = "birth_date"
"""Attributes that a mapping may give: a hash of the whole ID document, and the date of birth."""

WEIGHTS = {"id_hash": 8, "number": 3, "name_and_birth": 3, "name_and_id_tail": 2}
"""How much each likeness says; a house rule. People look at every pair in any case."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two records, by the lender's keys, and what is the same in both."""

    one: str
    other: str
    same: tuple[str, ...]

    @property
    def weight(self) -> int:
        return sum(WEIGHTS[each] for each in self.same)


def duplicates(session: Session, limit: int | None = None, at_least: int = 3) -> list[Likeness]:
    """Pairs of records that may be one person and are not yet, the likeliest first. Generated people are
    never like anybody.
    """
    found: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for what, one, other in (*_by_identity(session), *_by_number(session)):
        found[min(one, other), max(one, other)].add(what)
    linked = {
        (row[0], row[1])
        for row in session.execute(
            select(SharedHistory.customer_id, SharedHistory.other_id).where(SharedHistory.until.is_(None))
        )
    }
    pairs = [pair for pair in found if pair not in linked]
    keys = keys_of(session, {id_ for pair in pairs for id_ in pair})
    likely = [
        Likeness(keys[one], keys[other], tuple(each for each in WEIGHTS if each in found[one, other]))
        for one, other in pairs
    ]
    likely = [each for each in likely if each.weight >= at_least]
    return sorted(likely, key=lambda each: (-each.weight, each.one, each.other))[:limit]


def _by_identity(session: Session) -> Iterator[tuple[str, int, int]]:
    """Pairs with the same hash of the ID document, or the same name with birth or the ID's last digits."""
    groups: defaultdict[tuple[str, Any, Any], list[int]] = defaultdict(list)
    rows = session.execute(
        select(Customer.id, Customer.name, Customer.id_tail, Customer.attributes)
        .where(Customer.generated.is_(False))
        .execution_options(yield_per=10_000)
    )
    for customer_id, name, id_tail, attributes in rows:
        if attributes.get(ID_HASH):
            groups["id_hash", attributes[ID_HASH], None].append(customer_id)
        if attributes.get(BIRTH):
            groups["name_and_birth", name, attributes[BIRTH]].append(customer_id)
        if id_tail:
            groups["name_and_id_tail", name, id_tail].append(customer_id)
    for (what, _, _), members in groups.items():
        # The first of a group with each other one: a group of n is n - 1 merges.
        yield from ((what, members[0], other) for other in members[1:])


def _by_number(session: Session) -> Iterator[tuple[str, int, int]]:
    """Pairs whose own number is the same."""
    one, other = aliased(PhoneNumber), aliased(PhoneNumber)
    rows = session.execute(
        select(one.customer_id, other.customer_id)
        .join(other, (other.e164 == one.e164) & (other.customer_id > one.customer_id))
        .where(
            one.relation == "self",
            other.relation == "self",
            one.generated.is_(False),
            one.purged_at.is_(None),
            other.purged_at.is_(None),
        )
    )
    for first, second in rows:
        yield "number", first, second
