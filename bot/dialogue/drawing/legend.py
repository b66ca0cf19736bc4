"""What the colours and shapes of a picture mean."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue.drawing import colours, shapes
from bot.dialogue.drawing.cards import SMALL
from bot.dialogue.drawing.measure import width

_HOW = (
    "A row is a move, tried from the top: what is heard [guard] · what is done, and the step it leads to. "
    "Arrows show the nearest way to a step; every other way is told by name."
)

_ENDS = (("ends in a promise", "promise"), ("ends", "refused"), ("ends with care", "legal"))


def draw_legend(files: Sequence[str], x: float, y: float) -> list[str]:
    """One line of signs, and one of words."""
    samples = [(f"{name}.yml", colours.of_file(name, files), "#ffffff", False) for name in files]
    samples.append(("asks nothing", colours.FAINT, colours.of_kind("passes"), True))
    for words, disposition in _ENDS:
        pair = colours.of_end(disposition)
        samples.append((words, pair.edge, pair.fill, False))
    parts, left = [], x
    for words, edge, fill, dashed in samples:
        parts.append(shapes.box(x, y, 22, 14, fill=fill, edge=edge, round_=4, dashed=dashed))
        parts.append(shapes.box(x, y, 22, 5, fill=edge, round_=2))
        parts.append(shapes.text(x + 28, y + 11, words, SMALL, colours.SOFT))
        x += 28 + width(words, SMALL) + 22
    parts.append(shapes.text(left, y + 34, _HOW, SMALL, colours.FAINT))
    return parts
