"""Regular expressions out of data files."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.errors import DataFileError


def compiled(pattern: str, file: str, key: str) -> re.Pattern[str]:
    """The regular expression, or a DataFileError that says where it is wrong."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise DataFileError(file, f"not a regular expression: {error}", key=key) from error


def alternatives(words: Iterable[str]) -> str:
    """A group that matches one of ``words``, the longest that fits."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"
