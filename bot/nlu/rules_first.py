"""Rules where they are sure, a model for the rest, the state weighed in: the same whatever the model is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from bot.nlu.classifier import IntentClassifier
from bot.nlu.clauses import within
from bot.nlu.entities import EntityFinder, in_original
from bot.nlu.hesitation import cut
from bot.nlu.interpreter import OUT_OF_SCOPE, Entity, Understanding
from bot.nlu.normalize import Normalized, normalize
from bot.nlu.stop_words import StopWords
from bot.nlu.sure_rules import SureRules

_MOST_CLAUSES = 6  # more in one breath is a radio in the background


@dataclass(frozen=True, slots=True)
class _Reading:
    """``certain``: without regard to the state, for stop words; ``probabilities``: with regard to it.

    ``stand_in`` as in Opinion; None as well where a rule was sure and no model mattered.
    """

    certain: dict[str, float]
    probabilities: dict[str, float]
    stand_in: str | None = None

    @property
    def best(self) -> str:
        return max(self.probabilities, key=lambda name: self.probabilities[name])

    @property
    def confidence(self) -> float:
        return self.probabilities[self.best]


class RulesFirst:
    """Implements the Interpreter port around a model. Holds no state of a conversation."""

    def __init__(
        self, classifier: IntentClassifier, entities: EntityFinder, rules: SureRules, stop_words: StopWords
    ) -> None:
        self._classifier, self._entities, self._rules = classifier, entities, rules
        self._stop_words, self._time_zone = stop_words, entities.time_zone

    @property
    def intents(self) -> tuple[str, ...]:
        """All intents that can be understood."""
        return self._classifier.intents

    def pieces(self, text: str) -> tuple[Normalized, ...]:
        """What the model is asked about to parse ``text``: the whole, and its clauses where it has some."""
        heard = self._rules.hesitations.without(normalize(text))
        clauses = (clause for _, _, clause in self._clauses(heard))
        return tuple(piece for piece in (heard, *clauses) if piece.compact)

    def entities_of(self, heard: Normalized, now: datetime) -> list[Entity]:
        """What is named in normalised text, in its places there."""
        return self._entities.find(heard, now)

    def parse(self, text: str, *, now: datetime, expected: Collection[str] = ()) -> Understanding:
        """Parse ``text``; never raises on any text. See the port for the arguments."""
        heard = self._rules.hesitations.without(normalize(text))
        if not heard.compact:
            return Understanding(text, OUT_OF_SCOPE, 0.0)
        found = self._entities.find(heard, now)
        today = now.astimezone(self._time_zone).date()
        vetoed = self._rules.vetoed(heard.compact)
        whole = self._read(heard, found, today, expected, vetoed)
        parts = self._parts(heard, found, today, expected, vetoed)
        said = self._prefer(whole, parts)
        meant = in_original(self._rules.kept(heard.text, found), heard, text)
        stop_words = self._stop_words.find(heard.compact, whole.certain)
        ranking = _ranked(self._widened(said.probabilities, expected))
        intent, confidence = ranking[0]
        if confidence < self._rules.words.threshold:
            return Understanding(
                text, OUT_OF_SCOPE, confidence, ranking, meant, stop_words, stand_in=said.stand_in
            )
        broader = self._rules.words.parents(intent)
        narrower = said.best if intent in self._rules.words.parents(said.best) else None
        also = self._also(intent, parts, expected)
        return Understanding(
            text,
            intent,
            confidence,
            ranking,
            meant,
            stop_words,
            also,
            broader=broader,
            narrower=narrower,
            stand_in=said.stand_in,
        )

    def _read(
        self,
        heard: Normalized,
        found: list[Entity],
        today: date,
        expected: Collection[str],
        vetoed: frozenset[str],
    ) -> _Reading:
        """What one clause, or the whole as one, means to a state that waits for ``expected``."""
        opinion = self._classifier.opinion(heard, found, today)
        probabilities = opinion.probabilities
        sure = self._rules.intent(heard, found, today)
        if sure is None or sure in vetoed:
            raised = self._reweigh(probabilities, expected, vetoed)
            return _Reading(probabilities, raised, opinion.stand_in)
        meant = self._rules.in_context(sure, expected)
        sureness = self._rules.sureness(heard.compact, expected)
        if sureness < 1:
            return _Reading({sure: sureness}, {meant: sureness, OUT_OF_SCOPE: 1 - sureness})
        return _Reading({sure: 1.0}, self._insist(probabilities, meant))

    def _parts(
        self,
        heard: Normalized,
        found: list[Entity],
        today: date,
        expected: Collection[str],
        vetoed: frozenset[str],
    ) -> list[_Reading]:
        """The clauses that say something for certain, in order; none when there is only one clause."""
        words = self._rules.clauses.words
        readings = []
        for start, end, clause in self._clauses(heard):
            skipped = end - start - len(clause.text)
            own = vetoed | self._rules.vetoed(clause.compact)
            reading = self._read(clause, within(found, start + skipped, end), today, expected, own)
            if reading.confidence >= words.at_least and reading.best not in words.not_alone:
                readings.append(reading)
        return readings

    def _clauses(self, heard: Normalized) -> list[tuple[int, int, Normalized]]:
        """Where each clause begins and ends, and the clause; none when there is only one."""
        spans = self._rules.clauses.spans(heard.text)
        if len(spans) < 2:
            return []
        without = self._rules.hesitations.without
        return [(start, end, without(cut(heard, start, end))) for start, end in spans[:_MOST_CLAUSES]]

    def _prefer(self, whole: _Reading, parts: list[_Reading]) -> _Reading:
        """The whole, unless it reads as something that none of its clauses says: a blend of two."""
        if not parts or any(part.best == whole.best for part in parts):
            return whole
        surest = max(parts, key=lambda part: part.confidence)
        return surest if surest.confidence > whole.confidence else whole

    def _also(self, intent: str, parts: list[_Reading], expected: Collection[str]) -> tuple[str, ...]:
        """What the clauses say beside ``intent``, in order: no case of it, nothing twice."""
        words, also = self._rules.words, []
        for part in parts:
            said = _ranked(self._widened(part.probabilities, expected))[0][0]
            related = said in words.parents(intent) or intent in words.parents(said)
            if said != intent and not related and said not in also:
                also.append(said)
        return tuple(also)

    def parents(self, intent: str) -> tuple[str, ...]:
        """The wider intents that ``intent`` is a case of, nearest first; empty for most."""
        return self._rules.words.parents(intent)

    def _widened(self, probabilities: dict[str, float], expected: Collection[str]) -> dict[str, float]:
        """Give what is narrower to the wider intent where the state waits for that alone."""
        widened = dict.fromkeys(probabilities, 0.0)
        for name, p in probabilities.items():
            wider = (parent for parent in self._rules.words.parents(name) if parent in expected)
            to = name if name in expected else next(wider, name)
            widened[to] = widened.get(to, 0.0) + p
        return widened

    def _insist(self, probabilities: dict[str, float], intent: str) -> dict[str, float]:
        """The sure intent first; the model's opinion shares the rest."""
        sure = self._rules.words.sure
        rest = {name: value * (1 - sure) for name, value in probabilities.items()}
        return rest | {intent: rest.get(intent, 0.0) + sure}

    def _reweigh(
        self, probabilities: dict[str, float], expected: Collection[str], vetoed: frozenset[str]
    ) -> dict[str, float]:
        """Multiply the odds of what the state waits for: the largest single gain in accuracy there is."""
        weight = self._rules.words.expected_weight
        raised = {
            name: 0.0 if name in vetoed else p * weight if name in expected else p
            for name, p in probabilities.items()
        }
        total = sum(raised.values())
        return {name: value / total for name, value in raised.items()}


def _ranked(probabilities: dict[str, float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(probabilities.items(), key=lambda pair: -pair[1]))
