"""Text in boxes: how wide it is, and how it is broken into lines."""

from __future__ import annotations

import unicodedata

CELL, BOLD_CELL = 0.56, 0.62
"""Width of a Latin letter, in font sizes; an ideograph takes one."""

_CLOSING = frozenset("，。！？；：、）》」』”’›…,.!?;:)")
"""What no line begins with."""


def width(text: str, size: float, *, bold: bool = False) -> float:
    """In pixels, near enough for laying out."""
    cell = BOLD_CELL if bold else CELL
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else cell for c in text) * size


def shortened(text: str, size: float, most: float) -> str:
    """As much of ``text`` as fits, with an ellipsis where some does not."""
    if width(text, size) <= most:
        return text
    while text and width(text + "…", size) > most:
        text = text[:-1]
    return text + "…"


def wrapped(text: str, size: float, most: float, lines: int) -> list[str]:
    """``text`` in at most ``lines`` lines; words are kept whole, ideographs are not."""
    found: list[str] = []
    line = ""
    for part in _parts(text):
        if line and width((line + part).rstrip(), size) > most:
            if len(found) == lines - 1:
                return [*found, shortened(f"{line}{part}…", size, most)]
            found.append(line.rstrip())
            line = ""
        line += part
    return [*found, shortened(line.rstrip(), size, most)] if line.strip() else found


def _parts(text: str) -> list[str]:
    """Where a line may be broken: after a space and around every ideograph, but not before what closes."""
    parts: list[str] = []
    for char in text:
        before = parts[-1] if parts else " "
        if char not in _CLOSING and (before.endswith(" ") or _is_wide(char) or _is_wide(before[-1])):
            parts.append(char)
        elif parts:
            parts[-1] += char
        else:
            parts.append(char)
    return parts


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
