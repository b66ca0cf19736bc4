"""What a report can be broken down by."""

from __future__ import annotations

from enum import StrEnum

from campaigns.errors import NotFoundError


class Dimension(StrEnum):
    """What a report can be broken down by; members, dials and decisions have their own."""

    CAMPAIGN = "campaign"
    GRADE = "grade"
    TREATMENT = "treatment"
    ARM = "arm"
    SCRIPT = "script"
    HOUR = "hour"
    LINE = "line"
    CALLER = "caller"
    REASON = "reason"


OF_MEMBERS = (Dimension.CAMPAIGN, Dimension.GRADE, Dimension.TREATMENT, Dimension.ARM)
OF_DIALS = (Dimension.SCRIPT, Dimension.HOUR, Dimension.LINE, Dimension.CALLER)
USUAL = tuple(Dimension)


def parse_dimensions(text: str) -> tuple[Dimension, ...]:
    """``grade,hour`` as values; empty: all. Raises NotFoundError, naming those that there are."""
    names = [part.strip() for part in text.split(",") if part.strip()]
    wrong = [name for name in names if name not in set(Dimension)]
    if wrong:
        raise NotFoundError(
            "a report is not by %(wrong)r; it can be by %(known)s",
            wrong=wrong[0],
            known=", ".join(Dimension),
        )
    return tuple(dict.fromkeys(Dimension(name) for name in names)) or USUAL
