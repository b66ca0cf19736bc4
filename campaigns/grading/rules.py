"""Grading rules as data: strong rules, weak rules, a scorecard and cut-offs.

**Points** are risk: more is worse. A customer's points are the sum over the weak rules that fire and the bins
of the scorecard; the cut-offs turn them into a letter, A (least risk) to D.

**Strong rules** act with one hit, whatever the points:

1. If rules marked ``final`` fire, the first of them in the file decides alone.
2. Otherwise the worst ``grade`` among the rules that fire replaces the letter of the points.
3. Then ``at_least`` rules that fire worsen the letter to theirs; they never improve it.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from campaigns.grading.features import Kind
from campaigns.grading.life_cycle import FEATURES_OF, Stage

Grade: TypeAlias = Literal["A", "B", "C", "D"]
MOST_FADING: Final = 100  # each step of points is a branch of the query
GRADES: Final[tuple[Grade, ...]] = ("A", "B", "C", "D")

Identifier: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=48)]
Points: TypeAlias = Annotated[int, Field(ge=-10_000, le=10_000)]


class _Part(BaseModel):
    # Strict: a decimal, a quoted number or a yes/no among the points is a mistake, not something to convert.
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Outcome(StrEnum):
    """What follows before and during a loan, from the mildest. Codes are on record."""

    NONE = "none"
    WATCH = "watch"  # the account is looked at more often
    REVIEW = "review"  # a person looks at it
    REFER = "refer"  # a person decides; nothing goes on without one
    DECLINE = "decline"  # no credit, no more of it; a person tells the reasons to who asks


class StrongRule(_Part):
    """One hit sets the grade (``grade``), or the best grade still possible (``at_least``).

    Before and during a loan it names its ``outcome``.
    """

    id: Identifier
    when: str
    grade: Grade | None = None
    at_least: Grade | None = None
    final: bool = False
    outcome: Outcome | None = Field(default=None, strict=False)

    @model_validator(mode="after")
    def _one_effect(self) -> Self:
        if (self.grade is None) == (self.at_least is None):
            raise ValueError("a strong rule has either 'grade' or 'at_least'")
        if self.final and self.grade is None:
            raise ValueError("only a rule with 'grade' can be final")
        return self

    @model_serializer(mode="wrap")
    def _as_before(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without ``outcome`` where there is none, as ``WeakRule`` without ``fades``."""
        content: dict[str, Any] = handler(self)
        if self.outcome is None:
            del content["outcome"]
        return content


class Fading(_Part):
    """Points shrink evenly with the age that the fact ``by`` tells, to nothing at ``over`` days.

    Rounded towards zero. An unknown age counts as no hit.
    """

    by: str
    over: int = Field(ge=1, le=3650)


class WeakRule(_Part):
    """A hit adds ``points``; negative ones speak for the customer. With ``fades`` they shrink with age."""

    id: Identifier
    when: str
    points: Points
    fades: Fading | None = None

    @field_validator("points")
    @classmethod
    def _some(cls, points: int) -> int:
        if points == 0:
            raise ValueError("a weak rule with 0 points changes nothing")
        return points

    @model_validator(mode="after")
    def _few_steps(self) -> Self:
        if self.fades is not None and abs(self.points) > MOST_FADING:
            raise ValueError(f"points that fade are at most {MOST_FADING}")
        return self

    @model_serializer(mode="wrap")
    def _as_before(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without ``fades`` where there is none: the label of a file from before there was any stays."""
        content: dict[str, Any] = handler(self)
        if self.fades is None:
            del content["fades"]
        return content


class Bin(_Part):
    """The whole numbers ``from``..``to``, both included; the first has no ``from``, the last no ``to``."""

    start: int | None = Field(default=None, alias="from")
    end: int | None = Field(default=None, alias="to")
    points: Points


class Characteristic(_Part):
    """A feature cut into bins without a gap; ``missing`` are the points of those for whom it is unknown."""

    id: Identifier
    of: str
    bins: tuple[Bin, ...] = Field(strict=False, min_length=2)
    missing: Points


class CutOffs(_Part):
    """The most points with which a customer is still an A, a B, a C; whoever has more is a D."""

    A: int
    B: int
    C: int


class Thresholds(_Part):
    """Points from which a customer is watched, and from which a person is asked to look."""

    watch: int
    review: int

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.review < self.watch:
            raise ValueError("review takes at least as many points as watch")
        return self


class GradingRules(_Part):
    """A rule file as read. ``rulefile.load_rules`` also makes sure that its parts fit together."""

    version: str = Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=48)
    life_cycle: Stage = Field(default=Stage.AFTER, strict=False)
    attributes: tuple[Identifier, ...] = Field(default=(), strict=False)
    strong: tuple[StrongRule, ...] = Field(default=(), strict=False)
    weak: tuple[WeakRule, ...] = Field(default=(), strict=False)
    scorecard: tuple[Characteristic, ...] = Field(default=(), strict=False)
    cutoffs: CutOffs
    outcomes: Thresholds | None = None  # only before and during a loan; None: points have none

    @model_serializer(mode="wrap")
    def _as_before(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what a file for collection lacks: the label of one from before there were stages stays."""
        content: dict[str, Any] = handler(self)
        if self.life_cycle is Stage.AFTER:
            del content["life_cycle"]
        if self.outcomes is None:
            del content["outcomes"]
        return content

    @property
    def conditional(self) -> tuple[StrongRule | WeakRule, ...]:
        """The rules that have a condition, in the order in which reasons are given."""
        return (*self.strong, *self.weak)

    @property
    def features(self) -> dict[str, Kind]:
        """What conditions and characteristics may name."""
        return {**FEATURES_OF[self.life_cycle], **dict.fromkeys(self.attributes, Kind.INTEGER)}

    @property
    def label(self) -> str:
        """The version and a digest of the content: an edit under an old version still shows in the record."""
        digest = hashlib.sha256(self.model_dump_json().encode()).hexdigest()
        return f"{self.version}+{digest[:8]}"
