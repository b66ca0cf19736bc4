"""What is drawn of a flow: boxes with what is said, arrows with what is heard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.dialogue.flow import Flow
from bot.dialogue.model import RETURN, STAY, Move, Step
from bot.dialogue.prompts import PromptBook

_PLACEHOLDER = re.compile(r"{{\s*(.*?)\s*}}")
_TAG = re.compile(r"{%.*?%}")


@dataclass(frozen=True, slots=True)
class Box:
    """One step. ``kind``: asks, passes, holds or ends. ``end`` is the disposition of a step that ends."""

    name: str
    kind: str
    said: tuple[str, ...]
    end: str = ""
    stays: tuple[str, ...] = ()  # what is answered here without leaving


@dataclass(frozen=True, slots=True)
class Arrow:
    """``labels`` are what leads from ``source`` to ``target``, a move each."""

    source: str
    target: str
    labels: tuple[str, ...]


def box(flow: Flow, prompts: PromptBook, name: str) -> Box:
    step = flow.steps[name]
    said = [*step.say, *([step.ask] if step.ask else [])]
    stays = tuple(label(move) for move in step.moves if move.to in (RETURN, STAY, name))
    end = step.end.value if step.end is not None else ""
    return Box(name, _kind(step), tuple(spoken(prompts, prompt) for prompt in said), end, stays)


def arrows(flow: Flow, name: str) -> Iterator[Arrow]:
    """The moves of one step to others, those to the same one together."""
    targets: dict[str, list[str]] = {}
    for move in flow.steps[name].moves:
        if move.to not in (RETURN, STAY, name):
            targets.setdefault(move.to, []).append(label(move))
    for target, labels in targets.items():
        yield Arrow(name, target, tuple(dict.fromkeys(labels)))


def label(move: Move) -> str:
    """What a move waits for, in short: intents, what must be named, the guard."""
    heard = " / ".join([*move.stop_words, *(i for i in move.intents if i not in move.stop_words)])
    named = f" + {' or '.join(move.entities)}" if move.entities else ""
    guard = f" [{' '.join(move.when.source.split())}]" if move.when is not None else ""
    return f"{heard}{named}{guard}".strip() or "otherwise"


def spoken(prompts: PromptBook, prompt: str) -> str:
    """The first variant, with the names of what is filled in: 您好，这里是‹institution›。"""
    text = _TAG.sub("", prompts[prompt].sources[0])
    return _PLACEHOLDER.sub(lambda match: f"‹{match[1].split('|')[0].strip().split('.')[-1]}›", text)


def _kind(step: Step) -> str:
    if step.end is not None:
        return "ends"
    return "holds" if step.holds else "asks" if step.ask is not None else "passes"
