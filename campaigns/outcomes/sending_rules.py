"""How text messages are tried, and what lines do not carry, as data."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.datafile import load_model

SHIPPED = Path(__file__).with_name("sending.yaml")

Prefix = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,14}$")]
Minutes = Annotated[int, Field(ge=1, le=10_080)]


class Carries(BaseModel):
    """What messages to a number may hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    links: bool = True
    debt: bool = True


ALL = Carries()


class SendingRules(BaseModel):
    """The file of rules; the shipped one says what each key means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    retry_after_min: tuple[Minutes, ...]
    stale_after_h: int = Field(ge=1, le=720)
    unsure_after_min: int = Field(ge=2, le=1440)
    link_days_after_due: int = Field(ge=0, le=90)
    lines: dict[str, dict[Prefix, Carries]] = Field(default_factory=dict)

    def carries(self, line: str, e164: str) -> Carries:
        """What the line takes to the number."""
        fitting = [prefix for prefix in self.lines.get(line, ()) if e164.startswith(prefix)]
        return self.lines[line][max(fitting, key=len)] if fitting else ALL

    def again_after(self, tries: int) -> timedelta | None:
        """How long to wait after the ``tries``-th try surely failed; None: it was the last."""
        if tries > len(self.retry_after_min):
            return None
        return timedelta(minutes=self.retry_after_min[tries - 1])


def load_sending_rules(path: Path = SHIPPED) -> SendingRules:
    """Read a rules file. Raises DataFileError with file, line and key."""
    return load_model(path, SendingRules)


@cache
def shipped_sending_rules() -> SendingRules:
    """The rules that ship, read once."""
    return load_sending_rules()
