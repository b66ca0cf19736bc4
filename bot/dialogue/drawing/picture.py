"""The picture of a flow as SVG: its steps in layers, how it ends and, if wished, what holds in every step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.dialogue.drawing import colours, shapes
from bot.dialogue.drawing.cards import BODY, WIDE, Drawn, draw_card, laid_out
from bot.dialogue.drawing.content import Origin, spoken
from bot.dialogue.drawing.everywhere import draw_tables
from bot.dialogue.drawing.layout import columns
from bot.dialogue.drawing.legend import draw_legend
from bot.dialogue.drawing.measure import wrapped
from bot.dialogue.drawing.scene import Scene, scene_of
from bot.dialogue.drawing.words import DEFAULT, Words, words
from bot.dialogue.flow import Flow
from bot.dialogue.prompts import PromptBook

MARGIN, GAP_X, GAP_Y, HEADING = 40.0, 30.0, 64.0, 20.0
LEAST_COLUMNS = 4  # the tables and the ends need so much room beside each other
FONT = "'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei','Source Han Sans SC',sans-serif"


def draw(
    flow: Flow, prompts: PromptBook, origin: Origin, *, common: bool = False, language: str = DEFAULT
) -> str:
    """The SVG text. ``origin`` names the file of a step.

    ``language``: of the words beside the script's own. ``common``: draw what is answered in every step too,
    with the steps that only this leads to.
    """
    scene = scene_of(flow, prompts, origin, words(language))
    at = columns(scene.layers, scene.ways, WIDE + GAP_X)
    wide = max(max(at.values()) + WIDE, LEAST_COLUMNS * (WIDE + GAP_X) - GAP_X)
    parts, y = _opening(flow, prompts, scene, wide)
    steps, y = _steps(scene, at, wide, y)
    parts += steps
    ends, y = _grid(scene, scene.say.how_it_ends, scene.ends, wide, y)
    parts += ends
    if common:
        told, y = draw_tables(flow, prompts, scene, MARGIN, y, wide)
        parts += told
        rest = [n for n in flow.steps if n in flow.detours and n not in {*scene.ends, *_names(scene)}]
        cards, y = _grid(scene, scene.say.common, rest, wide, y)
        parts += cards
    else:
        y += 48
        parts.append(shapes.text(MARGIN, y, _left_out(flow, scene.say), BODY, colours.FAINT))
    return _document(wide + 2 * MARGIN, y + MARGIN, parts)


def _left_out(flow: Flow, say: Words) -> str:
    return say.not_drawn.format(stop_words=len(flow.stop_words), answers=len(flow.anywhere))


def _opening(flow: Flow, prompts: PromptBook, scene: Scene, wide: float) -> tuple[list[str], float]:
    """The name of the flow, the disclosures and the legend."""
    parts = [shapes.text(MARGIN, MARGIN + 16, flow.name, 24, colours.INK, bold=True)]
    y = MARGIN + 40
    for line in wrapped(
        " ".join(spoken(prompts, name, scene.say) for name in flow.disclosures), BODY, wide, 4
    ):
        parts.append(shapes.text(MARGIN, y, line, BODY, colours.SOFT))
        y += 18
    legend = draw_legend(scene.files, MARGIN, y, scene.say)
    return [*parts, *legend], y + 64


def _steps(scene: Scene, at: dict[str, float], wide: float, y: float) -> tuple[list[str], float]:
    """The layers, and the arrows between them."""
    left = MARGIN + (wide - max(at.values()) - WIDE) / 2
    drawn: dict[str, Drawn] = {}
    for row in scene.layers:
        for name in row:
            drawn[name] = laid_out(scene.cards[name], scene.sign, scene.say, scene.came_from(name))
            drawn[name].x, drawn[name].y = left + at[name], y
        y += max(drawn[name].height for name in row) + GAP_Y
    arrows = [*_arrows(scene, drawn)]
    return [*arrows, *_cards(scene, drawn.values())], y - GAP_Y


def _arrows(scene: Scene, drawn: dict[str, Drawn]) -> Iterator[str]:
    for name, source in drawn.items():
        targets = [drawn[b] for a, b in scene.ways if a == name]
        targets.sort(key=lambda item: item.middle)
        for index, target in enumerate(targets):
            x = source.x + WIDE * (index + 1) / (len(targets) + 1)
            colour = scene.colour(target.card)
            bottom, gap = source.y + source.height, target.y - GAP_Y
            line = shapes.arrow(x, bottom, gap, target.middle, target.y - 2, colour)
            yield shapes.titled(f"{name} → {target.card.name}", line)


def _grid(scene: Scene, heading: str, names: Sequence[str], wide: float, y: float) -> tuple[list[str], float]:
    """Cards side by side under a heading."""
    if not names:
        return [], y
    y += GAP_Y
    parts = [shapes.text(MARGIN, y, heading, HEADING, colours.INK, bold=True)]
    y += 18
    many = int((wide + GAP_X) // (WIDE + GAP_X))
    for first in range(0, len(names), many):
        row = [
            laid_out(scene.cards[n], scene.sign, scene.say, scene.came_from(n))
            for n in names[first : first + many]
        ]
        for index, item in enumerate(row):
            item.x, item.y = MARGIN + index * (WIDE + GAP_X), y
        parts += _cards(scene, row)
        y += max(item.height for item in row) + 18
    return parts, y - 18


def _cards(scene: Scene, drawn: Iterable[Drawn]) -> list[str]:
    return [draw_card(item, scene.colour(item.card), scene.sign, scene.say) for item in drawn]


def _names(scene: Scene) -> list[str]:
    return [name for row in scene.layers for name in row]


def _document(wide: float, high: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
        f'viewBox="0 0 {wide:.0f} {high:.0f}" font-family="{FONT}">'
        "<style>g:target>rect{stroke-width:4}a:hover rect{stroke-width:2.6}</style>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" '
        'orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#374151"/></marker></defs>'
        f'<rect width="100%" height="100%" fill="{colours.PAPER}"/>' + "\n".join(parts) + "</svg>\n"
    )
