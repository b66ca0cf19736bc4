"""Joining recognised words: some scripts put spaces between words, and some put none."""

from __future__ import annotations

import re
from collections.abc import Iterable

SPACELESS = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Han and kana, as the inside of a character class."""

UNKNOWN = frozenset({"[unk]", "<unk>", "<UNK>"})
"""How models write what they heard and have no word for."""

_BETWEEN = re.compile(rf"(?<=[{SPACELESS}])\s+(?=[{SPACELESS}])")
_SPACELESS = re.compile(f"[{SPACELESS}]")


def joined(parts: Iterable[str]) -> str:
    """Words or pieces of a text as one text, without what the model has no word for."""
    words = (word for part in parts for word in part.split())
    return _BETWEEN.sub("", " ".join(word for word in words if word not in UNKNOWN))


def is_spaceless(text: str) -> bool:
    """Whether ``text`` holds characters of a script that writes words without spaces."""
    return _SPACELESS.search(text) is not None
