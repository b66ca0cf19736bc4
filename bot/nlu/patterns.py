"""Regular expressions out of data files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from string import Formatter

from bot.errors import DataFileError
from bot.patterns import Pattern, WrongPattern, pattern_of


def compiled(pattern: str, file: str, key: str) -> Pattern:
    """The regular expression, or a DataFileError that says where it is wrong."""
    try:
        return pattern_of(pattern)
    except WrongPattern as error:
        raise DataFileError(file, str(error), key=key) from error


def filled(pattern: str, names: Mapping[str, str]) -> str:
    """``pattern`` with each ``{name}`` put in its place, and nothing else done. Raises ValueError."""
    parts = []
    for text, name, how, conversion in Formatter().parse(pattern):
        parts.append(text)
        if name is None:
            continue
        if name not in names or how or conversion:
            raise ValueError(f"there is no {{{name}}} here; there are: {', '.join(sorted(names))}")
        parts.append(names[name])
    return "".join(parts)


def alternatives(words: Iterable[str]) -> str:
    """A group that matches one of ``words``, the longest that fits."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"
