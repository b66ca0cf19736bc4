"""Twilio's error codes as data: what each means for a dial, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from telephony.datafile import load_model
from telephony.status import HangupCause, NumberStatus

FILE = Path(__file__).with_name("faults.yml")


class Kind(StrEnum):
    """Whom a fault concerns."""

    LATER = "later"
    NUMBER = "number"
    TRUNK = "trunk"


class Fault(BaseModel):
    """One error code. ``cause`` and ``status`` are set where the number is concerned.

    ``stops_line``: every further call would fail as well, until a person has put it right.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    says: str = Field(min_length=10)
    cause: HangupCause | None = None
    status: NumberStatus | None = None
    stops_line: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind is Kind.NUMBER) != (self.cause is not None):
            raise ValueError("a cause belongs to the kind `number`, which needs one")
        if self.stops_line and self.kind is not Kind.TRUNK:
            raise ValueError("only a fault of the kind `trunk` stops the line")
        return self


class _Faults(RootModel[dict[int, Fault]]):
    pass


def load_faults(path: Path = FILE) -> Mapping[int, Fault]:
    """The faults by code. Raises LineConfigError with file, line and key."""
    return load_model(path, _Faults).root


@cache
def shipped_faults() -> Mapping[int, Fault]:
    """The faults that the product knows."""
    return load_faults()


def fault_of(code: int | None, http_status: int | None = None) -> Fault:
    """What ``code`` means; by the HTTP status where the code says nothing."""
    known = shipped_faults().get(code) if code is not None else None
    if known is not None:
        return known
    if http_status == 429:
        return shipped_faults()[20429]
    if http_status in (401, 403):
        return shipped_faults()[20003]
    where = f"see twilio.com/docs/api/errors/{code}" if code is not None else "see status.twilio.com"
    return Fault(kind=Kind.TRUNK, says=f"Twilio refused the request: {where}")
