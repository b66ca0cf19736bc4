"""Drawing the card of a step: its name, what it says, and a row for each of its moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.dialogue.drawing import colours, shapes
from bot.dialogue.drawing.colours import Pair
from bot.dialogue.drawing.content import Card, Row
from bot.dialogue.drawing.measure import shortened, width, wrapped
from bot.dialogue.drawing.words import Words
from bot.dialogue.model import RETURN, STAY

WIDE = 360
TITLE, BODY, SMALL, TINY = 14.0, 12.0, 10.5, 9.5
_PAD, _HEAD, _LINE, _ROW = 12, 26, 17, 14
_SAID_LINES, _ROW_LINES = 8, 6

TargetOf = Callable[[str], tuple[str, Pair]]
"""What stands on the sign to a step, and its colours."""


@dataclass(slots=True)
class Drawn:
    """A card, broken into lines, and where it stands."""

    card: Card
    said: list[str]
    heard: list[list[str]]
    came: list[str]
    height: float
    x: float = 0
    y: float = 0

    @property
    def middle(self) -> float:
        return self.x + WIDE / 2


def laid_out(card: Card, sign: TargetOf, say: Words, came_from: str = "") -> Drawn:
    """How the card is broken into lines, and how high that makes it."""
    inner = WIDE - 2 * _PAD
    said = [line for text in card.said for line in wrapped(text, BODY, inner, _SAID_LINES)]
    heard = [wrapped(_told(row), SMALL, inner - _sign_width(row, sign) - 8, _ROW_LINES) for row in card.rows]
    came = wrapped(say.came_from + came_from, TINY, inner, 2) if came_from else []
    notes = bool(card.again) + bool(card.keys)
    rows = sum(len(lines) * _ROW + 5 for lines in heard)
    height = _HEAD + 8 + len(came) * 13 + len(said) * _LINE + notes * 15 + (rows + 6 if rows else 0) + 4
    return Drawn(card, said, heard, came, height)


def draw_card(item: Drawn, colour: str, sign: TargetOf, say: Words) -> str:
    """``colour`` is that of the file it stands in."""
    card, x, y = item.card, item.x, item.y
    ends = colours.of_end(card.end) if card.end else None
    fill = ends.fill if ends else colours.of_kind(card.kind)
    edge = ends.edge if ends else colour
    right = x + WIDE - _PAD
    parts = [
        shapes.box(x, y, WIDE, item.height, fill=fill, edge=edge, dashed=card.kind == "passes"),
        shapes.box(x, y, WIDE, _HEAD, fill=edge, edge=edge),
        shapes.text(x + _PAD, y + 18, card.name, TITLE, "#ffffff", bold=True),
    ]
    room = WIDE - 3 * _PAD - width(card.name, TITLE, bold=True)
    badge = shortened(
        card.end or {"passes": say.asks_nothing, "holds": say.stays}.get(card.kind, ""), SMALL, room
    )
    parts.append(shapes.text(right, y + 17.5, badge, SMALL, "#ffffff", anchor="end"))
    baseline = y + _HEAD + 8
    for line in item.came:
        baseline += 13
        parts.append(shapes.text(x + _PAD, baseline - 3, line, TINY, colours.FAINT))
    for line in item.said:
        baseline += _LINE
        parts.append(shapes.text(x + _PAD, baseline - 4, line, BODY, colours.INK))
    for mark, note in ((say.again, card.again), (say.keys, card.keys)):
        if note:
            baseline += 15
            told = shortened(mark + note, SMALL, WIDE - 2 * _PAD)
            parts.append(shapes.text(x + _PAD, baseline - 4, told, SMALL, colours.FAINT))
    baseline += 6
    for row, lines in zip(card.rows, item.heard, strict=True):
        parts.append(_row(row, lines, x, baseline, sign))
        baseline += len(lines) * _ROW + 5
    return shapes.titled(card.told, *parts, name=card.name)


def _told(row: Row) -> str:
    return f"{row.heard} · {row.does}" if row.does else row.heard


def _row(row: Row, lines: list[str], x: float, y: float, sign: TargetOf) -> str:
    rule = f'<line x1="{x:.1f}" x2="{x + WIDE:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{colours.LINE}"/>'
    parts = [rule]
    for number, line in enumerate(lines):
        parts.append(shapes.text(x + _PAD, y + 13 + number * _ROW, line, SMALL, colours.SOFT))
    name, pair = sign(row.target)
    wide = width(name, SMALL, bold=True) + 14
    left = x + WIDE - _PAD / 2 - wide
    chip = [
        shapes.box(left, y + 2.5, wide, 15, fill=pair.fill, edge=pair.edge, round_=7),
        shapes.text(left + wide / 2, y + 13.5, name, SMALL, pair.edge, anchor="middle", bold=True),
    ]
    parts += chip if row.target in (RETURN, STAY) else [shapes.link(row.target, *chip)]
    return shapes.titled(row.told, *parts)


def _sign_width(row: Row, sign: TargetOf) -> float:
    return width(sign(row.target)[0], SMALL, bold=True) + 14
