"""Stop words: what acts at once in every state of a conversation, heard as written or only by its sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from bot.datafile import load_model
from bot.nlu.patterns import compiled
from bot.nlu.pinyin import Folding
from bot.patterns import Pattern


class Confusions(BaseModel):
    """Sounds taken for others: initials and finals of toneless pinyin."""

    model_config = ConfigDict(extra="forbid")
    initials: dict[str, str]
    finals: dict[str, str]


class StopWordRule(BaseModel):
    """One rule of ``stop_words.yml``."""

    model_config = ConfigDict(extra="forbid")
    id: str
    any: list[str]
    exact: list[str] = []
    exceptions: list[str] = Field(default=[], alias="except")
    unless: list[str] = []
    intents: list[str] = []


class StopWordFile(BaseModel):
    """``stop_words.yml``: rules, gravest first."""

    model_config = ConfigDict(extra="forbid")
    intent_at_least: float = Field(gt=0, le=1)
    confusions: Confusions
    rules: list[StopWordRule]


@dataclass(frozen=True, slots=True)
class _Rule:
    id: str
    words: tuple[str, ...]
    sounds: tuple[tuple[str, ...], ...]
    exceptions: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    intents: frozenset[str]


class StopWords:
    """Finds stop words in normalised text without spaces."""

    def __init__(self, content: StopWordFile, file: str) -> None:
        self._folding = Folding(content.confusions.initials, content.confusions.finals)
        self._intent_at_least = content.intent_at_least
        self._rules = [self._compile(rule, file) for rule in content.rules]

    @classmethod
    def load(cls, language_dir: Path) -> StopWords:
        """Read ``stop_words.yml``. Raises DataFileError."""
        path = language_dir / "stop_words.yml"
        return cls(load_model(path, StopWordFile), str(path))

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of all rules, gravest first."""
        return tuple(rule.id for rule in self._rules)

    @property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The words of each rule, in the order of the rules."""
        return tuple(rule.words for rule in self._rules)

    def find(self, text: str, probabilities: Mapping[str, float] | None = None) -> tuple[str, ...]:
        """The ids of the rules hit by a word in ``text`` or by the certainty of an intent, gravest first."""
        folded = self._folding.fold(text)
        heard = frozenset(folded)
        return tuple(
            rule.id for rule in self._rules if self._hit(rule, text, folded, heard, probabilities or {})
        )

    def _hit(
        self,
        rule: _Rule,
        text: str,
        folded: tuple[str, ...],
        heard: frozenset[str],
        probabilities: Mapping[str, float],
    ) -> bool:
        spans = [span for word in rule.words if word in text for span in _places(text, word)]
        spans += [span for sounds in rule.sounds if sounds[0] in heard for span in _sounds_at(folded, sounds)]
        likely = any(probabilities.get(intent, 0) >= self._intent_at_least for intent in rule.intents)
        if not (spans or likely) or any(pattern.search(text) for pattern in rule.unless):
            return False
        void = [match.span() for pattern in rule.exceptions for match in pattern.finditer(text)]
        standing = any(not any(s < end and start < e for s, e in void) for start, end in spans)
        return standing or (likely and not void)

    def _compile(self, rule: StopWordRule, file: str) -> _Rule:
        exceptions = tuple(compiled(pattern, file, rule.id) for pattern in rule.exceptions)
        unless = tuple(compiled(pattern, file, rule.id) for pattern in rule.unless)
        sounds = tuple(self._folding.fold(word) for word in rule.any)
        return _Rule(rule.id, (*rule.any, *rule.exact), sounds, exceptions, unless, frozenset(rule.intents))


def _places(text: str, word: str) -> Iterator[tuple[int, int]]:
    at = text.find(word)
    while at >= 0:
        yield at, at + len(word)
        at = text.find(word, at + 1)


def _sounds_at(folded: tuple[str, ...], sounds: tuple[str, ...]) -> list[tuple[int, int]]:
    size = len(sounds)
    return [(at, at + size) for at in range(len(folded) - size + 1) if folded[at : at + size] == sounds]
