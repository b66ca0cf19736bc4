"""What lines say, by code: said in English, and recognised again by whoever shows it in another language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import RootModel

from telephony.datafile import load_model

FILE: Final = Path(__file__).with_name("wordings.yml")
_PLACE: Final = re.compile(r"%\((\w+)\)([sd])")


class _Wordings(RootModel[dict[str, str]]):
    pass


@dataclass(frozen=True, slots=True)
class Wording:
    """A code of wordings.yml, and what stands in its places."""

    code: str
    values: Mapping[str, str | int]


def worded(wording: str, /, **values: object) -> str:
    """In English. Raises KeyError for a code or a place that there is not."""
    return wordings()[wording] % values


def recognised(text: str) -> Wording | None:
    """What ``text`` was worded from; None: from nothing of ours, or it was cut."""
    for code, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            whole = {name for name, kind in _PLACE.findall(wordings()[code]) if kind == "d"}
            told = found.groupdict()
            return Wording(code, {k: int(v) if k in whole else v for k, v in told.items()})
    return None


@cache
def wordings() -> Mapping[str, str]:
    """English by code. Raises LineConfigError."""
    return load_model(FILE, _Wordings).root


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Those with the most words of their own first: a value may hold what reads like another."""
    by_words = sorted(wordings().items(), key=lambda each: -len(_PLACE.sub("", each[1])))
    return tuple((code, re.compile(_pattern(template), re.DOTALL)) for code, template in by_words)


def _pattern(template: str) -> str:
    pattern, last = "", 0
    for place in _PLACE.finditer(template):
        value = "[0-9]{1,9}" if place[2] == "d" else ".+?"
        pattern += f"{re.escape(template[last : place.start()])}(?P<{place[1]}>{value})"
        last = place.end()
    return pattern + re.escape(template[last:])
