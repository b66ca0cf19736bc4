"""How long records are kept: never less than the floor, and not a day longer than the house says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from pydantic import Field

from campaigns.compliance.limits import AtLeast, Section

Kept = Literal["recordings", "transcripts", "decisions"]
KEPT: tuple[Kept, ...] = ("recordings", "transcripts", "decisions")

Written = Literal["messages", "texts", "notes"]
WRITTEN: tuple[Written, ...] = ("messages", "texts", "notes")
"""What was written is kept as long as what was said: words of messages to customers, of texts from them, and
of notes that people made of their work.
"""


def rule_of(kind: Kept | Written) -> Kept:
    """The kind whose days hold."""
    return "transcripts" if kind in WRITTEN else kind  # type: ignore[return-value]


class Days(AtLeast):
    """Days to keep something: ``hard`` is the floor. ``after`` the event itself, or the last activity on
    the debt.
    """

    after: Literal["event", "last_activity"] = "event"


class Floors(Section):
    """Other days for one product."""

    recordings: Days | None = None
    transcripts: Days | None = None
    decisions: Days | None = None


class Retention(Section):
    """Days to keep what is recorded; deleted after, except under a legal hold. ``products``: by their
    codes.
    """

    recordings: Days
    transcripts: Days
    decisions: Days
    products: dict[str, Floors] = Field(default_factory=dict)

    def rules(self, kind: Kept, products: Collection[str]) -> tuple[Days, ...]:
        """All that hold for a customer with accounts of these products; the longest wins.

        A product without days of its own has the general ones, as has a customer without an account.
        """
        general: Days = getattr(self, kind)
        own = [getattr(self.products.get(product, Floors()), kind) or general for product in products]
        return tuple(own) or (general,)

    def least(self, kind: Kept) -> int:
        """The days that nothing but a rule of its product goes below."""
        general: Days = getattr(self, kind)
        return general.hard or 0

    def lasting(self, days: Mapping[Kept, int]) -> Retention:
        """With what the house has set for some kinds, for every product, and nothing below a floor."""
        products = {
            name: floors.model_copy(
                update={
                    kind: _lasting(rule, most)
                    for kind, most in days.items()
                    if (rule := getattr(floors, kind))
                }
            )
            for name, floors in self.products.items()
        }
        general: dict[str, Any] = {kind: _lasting(getattr(self, kind), most) for kind, most in days.items()}
        return self.model_copy(update=general | {"products": products})


def _lasting(rule: Days, days: int) -> Days:
    return rule.model_copy(update={"default": max(days, rule.hard or 0)})
