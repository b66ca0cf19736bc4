"""What a call must say, and in which order. The words themselves are the language's, except where the law
has its own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from campaigns.compliance.limits import Section

Item = Literal[
    "caller_name", "institution", "ai_identity", "recording_notice", "identity_check", "mini_miranda",
    "purpose_and_debt", "opt_out", "human_option",
]  # fmt: skip
Words = Annotated[str, Field(min_length=1, max_length=400)]


class RecordingRule(StrEnum):
    """How a call may be recorded, from the freest to the strictest."""

    NOTICE = "notice"
    ASK_AND_STOP_IF_REFUSED = "ask_and_stop_if_refused"


class AiIdentity(Section):
    """The label of a synthetic voice: one word out of each group of ``needs``, at each of the moments."""

    needs: tuple[tuple[Words, ...], ...] = Field(min_length=1)
    at: tuple[Literal["start", "when_asked", "end"], ...] = Field(min_length=1)

    def missing(self, text: str) -> tuple[tuple[str, ...], ...]:
        """The groups of which ``text`` holds no word."""
        said = text.casefold()
        return tuple(group for group in self.needs if not any(word.casefold() in said for word in group))


class IdentityCheck(Section):
    """How the right party is made sure of."""

    max_tries: Annotated[int, Field(strict=True, ge=1, le=3)]
    ask: Literal["partial_only"]
    never_ask: tuple[Literal["otp", "password", "full_id", "full_card"], ...]
    never_read_out: tuple[Literal["debt", "amount", "address", "employer"], ...]


class MiniMiranda(Section):
    """The law's own words: in the first communication with the debtor, and in every later one."""

    first: Words
    later: Words
    after_identity_only: Literal[True]


class Recording(Section):
    """``all_party`` where a region asks for everybody's consent, or may be one that does; else
    ``otherwise``.
    """

    otherwise: RecordingRule
    all_party: RecordingRule

    @model_validator(mode="after")
    def _no_looser(self) -> Self:
        strictness = list(RecordingRule)
        if strictness.index(self.all_party) < strictness.index(self.otherwise):
            raise ValueError("all_party may not be looser than otherwise")
        return self


class Speak(Section):
    """What is said, in this order. Nothing of the debt comes before identity."""

    order: tuple[Item, ...]
    ai_identity: AiIdentity
    debt_terms_before_identity: Literal[False]
    identity_check: IdentityCheck
    mini_miranda: MiniMiranda | None = None
    recording: Recording

    @model_validator(mode="after")
    def _in_lawful_order(self) -> Self:
        place = {item: index for index, item in enumerate(self.order)}
        if len(place) != len(self.order):
            raise ValueError("order names an item twice")
        if missing := {"ai_identity", "identity_check", "purpose_and_debt", "opt_out"} - place.keys():
            raise ValueError(f"order lacks {', '.join(sorted(missing))}")
        if place["ai_identity"] > place["identity_check"]:
            raise ValueError("ai_identity must come before identity_check")
        if place["purpose_and_debt"] < place["identity_check"]:
            raise ValueError("purpose_and_debt must come after identity_check")
        if (self.mini_miranda is not None) != ("mini_miranda" in place):
            raise ValueError("mini_miranda goes with its place in order, and only with it")
        if self.mini_miranda is not None and not (
            place["identity_check"] < place["mini_miranda"] < place["purpose_and_debt"]
        ):
            raise ValueError("mini_miranda must come between identity_check and purpose_and_debt")
        return self
