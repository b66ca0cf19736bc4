"""Intents that need no model: a bare yes or no, a bare date or sum, asking for a robot or a person."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import load_model
from bot.errors import DataFileError
from bot.nlu.interpreter import Entity
from bot.nlu.normalize import Normalized
from bot.nlu.pinyin import syllables

_BARE = "inform"
_TELLING = frozenset({"date", "datetime", "amount", "share", "keyword_amount", "digits"})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SureRule(_Strict):
    """``whole``: complete utterances, compared as written and by sound. ``has``: regular expressions."""

    intent: str
    whole: list[str] = []
    has: list[str] = []


class ContextRule(_Strict):
    """An utterance ``said`` to a state that waits for ``expected`` and not for ``said`` itself ``means`` another."""

    said: str
    expected: str
    means: str


class UnderstandingWords(_Strict):
    """``understanding.yml``."""

    threshold: float = Field(ge=0, le=1)
    expected_weight: float = Field(ge=1)
    sure: float = Field(gt=0, lt=1)
    fillers: list[str]
    rules: list[SureRule]
    context: list[ContextRule]


class SureRules:
    """Decides what is sure, and weighs in the state of the conversation."""

    def __init__(self, words: UnderstandingWords, file: str) -> None:
        self.words = words
        self._whole: dict[str, str] = {}
        self._sounds: dict[tuple[str, ...], str] = {}
        self._patterns: list[tuple[str, re.Pattern[str]]] = []
        for rule in words.rules:
            for utterance in rule.whole:
                self._whole.setdefault(utterance, rule.intent)
                self._sounds.setdefault(syllables(utterance), rule.intent)
            try:
                self._patterns += [(rule.intent, re.compile(pattern)) for pattern in rule.has]
            except re.error as error:
                raise DataFileError(file, f"not a regular expression: {error}", key=rule.intent) from error
        fillers = "|".join(re.escape(word) for word in sorted(words.fillers, key=len, reverse=True))
        self._fillers = re.compile(f"(?:{fillers})+")
        self._ends = re.compile(f"^(?:{fillers})+|(?:{fillers})+$")

    @classmethod
    def load(cls, language_dir: Path) -> SureRules:
        """Read ``understanding.yml``. Raises DataFileError."""
        path = language_dir / "understanding.yml"
        return cls(load_model(path, UnderstandingWords), str(path))

    def intent(self, heard: Normalized, entities: Sequence[Entity]) -> str | None:
        """The intent that is sure, or None."""
        compact = heard.compact
        if (whole := self._match_whole(compact)) is not None:
            return whole
        if self._is_bare(heard.text, entities):
            return _BARE
        for intent, pattern in self._patterns:
            if pattern.search(compact):
                return intent
        stripped = self._ends.sub("", compact)
        return self._match_whole(stripped) if stripped != compact else None

    def in_context(self, intent: str, expected: Collection[str]) -> str:
        """What a bare yes or no means to the state that waits for ``expected``."""
        if intent in expected:
            return intent
        for rule in self.words.context:
            if rule.said == intent and rule.expected in expected:
                return rule.means
        return intent

    def _match_whole(self, compact: str) -> str | None:
        return self._whole.get(compact) or self._sounds.get(syllables(compact))

    def _is_bare(self, text: str, entities: Sequence[Entity]) -> bool:
        """Whether nothing but dates, sums, digits and fillers was said."""
        telling = [entity for entity in entities if entity.kind in _TELLING]
        for entity in telling:
            text = text[: entity.start] + " " * (entity.end - entity.start) + text[entity.end :]
        return bool(telling) and all(self._fillers.fullmatch(rest) for rest in text.split())
