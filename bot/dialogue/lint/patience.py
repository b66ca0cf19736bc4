"""Whether a regular expression can take for ever: it is tried on repetitions of what it is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import regex

TRIED_S: Final = 0.25
"""What cannot take for ever takes microseconds; it is tried twice, for the machine may be busy elsewhere."""
_TRIED_ON: Final = 120  # characters
_REPEATED_GROUP: Final = re.compile(r"\)(?:[*+]|\{\d*,\d*\})")
_REPEATED: Final = re.compile(r"[*+]|\{\d*,\}|\{\d*,\d\d+\}")
_OFTEN: Final = re.compile(r"[*+]|\{\d*,\d*\}")
_ATOM: Final = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_PARTS: Final = re.compile(r"\\[dwsDWS]|[^\W_]+|[^\w\s]")
_STANDS_FOR: Final = {"\\d": "1", "\\w": "a", "\\s": " ", "\\D": "a", "\\W": "-", "\\S": "a", ".": "的"}
_NEVER: Final = "\N{REPLACEMENT CHARACTER}"


def goes_on_for_ever(source: str) -> str | None:
    """What goes on and on in a text on which ``source``, an expression, does so too; None: none was found."""
    if (found := _tried(_hard_texts(source), source)) is not None:
        return found
    for group, repeated in _repeated_groups(source):
        if (found := _tried(_hard_texts(group, repeated), repeated)) is not None:
            return found
    return None


def _tried(texts: Iterable[tuple[str, str]], source: str) -> str | None:
    try:
        compiled = regex.compile(source, regex.VERSION0)
    except regex.error:  # a part that speaks of a group elsewhere; asked with the whole
        return None
    return next((part for part, text in texts if _is_late(compiled, text) and _is_late(compiled, text)), None)


def _is_late(compiled: regex.Pattern[str], text: str) -> bool:
    try:
        compiled.search(text, timeout=TRIED_S)
    except TimeoutError:
        return True
    return False


def _hard_texts(source: str, after: str = "") -> Iterator[tuple[str, str]]:
    """Parts of an expression, and texts on which it goes on if it can: they repeated, and what fits nothing.

    None where nothing in it is repeated in a way that can multiply.
    """
    if not _REPEATED_GROUP.search(source) and len(_REPEATED.findall(source)) < 3:
        return
    parts = {_STANDS_FOR.get(part, part) for part in _PARTS.findall(source)}
    # The engine gives up at once where a word that must be there is nowhere in the text.
    end = _NEVER + "".join(_PARTS.findall(source + after))
    parts |= {character for part in parts for character in part}
    for part in sorted(parts):
        yield part, (part * (_TRIED_ON // len(part) + 1))[:_TRIED_ON] + end


def _repeated_groups(source: str) -> Iterator[tuple[str, str]]:
    """Each group that is repeated, with how often; and the same with what must follow it.

    What stands before it may never be on a text of ``_hard_texts``.
    """
    opened: list[int] = []
    at, classes = 0, _classes(source)
    while at < len(source):
        if at in classes:
            at = classes[at]
            continue
        if source[at] == "(":
            opened.append(at)
        elif source[at] == ")" and opened:
            start, often = opened.pop(), _OFTEN.match(source, at + 1)
            if often is None:
                at += 1
                continue
            end = _end_of_choice(source, often.end(), classes)
            if end > often.end():
                yield source[start : often.end()], source[start:end]
        at += 1


def _end_of_choice(source: str, at: int, classes: dict[int, int]) -> int:
    """Where the choice around this place ends."""
    depth = 0
    while at < len(source):
        if at in classes:
            at = classes[at]
            continue
        if depth == 0 and source[at] in "|)":
            return at
        depth += (source[at] == "(") - (source[at] == ")")
        at += 1
    return at


def _classes(source: str) -> dict[int, int]:
    """Where escapes and sets of characters begin, and where what follows them does."""
    return {found.start(): found.end() for found in _ATOM.finditer(source)}
