"""A hand-written list of utterances and what they name, and how much of it is understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from bot.nlu.entities import EntityFinder
from bot.nlu.interpreter import Entity
from bot.nlu.normalize import normalize

LIST = Path(__file__).with_name("nlu_entities.yml")
AT = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
"""When everything on the list is said: a Monday."""


@dataclass(frozen=True, slots=True)
class Row:
    """One utterance and what it names, as "kind value"."""

    group: str
    said: str
    names: tuple[str, ...]


def rows() -> list[Row]:
    """The list, in order."""
    content: dict[str, dict[str, list[str]]] = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    return [
        Row(group, said, tuple(names)) for group, table in content.items() for said, names in table.items()
    ]


def named(finder: EntityFinder, said: str) -> tuple[str, ...]:
    """What is found in ``said``."""
    return tuple(f"{entity.kind} {_written(entity)}" for entity in finder.find(normalize(said), AT))


def mistakes(finder: EntityFinder) -> Iterator[tuple[Row, tuple[str, ...]]]:
    """The rows that are not understood as listed, with what is found instead."""
    for row in rows():
        found = named(finder, row.said)
        if found != row.names:
            yield row, found


def _written(entity: Entity) -> str:
    value = entity.value
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
