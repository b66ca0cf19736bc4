"""What is answered in every step: stop words, and questions asked in between."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue.drawing import colours, shapes
from bot.dialogue.drawing.cards import SMALL
from bot.dialogue.drawing.content import row
from bot.dialogue.drawing.measure import shortened, width
from bot.dialogue.drawing.scene import Scene
from bot.dialogue.flow import Flow
from bot.dialogue.model import Move
from bot.dialogue.prompts import PromptBook

_LINE, _GAP = 20.0, 40.0


def draw_tables(
    flow: Flow, prompts: PromptBook, scene: Scene, x: float, y: float, wide: float
) -> tuple[list[str], float]:
    """Two tables side by side, and where they end."""
    y += 64
    half = (wide - _GAP) / 2
    left, left_end = _table(scene.say.stop_words, flow.stop_words, prompts, scene, x, y, half)
    right, right_end = _table(scene.say.everywhere, flow.anywhere, prompts, scene, x + half + _GAP, y, half)
    return [*left, *right], max(left_end, right_end)


def _table(
    heading: str, moves: Sequence[Move], prompts: PromptBook, scene: Scene, x: float, y: float, wide: float
) -> tuple[list[str], float]:
    parts = [shapes.text(x, y, heading, 20, colours.INK, bold=True)]
    y += 14
    for move in moves:
        told = row(prompts, move, scene.say)
        name, pair = scene.sign(told.target)
        sign = width(name, SMALL, bold=True) + 14
        heard = shortened(f"{told.heard} · {told.does}" if told.does else told.heard, SMALL, wide * 0.5)
        said = shortened(told.said, SMALL, wide * 0.5 - sign - 40)
        chip = [
            shapes.box(x + wide - sign - 6, y + 2.5, sign, 15, fill=pair.fill, edge=pair.edge, round_=7),
            shapes.text(
                x + wide - 6 - sign / 2, y + 13.5, name, SMALL, pair.edge, anchor="middle", bold=True
            ),
        ]
        parts.append(
            shapes.titled(
                told.told,
                shapes.box(x, y, wide, 19, fill="#ffffff", edge=colours.LINE, round_=3),
                shapes.text(x + 8, y + 13.5, heard, SMALL, colours.SOFT),
                shapes.text(x + 16 + wide * 0.5, y + 13.5, said, SMALL, colours.FAINT),
                *(chip if told.target not in scene.cards else [shapes.link(told.target, *chip)]),
            )
        )
        y += _LINE
    return parts, y
