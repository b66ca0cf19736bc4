"""Which steps are drawn, how they hang together, and what the sign to each looks like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.dialogue.drawing import colours
from bot.dialogue.drawing.colours import Pair
from bot.dialogue.drawing.content import Card, Origin, card
from bot.dialogue.drawing.layout import layered
from bot.dialogue.drawing.words import Words
from bot.dialogue.flow import Flow
from bot.dialogue.model import RETURN, STAY
from bot.dialogue.prompts import PromptBook


@dataclass(frozen=True, slots=True)
class Scene:
    """The cards of a flow. ``layers`` are the steps that its own moves lead to; ends stand by themselves.

    ``ways`` are drawn as arrows, a layer down each; every other way is told by the sign on its row.
    """

    cards: dict[str, Card]
    layers: list[list[str]]
    ends: list[str]
    ways: list[tuple[str, str]]
    files: list[str]
    say: Words

    def sign(self, target: str) -> tuple[str, Pair]:
        """What stands on the sign to a step, and its colours."""
        if target in (RETURN, STAY):
            told = self.say.asks_again if target == RETURN else self.say.waits_on
            return told, Pair(colours.FAINT, "#ffffff")
        card = self.cards[target]
        if card.end:
            return target, colours.of_end(card.end)
        return target, Pair(self.colour(card), "#ffffff")

    def colour(self, card: Card) -> str:
        return colours.of_file(card.origin, self.files)

    def came_from(self, name: str) -> str:
        """The steps that lead here without an arrow."""
        shown = [n for row in self.layers for n in row]
        return ", ".join(n for n in shown if name in self.cards[n].targets and (n, name) not in self.ways)


def scene_of(flow: Flow, prompts: PromptBook, origin: Origin, say: Words) -> Scene:
    cards = {name: card(flow, prompts, name, origin, say) for name in flow.steps}
    shown = _reached(flow.start, cards)
    asked = [name for name in shown if not cards[name].end]
    onwards = {name: [t for t in cards[name].targets if not cards[t].end] for name in asked}
    layers = layered(flow.start, onwards)
    depth = {name: i for i, row in enumerate(layers) for name in row}
    ways = [(a, b) for a in asked for b in onwards[a] if depth[b] == depth[a] + 1]
    files = [flow.name, *sorted({card.origin for card in cards.values()} - {flow.name})]
    return Scene(cards, layers, _by_disposition(cards, shown), ways, files, say)


def _reached(start: str, cards: dict[str, Card]) -> list[str]:
    """The steps that moves of steps lead to, from the start on."""
    found = [start]
    for name in found:
        found += [target for target in cards[name].targets if target not in found]
    return found


def _by_disposition(cards: dict[str, Card], names: Iterable[str]) -> list[str]:
    """The ends: promises first, then alike beside alike."""
    ends = [name for name in names if cards[name].end]
    return sorted(ends, key=lambda n: (not cards[n].end.startswith("promise"), cards[n].end, n))
