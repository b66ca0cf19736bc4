"""What an export shows of a value: personal data masked unless asked for, health never."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import load_model
from campaigns.outcomes.exports import schema
from telephony.numbers import mask

SHIPPED = Path(__file__).with_name("health.yaml")
WITHHELD = "withheld"


class _Health(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1)
    withheld: frozenset[str]


@cache
def health_codes() -> frozenset[str]:
    """Codes that no export shows."""
    return load_model(SHIPPED, _Health).withheld


def masked_name(name: str) -> str:
    """``王小明`` as ``王**``; ``Ann Lee`` as ``A******``."""
    return name[:1] + "*" * (len(name) - 1)


Show = Callable[[Any], Any]


def shows(fields: Sequence[schema.Field], *, personal: bool) -> tuple[Show, ...]:
    """How each column shows its values, in order."""
    return tuple(_show(field.kind, personal=personal) for field in fields)


def _show(kind: schema.Kind, *, personal: bool) -> Show:
    match kind:
        case schema.Kind.CODE:
            return lambda code: WITHHELD if code in health_codes() else code
        case schema.Kind.NAME if not personal:
            return lambda name: None if name is None else masked_name(name)
        case schema.Kind.NUMBER if not personal:
            return lambda number: None if number is None else mask(number)
        case schema.Kind.WORDS if not personal:
            return lambda _: None
        case schema.Kind.FLAG:
            return lambda flag: None if flag is None else bool(flag)
        case schema.Kind.INTEGER | schema.Kind.MONEY:
            return lambda number: None if number is None else int(number)
        case _:
            return lambda value: value
