"""The part of a rule pack that says what a stop word or a disposition means after the call."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool, StringConstraints

from campaigns.compliance.limits import Count, Section
from campaigns.compliance.reasons import SUPPRESSIONS, Reason

Code = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z_]{0,31}$")
]  # 32: the width of the store's columns


def _bars_calls(reason: Reason) -> Reason:
    if reason not in SUPPRESSIONS:
        raise ValueError(
            f"{reason} is no reason for a suppression; those are {', '.join(sorted(SUPPRESSIONS))}"
        )
    return reason


SuppressionReason = Annotated[Reason, AfterValidator(_bars_calls)]


class Bar(Section):
    """No automated calls: to the customer, to the number, or (freeze) until a person takes the case up.

    ``hours`` None means until a person lifts it.
    """

    do: Literal["suppress_customer", "suppress_number", "freeze"]
    reason: SuppressionReason
    hours: Count | None = None


class OpenCase(Section):
    """Something that a person must do."""

    do: Literal["human_case"]
    reason: Code
    urgent: StrictBool = False


Act = Annotated[Bar | OpenCase, Field(discriminator="do")]


class Together(Section):
    """What a disposition and a stop word mean together, beyond what each means alone."""

    disposition: Code
    stop_word: Code
    act: tuple[Act, ...]


class Aftermath(Section):
    """``unknown_stop_word`` acts for an id that is not listed; a disposition not listed means nothing."""

    stop_words: dict[Code, tuple[Act, ...]]
    unknown_stop_word: tuple[Act, ...] = Field(min_length=1)
    dispositions: dict[Code, tuple[Act, ...]]
    together: tuple[Together, ...] = ()
