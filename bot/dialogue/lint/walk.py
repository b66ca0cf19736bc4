"""The walk: every abstract state a call of a flow can reach, by every event, breadth first.

Beside identity, the step a detour returns to and the slots set, a state holds what is known of the brief.
Counters are not in it: a counted move is known to be bounded by the guards it passed on the way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.dialogue.context import DEBT_NAMES
from bot.dialogue.expression import Expression
from bot.dialogue.flow import Flow
from bot.dialogue.lint.evaluate import Evaluator, parsed
from bot.dialogue.lint.events import Event, Events, Placed
from bot.dialogue.lint.graph import OPENING, Alarm, Edge, Graph
from bot.dialogue.lint.places import NOBODY
from bot.dialogue.lint.relevance import Relevance
from bot.dialogue.lint.state import Node, State
from bot.dialogue.lint.templates import unset_in
from bot.dialogue.lint.values import Value
from bot.dialogue.lint.vocabulary import Vocabulary
from bot.dialogue.lint.wording import counter_bound, wording
from bot.dialogue.model import ANY, RETURN, STAY, UNCLEAR, Move
from bot.dialogue.prompts import ACCOUNT, PUBLIC, PromptBook

LONGEST_CHAIN = 20


@dataclass(frozen=True, slots=True)
class _Trail:
    """What has happened since the event."""

    source: Node | None
    event: Event
    moves: tuple[Placed, ...] = ()
    said: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    bounded: bool = False
    counts: frozenset[str] = frozenset()
    guarded: frozenset[str] = frozenset()

    def followed_by(self, other: _Trail) -> _Trail:
        return _Trail(
            self.source,
            self.event,
            self.moves + other.moves,
            self.said + other.said,
            self.through + other.through,
            self.bounded or other.bounded,
            self.counts | other.counts,
            self.guarded | other.guarded,
        )


Way = tuple[State, _Trail]


def walk(flow: Flow, prompts: PromptBook, vocabulary: Vocabulary) -> tuple[Graph, Events]:
    """Explore the flow from its opening on."""
    walker = _Walker(flow, prompts, vocabulary)
    walker.run()
    return walker.graph, walker.events


class _Walker:
    def __init__(self, flow: Flow, prompts: PromptBook, vocabulary: Vocabulary) -> None:
        self.flow, self.prompts = flow, prompts
        self.events = Events(flow, vocabulary)
        self.graph = Graph()
        self._slots = frozenset(flow.slots)
        self._private = (
            DEBT_NAMES | (ACCOUNT - PUBLIC) | {name for name, slot in flow.slots.items() if slot.reveals}
        )
        self._checked: set[tuple[object, ...]] = set()
        self._relevance = Relevance(flow, prompts)
        self._returns: list[_Trail] = []
        self._edges: set[tuple[object, ...]] = set()
        self._passages: dict[tuple[str, State], list[Way]] = {}
        self._ended_digressing: set[Node] = set()
        self._queue: deque[Node] = deque()

    def run(self) -> None:
        opening = State.at(Node(self.flow.start))
        trail = self._say(self.flow.disclosures, opening, _Trail(None, OPENING))
        for way in self._enter(self.flow.start, opening, trail):
            self._arrive(way)
        for confirmed in (False, True):  # the call may have to stop, or the bot may fail, at any time
            state = State.at(Node(self.flow.wind_up, confirmed))
            self.graph.entered.add(self.flow.wind_up)
            spoken = (*self.flow.steps[self.flow.wind_up].say, *self.flow.closing, self.flow.fault)
            self._say(spoken, state, _Trail(None, OPENING))
        while self._queue:
            self._explore(self._queue.popleft())
        self._lead_back()

    def _explore(self, node: Node) -> None:
        step = self.flow.steps[node.step]
        if step.ask is None:
            return
        self._both(node)
        not_understood = False
        for event in self.events.of(node.step):
            if event.kind == UNCLEAR and not not_understood:
                continue
            left = list(self._answer(node, event, event.moves))
            if not left or event.kind == "stop_word":
                continue
            if event.kind == "intent":
                not_understood = True
                for name in event.names:
                    self.graph.unanswered.setdefault((node.step, name), node)
            else:
                self._alarm(Alarm("stuck", node, event, node.step, event.label))

    def _answer(self, node: Node, event: Event, moves: Sequence[Placed]) -> Iterator[State]:
        """Arrive wherever the event leads; gives the states in which no move answers it."""
        states = {State.at(node, event.intent)}
        trail = _Trail(node, event)
        for placed, later in self._relevance.trying(moves):
            taken: set[State] = set()
            left: set[State] = set()
            for state in states:
                for allowed, then in self._allows(placed, state, trail):
                    if allowed:
                        taken.add(then)
                    else:
                        left.add(self._relevance.still(then, later))
            for state in taken:
                for way in self._take(placed, state, trail):
                    self._arrive(way)
            states = left
        yield from states

    def _allows(self, placed: Placed, state: State, trail: _Trail) -> Iterator[tuple[bool, State]]:
        move = placed.move
        for heard, then in self._hears(move, state):
            if not heard:
                yield False, then
                continue
            if move.binds and ANY not in move.intents:
                yield False, then  # not said surely enough
            if move.when is None:
                yield True, then
            else:
                yield from self._truths(move.when, then, placed, trail)

    @staticmethod
    def _hears(move: Move, state: State) -> Iterator[tuple[bool, State]]:
        """Whether one of the move's entities was heard."""
        if not move.entities:
            yield True, state
            return
        absent = state
        for kind in move.entities:
            known = absent.knows(f"heard.{kind}")
            if known is not False:
                yield True, absent.learn(f"heard.{kind}", True)
            if known is True:
                return
            absent = absent.learn(f"heard.{kind}", False)
        yield False, absent

    def _take(self, placed: Placed, state: State, trail: _Trail) -> Iterator[Way]:
        """Act, speak and go."""
        move = placed.move
        understood = trail.event.kind in ("intent", "stop_word")
        if move.to == RETURN and understood and not self.flow.steps[state.node.step].holds:
            yield from self._digressed(state, trail)
        for then, after in self._act(placed, state, trail):
            after = self._say(move.say, then, after)
            if move.to == STAY:
                yield then, after
            elif move.to == RETURN:
                if self._leaves_detour(placed, then):
                    self._returns.append(after)
                else:  # understood, it is limited by most_digressions
                    yield self._ask_again(then, replace(after, bounded=after.bounded or understood))
            else:
                yield from self._enter(move.to, then, after)

    def _digressed(self, state: State, trail: _Trail) -> Iterator[Way]:
        """The same question was led back to once too often: once for each node is enough."""
        if trail.source is not None and trail.source not in self._ended_digressing:
            self._ended_digressing.add(trail.source)
            yield from self._enter(self.flow.digressed, state, trail)

    def _both(self, node: Node) -> None:
        """It is I, and something that leads away: of the answer only the confirmed identity is kept."""
        for placed in self.events.own[node.step]:
            if "confirm_identity" not in placed.move.do:
                continue
            confirmed = replace(node, confirmed=True)
            for away in (*self.events.anywhere, *self.events.stop_words):
                if away.move.to in (RETURN, STAY) or not self.flow.together.intersection(away.move.intents):
                    continue
                event = Event("intent", (*placed.move.intents, *away.move.intents), (placed, away))
                trail = _Trail(node, event, (placed,))
                for allowed, then in self._allows(away, State.at(confirmed), trail):
                    if allowed:
                        for way in self._take(away, then, trail):
                            self._arrive(way)

    def _leaves_detour(self, placed: Placed, state: State) -> bool:
        """Only a detour's own move leaves it; any other puts its question again."""
        return placed.section == "steps" and state.node.step in self.flow.detours

    def _lead_back(self) -> None:
        """Every detour back to each node it was entered from, by itself or by way of other detours."""
        for trail in self._returns:
            if trail.source is None:
                continue
            origins, seen = [trail.source], {trail.source}
            while origins:
                for origin in self.graph.entered_from.get(origins.pop(), ()):
                    if origin in seen:
                        continue
                    seen.add(origin)
                    if origin.step in self.flow.detours:
                        origins.append(origin)
                    else:
                        self._arrive(self._ask_again(State.at(origin), trail))

    def _enter(self, name: str, state: State, trail: _Trail) -> Iterator[Way]:
        """Enter a step, and pass through those that do not ask; each way in is walked once."""
        key = name, self._relevance.entering(name, state)
        if key not in self._passages:
            start = _Trail(trail.source, trail.event)
            ways: dict[tuple[object, ...], Way] = {}
            for then, passage in self._walk_in(name, key[1], start, frozenset()):
                node = self._relevance.settled(then.settled())
                loop = passage.bounded, passage.counts, passage.guarded
                ways.setdefault((node, *loop), (then, passage))  # one way there shows enough
            self._passages[key] = list(ways.values())
        for then, passage in self._passages[key]:
            yield then, trail.followed_by(passage)

    def _walk_in(self, name: str, state: State, trail: _Trail, passed: frozenset[State]) -> Iterator[Way]:
        step = self.flow.steps[name]
        state = self._relevance.entering(name, state).moved(name)
        self.graph.entered.add(name)
        if state in passed or len(trail.through) > LONGEST_CHAIN:
            self._alarm(Alarm("spin", trail.source, trail.event, name))
            return
        trail = self._say(step.say, state, trail)
        if step.end is not None:
            trail = self._say(self.flow.closing, state, trail)
            yield state.moved(name, slots=()), trail
        elif step.ask is not None:
            yield state, self._say([step.ask], state, trail)
        else:
            yield from self._pass(name, state, trail, passed | {state})

    def _pass(self, name: str, state: State, trail: _Trail, passed: frozenset[State]) -> Iterator[Way]:
        trail = replace(trail, through=(*trail.through, name))
        states = {state}
        for placed, later in self._relevance.trying(self.events.own[name]):
            left: set[State] = set()
            for before in states:
                for allowed, then in self._allows(placed, before, trail):
                    if not allowed:
                        left.add(self._relevance.still(then, later))
                        continue
                    for acted, after in self._act(placed, then, trail):
                        after = self._say(placed.move.say, acted, after)
                        if placed.move.to == RETURN:
                            self._returns.append(after)
                        else:
                            yield from self._walk_in(placed.move.to, acted, after, passed)
            states = left
        if states:
            self._alarm(Alarm("stuck", trail.source, trail.event, name, "its entry"))

    def _ask_again(self, state: State, trail: _Trail) -> Way:
        step = self.flow.steps[state.node.step]
        question = step.again or step.ask
        return state, self._say([question], state, trail) if question else trail

    def _act(self, placed: Placed, state: State, trail: _Trail) -> Iterator[Way]:
        move = placed.move
        self.graph.taken.add(placed)
        bounds = {counter_bound(*pair) for pair in state.known}
        # A wait is over with the silence that ends it, and has to be asked for again.
        bounded = trail.bounded or bool(bounds & {"silences", "unclears"}) or bool(state.knows("waiting"))
        counts = trail.counts
        if move.count is not None:
            bounded = bounded or f"counts.{move.count}" in bounds
            counts |= {f"counts.{move.count}"}
        guarded = trail.guarded | {bound for bound in bounds if bound}
        moves = (*trail.moves, placed)
        trail = replace(trail, moves=moves, bounded=bounded, counts=counts, guarded=guarded)
        for then in self._set(placed, state, trail):
            if move.count is not None:
                then = then.forget(f"counts.{move.count}")
            if "confirm_identity" in move.do:
                then = then.moved(then.node.step, confirmed=True)
            if "record_promise" in move.do:
                self._check_promise(placed, state, then, trail)
            yield then, trail

    def _set(self, placed: Placed, state: State, trail: _Trail) -> Iterator[State]:
        names = list(placed.move.set)
        options: list[tuple[dict[str, Value], State]] = [({}, state)]
        for name in names:
            expression = placed.move.set[name]
            options = [
                ({**values, name: value}, after)
                for values, before in options
                for value, after in self._values(expression, before, placed, trail)
            ]
        aliases = {name: wording(parsed(placed.move.set[name].source)) for name in names}
        for values, then in options:
            yield then.with_slots(
                values, {k: v for k, v in aliases.items() if v.replace(".", "").isidentifier()}
            )

    def _check_promise(self, placed: Placed, before: State, after: State, trail: _Trail) -> None:
        for wrong, is_so in (
            ("before identity", not after.node.confirmed),
            ("changes what was read back", before.node.slots != after.node.slots),
            ("outside of a step that reads_back", not self.flow.steps[placed.step].reads_back),
        ):
            if is_so:
                self._alarm(Alarm("promise", trail.source, trail.event, placed.step, wrong, placed=placed))

    # Reading facts

    def _truths(
        self, expression: Expression, state: State, placed: Placed, trail: _Trail
    ) -> Iterator[tuple[bool, State]]:
        if self._readable(expression, state, placed, trail):
            yield from self._evaluator(state, placed, trail).truths(parsed(expression.source), state)

    def _values(
        self, expression: Expression, state: State, placed: Placed, trail: _Trail
    ) -> Iterator[tuple[Value, State]]:
        if self._readable(expression, state, placed, trail):
            yield from self._evaluator(state, placed, trail).values(parsed(expression.source), state)

    def _readable(self, expression: Expression, state: State, placed: Placed, trail: _Trail) -> bool:
        unknown = expression.names & self._private if not state.node.confirmed else frozenset()
        for name in sorted(unknown):
            self._alarm(Alarm("unknown", trail.source, trail.event, state.node.step, name, placed=placed))
        return not unknown

    def _evaluator(self, state: State, placed: Placed, trail: _Trail) -> Evaluator:
        step = state.node.step
        return Evaluator(
            self._slots,
            lambda name: self._alarm(Alarm("unset", trail.source, trail.event, step, name, placed=placed)),
        )

    # Speaking

    def _say(self, names: Sequence[str], state: State, trail: _Trail) -> _Trail:
        for name in names:
            self.graph.said.add(name)
            checked = (name, state.node, state.known)
            if checked not in self._checked:
                self._checked.add(checked)
                self._check_prompt(name, state, trail)
        return replace(trail, said=(*trail.said, *names))

    def _check_prompt(self, name: str, state: State, trail: _Trail) -> None:
        prompt, step = self.prompts[name], state.node.step
        if prompt.reveals_debt and not self.flow.speaks_of_debt:
            self._alarm(Alarm("mute", trail.source, trail.event, step, prompt=name))
            return
        if not state.node.confirmed and (prompt.private or self._sounds(name)):
            self._alarm(Alarm("gate", trail.source, trail.event, step, prompt=name))
            return
        for source in prompt.sources:
            for unset in unset_in(source, state, self._slots):
                self._alarm(Alarm("unset", trail.source, trail.event, step, unset, prompt=name))

    # Results

    def _sounds(self, name: str) -> bool:
        return any(self.flow.lexicon.find(source, NOBODY) for source in self.prompts[name].sources)

    def _alarm(self, alarm: Alarm) -> None:
        self.graph.alarms.setdefault(alarm.what, alarm)

    def _arrive(self, way: Way) -> None:
        state, trail = way
        node = self._relevance.settled(state.settled())
        loop = trail.bounded, trail.counts, trail.guarded
        edge = Edge(trail.source, trail.event, node, trail.moves, trail.said, trail.through, *loop)
        key = trail.source, trail.event, node, trail.moves[:1], *loop
        if key in self._edges:
            return
        self._edges.add(key)
        self.graph.edges.append(edge)
        if trail.source is not None:
            self.graph.out.setdefault(trail.source, []).append(edge)
            if node.step in self.flow.detours:
                self.graph.entered_from.setdefault(node, set()).add(trail.source)
        if node not in self.graph.parents:
            self.graph.parents[node] = edge
            self._queue.append(node)
