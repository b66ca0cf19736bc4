"""Entering a step, and passing through those that do not ask."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.lint.acting import Actor
from bot.dialogue.lint.ground import Ground
from bot.dialogue.lint.guards import verdicts
from bot.dialogue.lint.reading import Reader
from bot.dialogue.lint.speaking import Speaker
from bot.dialogue.lint.state import State
from bot.dialogue.lint.trail import Trail, Way, distinct
from bot.dialogue.model import RETURN

LONGEST_CHAIN = 20

_NOWHERE: frozenset[State] = frozenset()


class Entrance:
    """The ways into the steps of one flow. Each is walked once for all that it can depend on."""

    def __init__(self, ground: Ground, reader: Reader, actor: Actor, speaker: Speaker) -> None:
        self._flow, self._events, self._relevance = ground.flow, ground.events, ground.relevance
        self._entered, self._witness = ground.graph.entered, ground.witness
        self._reader, self._actor, self._speaker = reader, actor, speaker
        self._known: dict[State, tuple[Way, ...]] = {}
        self._after: dict[tuple[State, Trail], tuple[Way, ...]] = {}

    def ways(self, name: str, state: State, before: Trail) -> tuple[Way, ...]:
        """To the next question or end, by step ``name`` after ``before``; one for each that differs."""
        state = self._relevance.entering(name, state)
        key = state, before
        if key not in self._after:
            if state not in self._known:
                self._known[state] = distinct(self._walk_in(name, state, Trail(), _NOWHERE))
            self._after[key] = tuple(Way(way.target, before.then(way.trail)) for way in self._known[state])
        return self._after[key]

    def _walk_in(self, name: str, state: State, trail: Trail, passed: frozenset[State]) -> Iterator[Way]:
        step = self._flow.steps[name]
        self._entered.add(name)
        if state in passed or len(trail.through) > LONGEST_CHAIN:
            self._witness.tell("spin", name)
            return
        trail = self._speaker.say(step.say, state, trail)
        if step.end is not None:
            trail = self._speaker.say(self._flow.closing, state, trail)
            yield Way(self._relevance.settled(state), trail)
        elif step.ask is not None:
            trail = self._speaker.say([step.ask], state, trail)
            yield Way(self._relevance.settled(state), trail)
        else:
            yield from self._pass(name, state, trail.passing(name), passed | {state})

    def _pass(self, name: str, state: State, trail: Trail, passed: frozenset[State]) -> Iterator[Way]:
        states = {state: None}
        for placed, _, later in self._relevance.trying(self._events.own[name]):
            left: dict[State, None] = {}
            for before in states:
                for allowed, then in verdicts(placed, before, self._reader):
                    if not allowed:
                        left[self._relevance.still(then, later)] = None
                        continue
                    for acted, after in self._actor.act(placed, then, trail):
                        after = self._speaker.say(placed.move.say, acted, after)
                        if placed.move.to == RETURN:
                            yield Way(None, after)
                        else:
                            there = self._relevance.entering(placed.move.to, acted)
                            yield from self._walk_in(placed.move.to, there, after, passed)
            states = left
        if states:
            self._witness.tell("stuck", name, "its entry")
