"""The walk: every abstract state a call of a flow can reach, by every event, breadth first.

Beside identity, the step a detour returns to and the slots set, a state holds what is known of the brief.
Counters are not in it: a counted move is known to be bounded by the guards it passed on the way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from bot.dialogue.flow import Flow
from bot.dialogue.lint.acting import Actor
from bot.dialogue.lint.answering import Answers
from bot.dialogue.lint.entering import Entrance
from bot.dialogue.lint.events import Event, Events
from bot.dialogue.lint.graph import OPENING, Edge, Graph
from bot.dialogue.lint.ground import Ground
from bot.dialogue.lint.leads import Leads
from bot.dialogue.lint.reading import Reader
from bot.dialogue.lint.speaking import Speaker
from bot.dialogue.lint.state import Node, State
from bot.dialogue.lint.trail import Trail
from bot.dialogue.lint.vocabulary import Vocabulary
from bot.dialogue.model import UNCLEAR
from bot.dialogue.prompts import PromptBook


def walk(flow: Flow, prompts: PromptBook, vocabulary: Vocabulary) -> tuple[Graph, Events]:
    """Explore the flow from its opening on."""
    ground = Ground.of(flow, prompts, vocabulary)
    _Walker(ground).run()
    return ground.graph, ground.events


class _Walker:
    def __init__(self, ground: Ground) -> None:
        self._ground, self._flow, self._graph = ground, ground.flow, ground.graph
        reader = Reader(ground.flow, ground.witness)
        actor, self._speaker = Actor(ground, reader), Speaker(ground)
        self._entrance = Entrance(ground, reader, actor, self._speaker)
        self._answers = Answers(ground, reader, actor, self._speaker, self._entrance)
        self._entered_from: dict[Node, dict[Node, None]] = {}  # detours, and where they were entered
        self._backs: dict[Node, list[tuple[Event, Trail]]] = {}  # ways out of detours
        self._queue: deque[Node] = deque()

    def run(self) -> None:
        self._open()
        self._break_off()
        while self._queue:
            self._explore(self._queue.popleft())
        self._lead_back()

    def _open(self) -> None:
        start = State.at(Node(self._flow.start))
        disclosed = self._speaker.say(self._flow.disclosures, start, Trail())
        leads = Leads()
        leads.take(OPENING, self._entrance.ways(self._flow.start, start, disclosed))
        for edge in leads.edges(None):
            self._arrive(edge)

    def _break_off(self) -> None:
        """The call may have to stop, be handed over by people of the house, or the bot fail, at any time."""
        for name in (self._flow.wind_up, self._flow.hand_over):
            self._graph.entered.add(name)
            spoken = (*self._flow.steps[name].say, *self._flow.closing, self._flow.fault)
            for confirmed in (False, True):
                self._speaker.say(spoken, State.at(Node(name, confirmed)), Trail())

    def _explore(self, node: Node) -> None:
        if self._flow.steps[node.step].ask is None:
            return
        leads = Leads()
        self._answers.stand(node)
        for event, ways in self._answers.to_both():
            leads.take(event, ways)
        not_understood = False
        for event in self._ground.events.of(node.step):
            if event.kind == UNCLEAR and not not_understood:
                continue
            self._ground.witness.stand(node, event)
            ways, is_answered = self._answers.to(event)
            leads.take(event, ways)
            if is_answered or event.kind == "stop_word":
                continue
            if event.kind == "intent":
                not_understood = True
                for name in event.names:
                    self._graph.unanswered.setdefault((node.step, name), node)
            else:
                self._ground.witness.tell("stuck", node.step, event.label)
        for edge in leads.edges(node):
            self._arrive(edge)
        if leads.back:
            self._backs[node] = leads.back

    def _arrive(self, edge: Edge) -> None:
        source, target = edge.source, edge.target
        if source is not None and target.step in self._flow.detours:
            self._entered_from.setdefault(target, {})[source] = None
        if self._graph.add(edge):
            self._queue.append(target)

    def _lead_back(self) -> None:
        """Every detour back to each node it was entered from, by itself or by way of other detours."""
        for source, backs in self._backs.items():
            leads = Leads()
            for origin in self._left(source):
                for event, trail in backs:
                    self._ground.witness.stand(source, event)
                    leads.take(event, [self._answers.again(State.at(origin), trail)])
            for edge in leads.edges(source):
                self._graph.add(edge)

    def _left(self, source: Node) -> Iterator[Node]:
        """Where a way out of a detour leads back to: the question that was left for it, or for one before."""
        if source.step not in self._flow.detours:
            yield source
            return
        open_, seen = [source], {source}
        while open_:
            for origin in self._entered_from.get(open_.pop(), ()):
                if origin in seen:
                    continue
                seen.add(origin)
                if origin.step in self._flow.detours:
                    open_.append(origin)
                else:
                    yield origin
