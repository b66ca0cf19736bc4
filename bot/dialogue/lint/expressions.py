"""The regular expressions of a language's files: none may go on for ever, whatever a customer says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from bot.datafile import lines_of, read_yaml
from bot.dialogue.lint.finding import Finding, Severity
from bot.dialogue.lint.patience import goes_on_for_ever
from bot.dialogue.lint.places import shown
from bot.errors import DataFileError
from bot.patterns import WrongPattern, pattern_of

Location = tuple[str | int, ...]

ANY: Final = "*"
EXPRESSIONS: Final[dict[str, tuple[Location, ...]]] = {
    "understanding.yml": (
        ("hesitations", "anywhere", ANY), ("hesitations", "start", ANY), ("clauses", "connectives", ANY),
        ("rules", ANY, "has", ANY), ("rules", ANY, "shape", ANY), ("vetoes", ANY, "when", ANY),
    ),
    "stop_words.yml": (("rules", ANY, "except", ANY), ("rules", ANY, "unless", ANY)),
    "dates.yml": (("between",), ("deadline",), ("vague", ANY, ANY), ("patterns", ANY, "pattern")),
    "amounts.yml": (("except", ANY), ("keywords", ANY, ANY), ("shares", ANY)),
    "reading.yml": (
        ("speakable",), ("counting", ANY, "pattern"), ("rewrite", ANY, "pattern"), ("rules", ANY, "pattern"),
    ),
    "pronunciation.yml": (
        ("name_before",), ("contexts", ANY, "before"), ("espeak", "spelling", ANY, "pattern"),
    ),
    "lexicons/debt.yml": (("patterns", ANY),),
    "lexicons/threats.yml": (("patterns", ANY),),
}  # fmt: skip
"""Where expressions stand in each file."""

_NAME: Final = re.compile(r"(?<!\{)\{[a-z_]+\}(?!\})")
_FILLED: Final = ("dates.yml", "amounts.yml")
_NUMBER: Final = "(?:[一二三]|[0-9])"  # stands for the words that are put in the place of a name


def endless(language_dir: Path) -> Iterator[Finding]:
    """Expressions that would hold up a call; a file that cannot be read is told of elsewhere."""
    for name, locations in EXPRESSIONS.items():
        path = language_dir / name
        try:
            content, line = read_yaml(path), lines_of(path)
        except DataFileError:
            continue
        for wanted in locations:
            for location, source in _at(content, wanted):
                found = _endless(_plain(source) if name in _FILLED else source)
                if found is not None:
                    yield Finding(
                        "endless-expression",
                        Severity.ERROR,
                        "",
                        shown(path),
                        line(*location),
                        f"{'.'.join(map(str, location))}: where {found!r} goes on and on, looking for this "
                        "regular expression does too",
                        "Let no two choices of what it repeats begin alike: "
                        "(?:就|是)* in place of (?:就是|就|是)*.",
                    )


def _endless(source: str) -> str | None:
    try:
        pattern_of(source)
    except WrongPattern:  # told by who loads it
        return None
    return goes_on_for_ever(source)


def _plain(source: str) -> str:
    return _NAME.sub(_NUMBER, source).replace("{{", "{").replace("}}", "}")


def _at(content: Any, wanted: Location) -> Iterator[tuple[Location, str]]:
    """All texts at this location; ANY stands for every key or place."""
    if not wanted:
        if isinstance(content, str):
            yield (), content
        return
    first, *rest = wanted
    if isinstance(content, dict):
        keys: list[Any] = list(content) if first == ANY else [first] if first in content else []
    else:
        keys = list(range(len(content))) if isinstance(content, list) and first == ANY else []
    for key in keys:
        for location, source in _at(content[key], tuple(rest)):
            yield (key, *location), source
