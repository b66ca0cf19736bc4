"""The embedded interpreter: rules where they are sure, a small model for the rest. No server."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.nlu import features, model_cache
from bot.nlu.entities import EntityFinder, in_original, label
from bot.nlu.interpreter import OUT_OF_SCOPE, Entity, Understanding
from bot.nlu.model import Blocks, IntentModel, fit
from bot.nlu.normalize import Normalized, normalize
from bot.nlu.stop_words import StopWords
from bot.nlu.sure_rules import SureRules
from bot.nlu.training_data import load_training_data

_WORD_FILES = ("numerals.yml", "dates.yml", "amounts.yml")  # they decide entities, which the model sees
_TRAINING_DAY = datetime.fromisoformat("2026-01-05T09:00:00+08:00")  # any day: only kinds of entities count


class EmbeddedInterpreter:
    """Implements the Interpreter port. Holds no state of a conversation: share it freely between threads."""

    def __init__(
        self, model: IntentModel, entities: EntityFinder, rules: SureRules, stop_words: StopWords
    ) -> None:
        self._model, self._entities, self._rules, self._stop_words = model, entities, rules, stop_words
        self._time_zone = entities.time_zone

    @classmethod
    def load(cls, language_dir: Path, cache_dir: Path | None, time_zone: ZoneInfo) -> EmbeddedInterpreter:
        """Read the language and its model, fitted now if ``cache_dir`` holds none. Raises DataFileError."""
        entities = EntityFinder.load(language_dir, time_zone)
        rules, stop_words = SureRules.load(language_dir), StopWords.load(language_dir)
        data = language_dir / "nlu.yml"
        parts = [f"features {features.VERSION}".encode()]
        parts += [path.read_bytes() for name in _WORD_FILES if (path := language_dir / name).is_file()]
        parts += [data.read_bytes()] if data.is_file() else []
        model = model_cache.cached_model(cache_dir, parts, lambda: train(data, entities))
        return cls(model, entities, rules, stop_words)

    @property
    def intents(self) -> tuple[str, ...]:
        """All intents that can be understood."""
        return self._model.intents

    def parse(self, text: str, *, now: datetime, expected: Collection[str] = ()) -> Understanding:
        """Parse ``text``; never raises on any text. See the port for the arguments."""
        heard = normalize(text)
        if not heard.compact:
            return Understanding(text, OUT_OF_SCOPE, 0.0)
        found = self._entities.find(heard, now)
        today = now.astimezone(self._time_zone).date()
        probabilities = self._probabilities(heard, found, today)
        vetoed = self._rules.vetoed(heard.compact)
        sure = self._rules.intent(heard, found, today)
        sure = None if sure in vetoed else sure
        certain = probabilities if sure is None else {sure: 1.0}
        stop_words = self._stop_words.find(heard.compact, certain)
        if sure is not None:
            probabilities = self._insist(probabilities, self._rules.in_context(sure, expected))
        else:
            probabilities = self._reweigh(probabilities, expected, vetoed)
        meant = in_original(self._rules.kept(heard.text, found), heard, text)
        narrowest = max(probabilities, key=lambda name: probabilities[name])
        ranking = self._ranking(self._widened(probabilities, expected))
        intent, confidence = ranking[0]
        if confidence < self._rules.words.threshold:
            return Understanding(text, OUT_OF_SCOPE, confidence, ranking, meant, stop_words)
        broader = self._rules.words.parents(intent)
        narrower = narrowest if intent in self._rules.words.parents(narrowest) else None
        return Understanding(
            text, intent, confidence, ranking, meant, stop_words, broader=broader, narrower=narrower
        )

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

    @staticmethod
    def _ranking(probabilities: dict[str, float]) -> tuple[tuple[str, float], ...]:
        return tuple(sorted(probabilities.items(), key=lambda pair: -pair[1]))

    def _probabilities(self, heard: Normalized, found: list[Entity], today: date) -> dict[str, float]:
        values = self._model.probabilities(blocks_of(heard, found, today))
        return dict(zip(self._model.intents, values.tolist(), strict=True))

    def _insist(self, probabilities: dict[str, float], intent: str) -> dict[str, float]:
        """The sure intent first; the model's opinion shares the rest."""
        sure = self._rules.words.sure
        rest = {name: value * (1 - sure) for name, value in probabilities.items()}
        return rest | {intent: rest.get(intent, 0.0) + sure}

    def _reweigh(
        self, probabilities: dict[str, float], expected: Collection[str], vetoed: Collection[str]
    ) -> dict[str, float]:
        """Multiply the odds of what the state waits for: the largest single gain in accuracy there is."""
        weight = self._rules.words.expected_weight
        raised = {
            name: 0.0 if name in vetoed else p * weight if name in expected else p
            for name, p in probabilities.items()
        }
        total = sum(raised.values())
        return {name: value / total for name, value in raised.items()}


def blocks_of(heard: Normalized, found: list[Entity], today: date) -> Blocks:
    """What the model sees of an utterance."""
    return features.blocks(heard.compact, {label(entity, today) for entity in found})


def train(data: Path, entities: EntityFinder) -> IntentModel:
    """Fit a model on the examples in ``data``. Raises DataFileError."""
    examples = load_training_data(data)
    heard = [normalize(example.text) for example in examples]
    samples = [blocks_of(each, entities.find(each, _TRAINING_DAY), _TRAINING_DAY.date()) for each in heard]
    return fit(samples, [example.intent for example in examples])
