"""Intents that need no model: a bare yes or no, a bare date or sum, asking for a robot or a person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.datafile import load_model
from bot.nlu.clauses import Clauses, ClauseWords
from bot.nlu.entities import label
from bot.nlu.fillers import Fillers
from bot.nlu.hesitation import Hesitations, HesitationWords
from bot.nlu.interpreter import Entity
from bot.nlu.normalize import Normalized
from bot.nlu.patterns import compiled
from bot.nlu.pinyin import syllables
from bot.patterns import Pattern

_BARE = "inform"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SureRule(_Strict):
    """``whole``: complete utterances, compared as written and by sound. ``has``: regular expressions.

    ``shape``: regular expressions over the utterance with its entities named.
    """

    intent: str
    whole: list[str] = []
    has: list[str] = []
    shape: list[str] = []


class Veto(_Strict):
    """``intent`` is never understood from an utterance in which one of the patterns ``when`` is found."""

    intent: str
    when: list[str]


class Negations(_Strict):
    """Words that take back what stands behind them (``before``) or in front of them (``after``)."""

    before: list[str]
    after: list[str]


class ContextRule(_Strict):
    """What is ``said`` to a state that waits for ``expected``, and not for that itself, ``means`` another."""

    said: str
    expected: str
    means: str


class Murmurs(_Strict):
    """Sounds of listening: a yes elsewhere, but no sure one to a state that waits for ``expected``."""

    words: frozenset[str] = frozenset()
    expected: str = ""
    confidence: float = Field(default=1.0, ge=0, le=1)


class UnderstandingWords(_Strict):
    """``understanding.yml``."""

    threshold: float = Field(ge=0, le=1)
    expected_weight: float = Field(ge=1)
    sure: float = Field(gt=0, lt=1)
    hesitations: HesitationWords
    clauses: ClauseWords
    fillers: list[str]
    negations: Negations
    not_bare: list[str]
    rules: list[SureRule]
    vetoes: list[Veto]
    context: list[ContextRule]
    murmurs: Murmurs = Murmurs()
    falls_back_to: dict[str, str] = {}

    @model_validator(mode="after")
    def _no_circle(self) -> UnderstandingWords:
        for intent in self.falls_back_to:
            self.parents(intent)
        return self

    def parents(self, intent: str) -> tuple[str, ...]:
        """The wider intents of ``intent``, nearest first. Raises ValueError when they go in a circle."""
        found: list[str] = []
        while (parent := self.falls_back_to.get(intent)) is not None:
            if parent in found:
                raise ValueError(f"falls_back_to goes in a circle at {parent}")
            found.append(parent)
            intent = parent
        return tuple(found)


class SureRules:
    """Decides what is sure, and weighs in the state of the conversation."""

    def __init__(self, words: UnderstandingWords, file: str) -> None:
        self.words = words
        self.hesitations = Hesitations(words.hesitations, file)
        self.clauses = Clauses(words.clauses, file)
        self._whole: dict[str, str] = {}
        self._sounds: dict[tuple[str, ...], str] = {}
        self._patterns: list[tuple[str, Pattern]] = []
        self._shapes: list[tuple[str, Pattern]] = []
        for rule in words.rules:
            for utterance in rule.whole:
                self._whole.setdefault(utterance, rule.intent)
                self._sounds.setdefault(syllables(utterance), rule.intent)
            self._patterns += [(rule.intent, compiled(p, file, rule.intent)) for p in rule.has]
            self._shapes += [(rule.intent, compiled(p, file, rule.intent)) for p in rule.shape]
        self._vetoes = [(v.intent, compiled(p, file, v.intent)) for v in words.vetoes for p in v.when]
        self._fillers = Fillers(words.fillers)

    @classmethod
    def load(cls, language_dir: Path) -> SureRules:
        """Read ``understanding.yml``. Raises DataFileError."""
        path = language_dir / "understanding.yml"
        return cls(load_model(path, UnderstandingWords), str(path))

    def intent(self, heard: Normalized, entities: Sequence[Entity], today: date) -> str | None:
        """The intent that is sure, or None."""
        compact = heard.compact
        if (whole := self._match_whole(compact)) is not None:
            return whole
        if self._is_bare(heard.text, entities):
            return _BARE
        for intent, pattern in self._patterns:
            if pattern.search(compact):
                return intent
        shape = _shape(heard.text, entities, today)
        for intent, pattern in self._shapes:
            if pattern.search(shape):
                return intent
        stripped = self._fillers.stripped(compact)
        return self._match_whole(stripped) if stripped != compact else None

    def vetoed(self, compact: str) -> frozenset[str]:
        """The intents that this utterance can not have."""
        return frozenset(intent for intent, pattern in self._vetoes if pattern.search(compact))

    def kept(self, text: str, entities: Sequence[Entity]) -> list[Entity]:
        """The entities without those taken back: of 不是明天是后天 only the second day is meant.

        Where all are taken back nothing stands in their place, and they are kept for the policy to ask about.
        """
        before, after = tuple(self.words.negations.before), tuple(self.words.negations.after)

        def negated(entity: Entity) -> bool:
            return text[: entity.start].endswith(before) or text[entity.end :].startswith(after)

        meant = [entity for entity in entities if not negated(entity)]
        return [e for e in entities if e in meant or not any(_same_kind(e, other) for other in meant)]

    def in_context(self, intent: str, expected: Collection[str]) -> str:
        """What a bare yes or no means to the state that waits for ``expected``."""
        if intent in expected:
            return intent
        for rule in self.words.context:
            if rule.said == intent and rule.expected in expected:
                return rule.means
        return intent

    def sureness(self, compact: str, expected: Collection[str]) -> float:
        """How sure a sure rule may be of ``compact``: less of a murmur where a yes settles who it is."""
        murmurs = self.words.murmurs
        return murmurs.confidence if murmurs.expected in expected and compact in murmurs.words else 1.0

    def _match_whole(self, compact: str) -> str | None:
        return self._whole.get(compact) or self._sounds.get(syllables(compact))

    def _is_bare(self, text: str, entities: Sequence[Entity]) -> bool:
        """Whether nothing but dates, sums, digits and fillers was said."""
        if not entities or any(word in text for word in self.words.not_bare):
            return False
        if all(entity.kind == "vague_date" for entity in entities):
            return False  # tells no day: an answer of its own kind, which has to be asked about
        for entity in entities:
            text = text[: entity.start] + " " * (entity.end - entity.start) + text[entity.end :]
        return all(self._fillers.are_all(rest) for rest in text.split())


def _same_kind(one: Entity, other: Entity) -> bool:
    """Whether one could stand for the other: days with days, sums with sums."""
    return one.kind == other.kind or {one.kind, other.kind} <= {"date", "datetime"}


def _shape(text: str, entities: Sequence[Entity], today: date) -> str:
    """The utterance without spaces, with the name of its kind in place of each entity."""
    parts, at = [], 0
    for entity in entities:
        if entity.start < at:
            continue  # digits that are a sum as well
        parts += [text[at : entity.start], f"<{label(entity, today)}>"]
        at = entity.end
    return "".join([*parts, text[at:]]).replace(" ", "")
