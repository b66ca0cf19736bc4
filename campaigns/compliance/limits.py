"""The kinds of limit a pack sets, each with what a tenant may make of it.

``hard`` is the law or a line of ours that no setting crosses; ``default`` is house policy within it.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from campaigns.compliance.hours import Hours, HoursField

Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class Section(BaseModel):
    """Base of every part of a pack: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class LooseningError(ValueError):
    """A tenant's setting would loosen what the pack holds fast. ``key`` leads to it."""

    def __init__(self, message: str, *key: str) -> None:
        super().__init__(message)
        self.key = key

    def under(self, *outer: str) -> LooseningError:
        return LooseningError(str(self), *outer, *self.key)


class CountOverride(Section):
    """A tenant's word on an ``AtMost`` or ``AtLeast``."""

    hard: Count | None = None
    default: Count | None = None


class HoursOverride(Section):
    """A tenant's word on a window."""

    hard: HoursField | None = None
    default: HoursField | None = None


class AtMost(Section):
    """No more than ``default``; ``hard`` None means that no rule sets a limit for the house to keep to."""

    hard: Count | None = None
    default: Count

    @model_validator(mode="after")
    def _default_within_hard(self) -> Self:
        if self.hard is not None and self.default > self.hard:
            raise ValueError(f"default {self.default} is looser than hard {self.hard}")
        return self

    def tightened(self, by: CountOverride) -> Self:
        """Raises LooseningError."""
        hard = self.hard if by.hard is None else by.hard
        if self.hard is not None and hard is not None and hard > self.hard:
            raise LooseningError(f"may be lowered only: the rule pack says at most {self.hard}", "hard")
        if by.default is not None and hard is not None and by.default > hard:
            raise LooseningError(f"may not be more than hard, which is {hard}", "default")
        default = self.default if by.default is None else by.default
        return self.model_copy(
            update={"hard": hard, "default": default if hard is None else min(default, hard)}
        )


class AtLeast(Section):
    """No less than ``default``."""

    hard: Count | None = None
    default: Count

    @model_validator(mode="after")
    def _default_within_hard(self) -> Self:
        if self.hard is not None and self.default < self.hard:
            raise ValueError(f"default {self.default} is looser than hard {self.hard}")
        return self

    def tightened(self, by: CountOverride) -> Self:
        """Raises LooseningError."""
        hard = self.hard if by.hard is None else by.hard
        if self.hard is not None and hard is not None and hard < self.hard:
            raise LooseningError(f"may be raised only: the rule pack says at least {self.hard}", "hard")
        if by.default is not None and hard is not None and by.default < hard:
            raise LooseningError(f"may not be less than hard, which is {hard}", "default")
        default = self.default if by.default is None else by.default
        return self.model_copy(
            update={"hard": hard, "default": default if hard is None else max(default, hard)}
        )


class WindowLimit(Section):
    """Hours in which calls may run: ``default`` lies within ``hard``."""

    hard: HoursField
    default: HoursField

    @model_validator(mode="after")
    def _default_within_hard(self) -> Self:
        if not self.default.within(self.hard):
            raise ValueError(f"default {self.default} is looser than hard {self.hard}")
        return self

    def tightened(self, by: HoursOverride) -> Self:
        """Raises LooseningError."""
        hard = by.hard or self.hard
        if not hard.within(self.hard):
            raise LooseningError(f"may be narrowed only: the rule pack says {self.hard}", "hard")
        if by.default is not None and not by.default.within(hard):
            raise LooseningError(f"may not reach outside hard, which is {hard}", "default")
        default: Hours | None = by.default or self.default.overlap(hard)
        if default is None:
            raise LooseningError(f"leaves nothing of the default {self.default}; set default too", "hard")
        return self.model_copy(update={"hard": hard, "default": default})
