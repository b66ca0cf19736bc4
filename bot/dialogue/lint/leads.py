"""Where the events at one node lead: events that are answered in the very same way share an edge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.dialogue.lint.events import Event
from bot.dialogue.lint.graph import Edge
from bot.dialogue.lint.state import Node
from bot.dialogue.lint.trail import Trail, Way


class Leads:
    """Collected event by event. ``back`` are the ways out of a detour, each with its event."""

    def __init__(self) -> None:
        self._events: dict[Way, list[Event]] = {}
        self.back: list[tuple[Event, Trail]] = []

    def take(self, event: Event, ways: Iterable[Way]) -> None:
        """Of ways with one first move, those that differ in target or in how often they can be gone."""
        seen: set[tuple[object, ...]] = set()
        for way in ways:
            if way.target is None:
                self.back.append((event, way.trail))
                continue
            key = way.target, way.trail.moves[:1], way.trail.loop
            if key not in seen:
                seen.add(key)
                self._events.setdefault(way, []).append(event)

    def edges(self, source: Node | None) -> Iterator[Edge]:
        for way, events in self._events.items():
            if way.target is not None:
                yield Edge(source, events, way.target, way.trail)
