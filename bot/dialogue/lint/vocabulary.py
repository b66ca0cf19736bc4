"""What can be heard at all: the intents and stop-word rules of a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.datafile import read_yaml
from bot.dialogue.model import EVENTS
from bot.errors import DataFileError
from bot.nlu.interpreter import OUT_OF_SCOPE

SELF_HARM = "self_harm"
ASK_ROBOT = "ask_robot"
"""The stop-word rule and the intent that every flow of every language must answer in its own way."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``intents`` without out_of_scope. ``wider`` holds those that one is a case of, nearest first."""

    intents: tuple[str, ...]
    stop_words: tuple[str, ...]
    wider: Mapping[str, tuple[str, ...]]
    stopping: frozenset[str] = frozenset()  # intents that hit a stop-word rule when they are sure

    @classmethod
    def load(cls, language_dir: Path) -> Vocabulary:
        """Raises DataFileError."""
        blocks = _section(language_dir / "nlu.yml", "nlu")
        rules = _section(language_dir / "stop_words.yml", "rules")
        intents = tuple(dict.fromkeys(str(block["intent"]) for block in blocks))
        understanding = read_yaml(language_dir / "understanding.yml") or {}
        parents: dict[str, str] = understanding.get("falls_back_to") or {}
        return cls(
            tuple(intent for intent in intents if intent != OUT_OF_SCOPE),
            tuple(str(rule["id"]) for rule in rules),
            {intent: _chain(intent, parents) for intent in intents},
            frozenset(str(intent) for rule in rules for intent in _listed(rule.get("intents"))),
        )

    @property
    def events(self) -> frozenset[str]:
        """All that a move may wait for by ``intents``."""
        return frozenset(self.intents) | EVENTS


def _section(path: Path, key: str) -> list[dict[str, object]]:
    content = read_yaml(path)
    section = content.get(key) if isinstance(content, dict) else None
    if not isinstance(section, list):
        raise DataFileError(str(path), "this list is missing", key=key)
    return section


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _chain(intent: str, parents: Mapping[str, str]) -> tuple[str, ...]:
    chain: list[str] = []
    while (parent := parents.get(chain[-1] if chain else intent)) and parent not in chain:
        chain.append(parent)
    return tuple(chain)
