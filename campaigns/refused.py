"""What pydantic refused, as people are told of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from bot.datafile import mistakes_in, plain
from bot.errors import DataFileError
from campaigns.mistakes import MISTAKES
from campaigns.said import Said, WrongValue

_BETWEEN = re.compile(r", | or ")


def wrong_in(error: ValidationError) -> Said:
    """What is wrong first with what pydantic refused, without its own words around it."""
    return told_of(mistakes_in(error)[0])


def told_of(mistake: Mapping[str, Any]) -> Said:
    """One of ``ValidationError.errors()``, in words that the catalogues have; else in pydantic's own."""
    context = mistake.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, WrongValue):
        return cause.said
    known = MISTAKES.get(mistake["type"])
    if known is None:
        return Said(plain(mistake["msg"]))
    values = {
        name: _listed(name, value) for name, value in context.items() if f"%({name})s" in known.template
    }
    return Said(known.template, **values)


def told_of_file(error: DataFileError) -> Said:
    """What is wrong with a data file, after its place, which is the same in every language."""
    why = Said(error.message)
    if isinstance(error.__cause__, ValidationError):
        first, *others = mistakes_in(error.__cause__)
        why = told_of(first)
        if others:
            why = Said("%(what)s (and %(count)s more)", what=why, count=len(others))
    return Said("%(where)s: %(why)s", where=error.where, why=why)


def _listed(name: str, value: Any) -> Any:
    """Pydantic writes a list as an English sentence does."""
    return tuple(_BETWEEN.split(value)) if name.startswith("expected") and isinstance(value, str) else value
