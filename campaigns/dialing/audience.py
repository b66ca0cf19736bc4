"""Who belongs to a campaign, as a filter value."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from campaigns.errors import ConflictError

LETTERS = "ABCD"


@dataclass(frozen=True, slots=True)
class Audience:
    """A filter over customers' worst account. Days past due are inclusive; None leaves an end open.

    ``tags``: a customer has all of them; ``without_tags``: none of these.
    ``dormant_days`` turns it into one over customers who owe nothing, not heard of for at least so long.
    """

    grades: tuple[str, ...] = ()  # empty: every grade, and ungraded customers too
    min_days_past_due: int | None = None
    max_days_past_due: int | None = None
    min_amount_due: int = 1  # minor units
    limit: int | None = None  # the first so many, longest overdue first
    broken_promises: bool = False  # only accounts whose latest promise is broken and not made good since
    dormant_days: int | None = None
    tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    treatment: str | None = None  # only who is planned for it and due to be contacted
    list_id: int | None = None  # only who is on this list of keys (campaigns.store.audience_lists)

    def __post_init__(self) -> None:
        wrong = [letter for letter in self.grades if letter not in LETTERS or len(letter) != 1]
        if wrong:
            raise ConflictError("there is no grade %(grade)r; grades are A, B, C and D", grade=wrong[0])
        both = sorted(set(self.tags) & set(self.without_tags))
        if both:
            raise ConflictError("nobody has the tag %(tag)r and does not have it", tag=both[0])
        low, high = self.min_days_past_due, self.max_days_past_due
        if low is not None and high is not None and low > high:
            raise ConflictError(
                "no account is at least %(low)s and at most %(high)s days past due", low=low, high=high
            )
        if self.limit is not None and self.limit < 1:
            raise ConflictError("a limit is at least 1")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)
