"""What pydantic refused, as people are told of it."""

from __future__ import annotations

from pydantic import ValidationError

from bot.datafile import plain
from campaigns.said import Said, WrongValue


def wrong_in(error: ValidationError) -> Said:
    """What is wrong first with what pydantic refused, without its own words around it."""
    first = error.errors(include_url=False, include_input=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, WrongValue):
        return cause.said
    return Said(plain(first["msg"]))
