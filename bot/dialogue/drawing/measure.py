"""Text in boxes: how wide it is, and how it is broken into lines."""

from __future__ import annotations

import unicodedata

CELL = 0.56
"""Width of a Latin letter, in font sizes; an ideograph takes one."""


def width(text: str, size: float) -> float:
    """In pixels, near enough for laying out."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else CELL for c in text) * size


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
        if line and width(line + part, size) > most:
            found.append(line.rstrip())
            line = ""
            if len(found) == lines:
                found[-1] = shortened(found[-1] + part + "…", size, most)
                return found
        line += part
    return [*found, shortened(line, size, most)] if line.strip() else found


def _parts(text: str) -> list[str]:
    """Where a line may be broken: after a space and around every ideograph."""
    parts: list[str] = []
    for char in text:
        wide = unicodedata.east_asian_width(char) in "WF"
        if (
            not parts
            or wide
            or parts[-1].endswith(" ")
            or unicodedata.east_asian_width(parts[-1][-1]) in "WF"
        ):
            parts.append(char)
        else:
            parts[-1] += char
    return parts
