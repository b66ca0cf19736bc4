"""What a call answers to an event, and where that leads."""

from __future__ import annotations

from collections.abc import Iterator

from bot.dialogue.lint.acting import Actor
from bot.dialogue.lint.entering import Entrance
from bot.dialogue.lint.events import Event, Placed
from bot.dialogue.lint.ground import Ground
from bot.dialogue.lint.guards import Verdict, verdicts
from bot.dialogue.lint.reading import Reader
from bot.dialogue.lint.speaking import Speaker
from bot.dialogue.lint.state import Node, State
from bot.dialogue.lint.trail import Trail, Way, distinct
from bot.dialogue.model import RETURN, STAY


class Answers:
    """The answers of one node after the other. What several events share at a node is worked out once."""

    def __init__(
        self, ground: Ground, reader: Reader, actor: Actor, speaker: Speaker, entrance: Entrance
    ) -> None:
        self._ground, self._flow, self._relevance = ground, ground.flow, ground.relevance
        self._reader, self._actor, self._speaker, self._entrance = reader, actor, speaker, entrance
        self._node = Node(self._flow.start)
        self._digressed = False
        self._verdicts: dict[tuple[Placed, State], tuple[Verdict, ...]] = {}
        self._ways: dict[tuple[Placed, State, bool], tuple[Way, ...]] = {}

    def stand(self, node: Node) -> None:
        """What is asked from here on is asked of ``node``."""
        self._node, self._digressed, self._verdicts, self._ways = node, False, {}, {}

    def to(self, event: Event) -> tuple[list[Way], bool]:
        """Wherever the event leads, and whether a move answers it whatever is the case."""
        tried = self._relevance.trying(event.moves)
        reads_intent = bool(tried) and "intent" in tried[0].reads
        states = {State.at(self._node, event.intent if reads_intent else None): None}
        ways: list[Way] = []
        for placed, _, later in tried:
            taken: dict[State, None] = {}
            left: dict[State, None] = {}
            for state in states:
                for allowed, then in self._tried(placed, state):
                    if allowed:
                        taken[then] = None
                    else:
                        left[self._relevance.still(then, later)] = None
            for state in taken:
                if placed.move.to == RETURN and event.is_understood:
                    ways += self._once_too_often(state)
                ways += self._taken(placed, state, understood=event.is_understood)
            states = left
        return ways, not states

    def to_both(self) -> Iterator[tuple[Event, list[Way]]]:
        """It is I, and something that leads away: of the answer only the confirmed identity is kept."""
        ground, node = self._ground, self._node
        confirmed = State.at(Node(node.step, True, node.slots, node.facts))
        for event in ground.events.both(node.step):
            ground.witness.stand(node, event)
            confirming, away = event.moves
            before = Trail((confirming,))
            yield (
                event,
                [
                    Way(way.target, before.then(way.trail))
                    for allowed, then in self._tried(away, confirmed)
                    if allowed
                    for way in self._taken(away, then, understood=True)
                ],
            )

    def _tried(self, placed: Placed, state: State) -> tuple[Verdict, ...]:
        key = placed, state
        if key not in self._verdicts:
            self._verdicts[key] = tuple(verdicts(placed, state, self._reader))
        return self._verdicts[key]

    def _taken(self, placed: Placed, state: State, *, understood: bool) -> tuple[Way, ...]:
        key = placed, state, understood
        if key not in self._ways:
            self._ways[key] = distinct(self._take(placed, state, understood=understood))
        return self._ways[key]

    def _take(self, placed: Placed, state: State, *, understood: bool) -> Iterator[Way]:
        """Act, speak and go."""
        move = placed.move
        for then, acted in self._actor.act(placed, state, Trail()):
            trail = self._speaker.say(move.say, then, acted)
            if move.to == STAY:
                yield Way(self._relevance.settled(then), trail)
            elif move.to == RETURN:
                if self._leaves_detour(placed, then):
                    yield Way(None, trail)
                else:  # understood, it is limited by most_digressions
                    yield self.again(then, trail.limited() if understood else trail)
            else:
                yield from self._go(move.to, then, trail)

    def _go(self, step: str, state: State, trail: Trail) -> Iterator[Way]:
        for way in self._entrance.ways(step, state, trail):
            if way.target is None and step not in self._flow.detours:
                self._ground.witness.tell("stuck", step, "a return, with no question left to return to")
            else:
                yield way

    def again(self, state: State, trail: Trail) -> Way:
        """The question is put once more."""
        step = self._flow.steps[state.node.step]
        question = step.again or step.ask
        trail = self._speaker.say([question], state, trail) if question else trail
        return Way(self._relevance.settled(state), trail)

    def _once_too_often(self, state: State) -> tuple[Way, ...]:
        """Led back to the same question once too often: one way there for each node is enough."""
        if self._digressed or self._flow.steps[state.node.step].holds:
            return ()
        self._digressed = True
        return self._entrance.ways(self._flow.digressed, state, Trail())

    def _leaves_detour(self, placed: Placed, state: State) -> bool:
        """Only a detour's own move leaves it; any other puts its question again."""
        return placed.section == "steps" and state.node.step in self._flow.detours
