"""What the colours and shapes of a picture mean."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue.drawing import colours, shapes
from bot.dialogue.drawing.cards import SMALL
from bot.dialogue.drawing.measure import width
from bot.dialogue.drawing.words import Words


def draw_legend(files: Sequence[str], x: float, y: float, say: Words) -> list[str]:
    """One line of signs, and one of words."""
    samples = [(f"{name}.yml", colours.of_file(name, files), "#ffffff", False) for name in files]
    samples.append((say.asks_nothing, colours.FAINT, colours.of_kind("passes"), True))
    ends = ((say.ends_in_promise, "promise"), (say.ends, "refused"), (say.ends_with_care, "legal"))
    for words, disposition in ends:
        pair = colours.of_end(disposition)
        samples.append((words, pair.edge, pair.fill, False))
    parts, left = [], x
    for words, edge, fill, dashed in samples:
        parts.append(shapes.box(x, y, 22, 14, fill=fill, edge=edge, round_=4, dashed=dashed))
        parts.append(shapes.box(x, y, 22, 5, fill=edge, round_=2))
        parts.append(shapes.text(x + 28, y + 11, words, SMALL, colours.SOFT))
        x += 28 + width(words, SMALL) + 22
    parts.append(shapes.text(left, y + 34, say.how, SMALL, colours.FAINT))
    return parts
