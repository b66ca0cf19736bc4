"""What is drawn of a flow: a card for each step, with what is said and where every answer leads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.dialogue.drawing.words import Words
from bot.dialogue.flow import Flow
from bot.dialogue.model import RETURN, STAY, HumanModel, Move, Step
from bot.dialogue.prompts import PromptBook

_PLACEHOLDER = re.compile(r"{{\s*(.*?)\s*}}")
_TAG = re.compile(r"{%.*?%}")

Origin = Callable[[str], str]
"""The name of the file that a step stands in."""


@dataclass(frozen=True, slots=True)
class Row:
    """One move. ``heard`` is what it waits for, ``does`` what it does, ``said`` what is answered at once."""

    heard: str
    target: str  # a step, or "return" or "stay"
    does: str = ""
    said: str = ""

    @property
    def told(self) -> str:
        """The whole of it, in one line."""
        answer = f" “{self.said}”" if self.said else ""
        return f"{self.heard}{self.does and f' · {self.does}'}{answer} → {self.target}"


@dataclass(frozen=True, slots=True)
class Card:
    """One step. ``kind``: asks, passes, holds or ends. ``end`` is the disposition of a step that ends."""

    name: str
    kind: str
    origin: str
    said: tuple[str, ...]
    again: str = ""
    keys: str = ""
    end: str = ""
    rows: tuple[Row, ...] = ()

    @property
    def told(self) -> str:
        """All that it says, variants too."""
        again = f"\nagain: {self.again}" if self.again else ""
        return f"{self.name} ({self.origin}.yml)\n" + "\n".join(self.said) + again

    @property
    def targets(self) -> tuple[str, ...]:
        """The steps that its moves lead to, in the order in which they are tried."""
        return tuple(dict.fromkeys(r.target for r in self.rows if r.target not in (RETURN, STAY, self.name)))


def card(flow: Flow, prompts: PromptBook, name: str, origin: Origin, say: Words) -> Card:
    step = flow.steps[name]
    said = [*step.say, *([step.ask] if step.ask else [])]
    return Card(
        name,
        _kind(step),
        origin(name),
        tuple(text for prompt in said for text in variants(prompts, prompt, say)),
        spoken(prompts, step.again, say) if step.again else "",
        ", ".join(f"{key} {intent}" for key, intent in step.keys.items()),
        step.end.value if step.end is not None else "",
        tuple(row(prompts, move, say) for move in step.moves),
    )


def row(prompts: PromptBook, move: Move, say: Words) -> Row:
    said = " ".join(spoken(prompts, name, say) for name in move.say)
    return Row(label(move, say), move.to, _does(move, say), said)


def label(move: Move, say: Words) -> str:
    """What a move waits for, in short: intents, what must be named, the guard."""
    heard = " / ".join(dict.fromkeys([*move.stop_words, *move.intents]))
    named = f" + {say.one_of.join(move.entities)}" if move.entities else ""
    guard = f" [{' '.join(move.when.source.split())}]" if move.when is not None else ""
    return f"{heard}{named}{guard}".strip() or say.otherwise


def variants(prompts: PromptBook, prompt: str, say: Words) -> Iterator[str]:
    """Every variant, with the names of what is filled in: 您好，这里是‹institution›。"""
    for number, source in enumerate(prompts[prompt].sources):
        yield (say.other_words if number else "") + _PLACEHOLDER.sub(_filled_in, _TAG.sub("", source))


def spoken(prompts: PromptBook, prompt: str, say: Words) -> str:
    """All variants in one line."""
    return " ".join(variants(prompts, prompt, say))


def _filled_in(match: re.Match[str]) -> str:
    return f"‹{match[1].split('|')[0].strip().split('.')[-1]}›"


def _does(move: Move, say: Words) -> str:
    acts: Iterable[str] = (
        f"{say.urgently if do.urgent else ''}{say.person}{do.request_human}"
        if isinstance(do, HumanModel)
        else say.does.get(do, do.replace("_", " "))
        for do in move.do
    )
    return ", ".join(acts)


def _kind(step: Step) -> str:
    if step.end is not None:
        return "ends"
    return "holds" if step.holds else "asks" if step.ask is not None else "passes"
