"""What may be said in a state: nothing private before identity, nothing that may be None."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from bot.dialogue.lint.ground import Ground
from bot.dialogue.lint.knowledge import Names
from bot.dialogue.lint.places import NOBODY
from bot.dialogue.lint.state import State
from bot.dialogue.lint.templates import unset_in
from bot.dialogue.lint.trail import Trail
from bot.dialogue.lint.trees import reads_of_template
from bot.dialogue.lint.views import View, seen, view_of


class Speaker:
    """Says the prompts of one flow, and checks each in all that it can see."""

    def __init__(self, ground: Ground) -> None:
        self._flow, self._prompts, self._witness = ground.flow, ground.prompts, ground.witness
        self._said = ground.graph.said
        self._slots = frozenset(ground.flow.slots)
        self._checked: set[tuple[str, View]] = set()
        self._reads = cache(self._reads_of)
        self._sounds = cache(self._sounds_of_debt)

    def say(self, names: Sequence[str], state: State, trail: Trail) -> Trail:
        for name in names:
            checked = name, view_of(state, self._reads(name))
            if checked not in self._checked:
                self._checked.add(checked)
                self._said.add(name)
                self._check(name, checked[1], state.node.step)
        return trail.saying(names)

    def _check(self, name: str, view: View, step: str) -> None:
        prompt, state = self._prompts[name], seen(view)
        if prompt.reveals_debt and not self._flow.speaks_of_debt:
            self._witness.tell("mute", step, prompt=name)
        elif not state.node.confirmed and (prompt.private or self._sounds(name)):
            self._witness.tell("gate", step, prompt=name)
        else:
            for source in prompt.sources:
                for unset in sorted(unset_in(source, state, self._slots)):
                    self._witness.tell("unset", step, unset, prompt=name)

    def _reads_of(self, name: str) -> Names:
        return frozenset[str]().union(*map(reads_of_template, self._prompts[name].sources))

    def _sounds_of_debt(self, name: str) -> bool:
        return any(self._flow.lexicon.find(source, NOBODY) for source in self._prompts[name].sources)
