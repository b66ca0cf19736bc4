"""When to call again after a dial, as a value. Only the wish: compliance has the last word on every call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import line_of, load_model
from bot.errors import DataFileError
from campaigns.outcomes.dispositions import Code, Dispositions, shipped_dispositions

SHIPPED = Path(__file__).with_name("retry.yaml")


class StopReason(StrEnum):
    """Why a customer is not tried again in this campaign."""

    FINAL = "final"  # the disposition settles it
    TRIES_EXHAUSTED = "tries_exhausted"


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again, not before ``at`` (aware)."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Stop:
    """No more tries in this campaign."""

    reason: StopReason


NextTry = Retry | Stop


class RetryClass(BaseModel):
    """One way to try again; the shipped file says what each key means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after_min: tuple[Annotated[int, Field(ge=1, le=60 * 24 * 30)], ...] = Field(min_length=1)
    max_tries: int = Field(ge=1, le=50)
    at_asked_time: bool = False
    at_best_hour: bool = False


class RetryChange(BaseModel):
    """What a campaign sets of a class for itself; None leaves a key as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after_min: tuple[Annotated[int, Field(ge=1, le=60 * 24 * 30)], ...] | None = Field(
        default=None, min_length=1
    )
    max_tries: int | None = Field(default=None, ge=1, le=50)
    at_best_hour: bool | None = None


class _RetryFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    classes: dict[Code, RetryClass] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The retry classes and the dispositions that name them."""

    classes: dict[str, RetryClass]
    dispositions: Dispositions

    def changed(self, changes: Mapping[str, Any]) -> RetryPolicy:
        """The policy with a campaign's own changes, ``RetryChange`` by class. Raises ValueError."""
        classes = dict(self.classes)
        for name, change in changes.items():
            if name not in classes:
                known = ", ".join(sorted(classes))
                raise ValueError(f"there is no class of retries {name!r}; there are: {known}")
            told = RetryChange.model_validate(change).model_dump(exclude_none=True)
            classes[name] = RetryClass.model_validate({**classes[name].model_dump(), **told})
        return RetryPolicy(classes, self.dispositions)

    def goes_to_best_hour(self, disposition: str) -> bool:
        """Whether the next try after such a dial goes to the hour in which the customer answers best."""
        name = self.dispositions[disposition].retry
        return name is not None and self.classes[name].at_best_hour

    def next_try(
        self,
        disposition: str,
        tries_so_far: int,
        ended_at: datetime,
        *,
        callback_at: datetime | None = None,
    ) -> NextTry:
        """What to do after a dial that ended as ``disposition``.

        ``tries_so_far`` counts the dials of this customer in this campaign, the one that just ended included
        and trunk faults too, so that it is 1 or more. ``callback_at`` is the time the customer asked for;
        only a disposition whose class honours it looks at it, and one that has passed already counts as none.
        Raises KeyError for a code that the dispositions file lacks, ValueError for a count below 1.
        """
        if tries_so_far < 1:
            raise ValueError("tries_so_far counts the dial that just ended, so it is at least 1")
        name = self.dispositions[disposition].retry
        if name is None:
            return Stop(StopReason.FINAL)
        policy = self.classes[name]
        if tries_so_far >= policy.max_tries:
            return Stop(StopReason.TRIES_EXHAUSTED)
        if policy.at_asked_time and callback_at is not None and callback_at > ended_at:
            return Retry(callback_at)
        minutes = policy.after_min[min(tries_so_far, len(policy.after_min)) - 1]
        return Retry(ended_at + timedelta(minutes=minutes))


def load_retry_policy(path: Path = SHIPPED, dispositions: Dispositions | None = None) -> RetryPolicy:
    """Read a retry file and check that every disposition finds its class there. Raises DataFileError."""
    dispositions = dispositions or shipped_dispositions()
    classes = load_model(path, _RetryFile).classes
    named = {flags.retry for flags in dispositions.dispositions.values() if flags.retry}
    if missing := sorted(named - classes.keys()):
        raise DataFileError(
            str(path),
            f"dispositions name these classes, which are missing: {', '.join(missing)}",
            key="classes",
        )
    if unused := sorted(classes.keys() - named):
        line = line_of(path, "classes", unused[0])
        raise DataFileError(
            str(path), "no disposition names this class", line=line, key=f"classes.{unused[0]}"
        )
    return RetryPolicy(classes, dispositions)


@cache
def shipped_retry_policy() -> RetryPolicy:
    """The policy that ships, read once."""
    return load_retry_policy()
