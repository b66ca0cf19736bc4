"""What counts against an arm."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import load_model

SHIPPED = Path(__file__).with_name("guardrail.yaml")


class Guardrail(BaseModel):
    """Codes of calls and of bars; the shipped file says why these."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    dispositions: tuple[str, ...]
    suppressions: tuple[str, ...]


@cache
def shipped_guardrail() -> Guardrail:
    """The codes that ship, read once."""
    return load_model(SHIPPED, Guardrail)
