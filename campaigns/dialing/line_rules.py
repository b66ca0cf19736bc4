"""How hard a line may be worked, and when it is left alone: an installation's settings for it."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class LineRules(BaseModel):
    """Limits of a line and its caller numbers, over all campaigns and workers.

    The shipped figures are house choices for a trunk of some hundred channels; a carrier tells its own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    calls_per_second: float = Field(default=50.0, gt=0, le=1000)  # new calls, at the most
    floor_calls_per_second: float = Field(default=0.2, gt=0, le=1000)  # however many faults there are
    concurrent_calls: int = Field(default=1000, ge=1, le=100_000)
    caller_calls_per_second: float = Field(default=50.0, gt=0, le=1000)  # of one caller number

    slow_down_to: float = Field(default=0.5, gt=0, lt=1)  # of the present rate, at a fault
    speed_up_by: float = Field(default=0.1, gt=0, le=10)  # calls a second, for each dial without a fault

    faults: int = Field(default=5, ge=1, le=1000)  # within ``fault_window_s`` open the circuit
    fault_share: float = Field(default=0.2, ge=0, le=1)  # ... when they are such a part of the dials
    fault_window_s: int = Field(default=60, ge=1, le=3600)
    first_wait_s: int = Field(default=30, ge=1, le=86_400)  # before an open circuit is probed
    wait_growth: float = Field(default=2.0, ge=1, le=10)  # after each probe that failed
    longest_wait_s: int = Field(default=900, ge=1, le=86_400)
    probe_s: int = Field(default=90, ge=10, le=3600)  # how long the outcome of a probe is waited for

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.floor_calls_per_second > self.calls_per_second:
            raise ValueError("floor_calls_per_second is above calls_per_second")
        if self.first_wait_s > self.longest_wait_s:
            raise ValueError("first_wait_s is above longest_wait_s")
        return self
