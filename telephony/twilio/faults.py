"""Twilio's error codes as data: what each means for a dial, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from telephony.datafile import load_model
from telephony.errors import Trouble
from telephony.status import HangupCause, NumberStatus
from telephony.wording import worded

FILE = Path(__file__).with_name("faults.yml")


class Kind(StrEnum):
    """Whom a fault concerns."""

    LATER = "later"
    NUMBER = "number"
    TRUNK = "trunk"
    SETUP = "setup"


_TROUBLES: Final = {
    Kind.LATER: Trouble.BUSY,
    Kind.NUMBER: Trouble.ROUTE,
    Kind.TRUNK: Trouble.ROUTE,
    Kind.SETUP: Trouble.SETUP,
}


class Fault(BaseModel):
    """One error code. ``cause`` and ``status`` are set where the number is concerned."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    says: str = Field(min_length=10)
    cause: HangupCause | None = None
    status: NumberStatus | None = None

    @property
    def trouble(self) -> Trouble:
        """What it is about, for the dialling."""
        return _TROUBLES[self.kind]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind is Kind.NUMBER) != (self.cause is not None):
            raise ValueError("a cause belongs to the kind `number`, which needs one")
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
    says = worded("twilio_refused") if code is None else worded("twilio_unknown", code=code)
    return Fault(kind=Kind.TRUNK, says=says)
