"""The witness of a walk: notes what must not happen, with the event that first led to it."""

from __future__ import annotations

from bot.dialogue.lint.events import Event, Placed
from bot.dialogue.lint.graph import OPENING, Alarm, Graph
from bot.dialogue.lint.state import Node


class Witness:
    """Stands at one event after the other."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.source: Node | None = None
        self.event = OPENING

    def stand(self, source: Node | None, event: Event) -> None:
        """What is told from here on follows ``event`` at ``source``."""
        self.source, self.event = source, event

    def tell(
        self, kind: str, step: str, name: str = "", *, prompt: str = "", placed: Placed | None = None
    ) -> None:
        """The same mistake is noted once, whatever leads to it again."""
        alarm = Alarm(kind, self.source, self.event, step, name, prompt, placed)
        self._graph.alarms.setdefault(alarm.what, alarm)
