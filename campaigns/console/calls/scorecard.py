"""The scorecard by which the quality of a call is judged: data, in ``scorecard.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.datafile import load_model
from campaigns.compliance.reasons import Words
from campaigns.errors import ConflictError
from campaigns.store.console.reviews import Judgement

SHIPPED: Final = Path(__file__).with_name("scorecard.yaml")


class Answer(StrEnum):
    """How far a criterion was met."""

    MET = "met"
    PARTLY = "partly"
    MISSED = "missed"
    NOT_APPLICABLE = "not_applicable"


SHARE: Final = {Answer.MET: 1.0, Answer.PARTLY: 0.5, Answer.MISSED: 0.0}
RESERVED: Final = frozenset({"note", "csrf"})  # fields of the form
LEFT_OUT: Final = -1
"""What is kept in the place of points for a criterion that does not apply."""


class Criterion(BaseModel):
    """One thing that is judged. ``asks`` is the question to whoever judges."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    points: int = Field(gt=0, le=100, multiple_of=5)
    words: Words
    asks: Words
    required: bool = False


class Scorecard(BaseModel):
    """All that is judged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")
    version: int = Field(ge=1, le=9999)
    criteria: tuple[Criterion, ...] = Field(min_length=1, max_length=40)

    @field_validator("criteria")
    @classmethod
    def _codes_of_ours(cls, value: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
        for criterion in value:
            if criterion.code in RESERVED:
                raise ValueError(f"{criterion.code!r} is no code for a criterion")
        return value

    @model_validator(mode="after")
    def _each_once(self) -> Scorecard:
        codes = [criterion.code for criterion in self.criteria]
        if len(set(codes)) < len(codes):
            raise ValueError("a criterion stands twice")
        return self

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}"

    def judge(self, answers: Mapping[str, str], note: str = "") -> Judgement:
        """The judgement of a call: the points reached of those that could be, in hundredths.

        Raises ConflictError when a criterion is not answered, or none applies.
        """
        points: dict[str, int] = {}
        reached = possible = 0.0
        failed = False
        for criterion in self.criteria:
            given = answers.get(criterion.code, "")
            if given not in list(Answer):
                raise ConflictError("answer every line of the scorecard")
            answer = Answer(given)
            if answer is Answer.NOT_APPLICABLE:
                points[criterion.code] = LEFT_OUT
                continue
            earned = criterion.points * SHARE[answer]
            points[criterion.code] = round(earned * 10)
            reached, possible = reached + earned, possible + criterion.points
            failed = failed or (criterion.required and answer is Answer.MISSED)
        if not possible:
            raise ConflictError("at least one line of the scorecard must apply")
        return Judgement(self.label, points, round(100 * reached / possible), failed, note)

    def answers(self, points: Mapping[str, int]) -> dict[str, str]:
        """What was answered, from the points on record; of another version only what still fits."""
        found: dict[str, str] = {}
        for criterion in self.criteria:
            kept = points.get(criterion.code)
            if kept == LEFT_OUT:
                found[criterion.code] = Answer.NOT_APPLICABLE
            for answer, share in SHARE.items():
                if kept == round(criterion.points * share * 10):
                    found[criterion.code] = answer
        return found


@cache
def shipped_scorecard() -> Scorecard:
    """Raises DataFileError."""
    return load_model(SHIPPED, Scorecard)


def open_scorecard(path: Path | None) -> Scorecard:
    """The installation's own, by default the shipped one. Raises DataFileError with file, line and key."""
    return shipped_scorecard() if path is None else load_model(path, Scorecard)
