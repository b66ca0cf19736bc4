"""How long records are kept: never less than the floor, and not a day longer than the house says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from pydantic import Field

from campaigns.compliance.limits import AtLeast, Section

Kept = Literal["recordings", "transcripts", "decisions"]
KEPT: tuple[Kept, ...] = ("recordings", "transcripts", "decisions")


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
