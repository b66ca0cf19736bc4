"""The engines that are measured: trained on examples, then asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Protocol

from bot.nlu.classifier import IntentClassifier, Opinion
from bot.nlu.embedded import EmbeddedClassifier, train
from bot.nlu.entities import EntityFinder
from bot.nlu.interpreter import Entity
from bot.nlu.measure.memory import embedded_memory_mb
from bot.nlu.normalize import Normalized
from bot.nlu.rasa.client import RasaClient
from bot.nlu.rasa.environment import RasaEnvironment, Tell
from bot.nlu.rasa.project import Pipeline, RasaProject
from bot.nlu.rasa.server import serving
from bot.nlu.rasa.training import as_asked, models_in, train_rasa
from bot.nlu.sure_rules import SureRules
from bot.nlu.training_data import Example
from bot.simulation.noise import NoiseChannel

_PATIENCE_S = 30.0  # a measurement waits where a caller would not


@dataclass(frozen=True, slots=True)
class Trained:
    """A model ready to be asked. ``trained_s`` is None where it was not trained now.

    ``memory_mb`` tells the most that the process of the model alone has held so far; None: not known.
    """

    classifier: IntentClassifier
    trained_s: float | None
    memory_mb: Callable[[], float | None]


class Engine(Protocol):
    """A way to understand."""

    @property
    def name(self) -> str: ...

    def trained(self, examples: Sequence[Example]) -> AbstractContextManager[Trained]:
        """A model of ``examples``, to be asked within the block. Raises InterpreterError."""
        ...


@dataclass(frozen=True, slots=True)
class EmbeddedEngine:
    """Our own model, in this process."""

    entities: EntityFinder
    rules: SureRules
    noise: NoiseChannel | None
    name: str = "embedded"

    @contextmanager
    def trained(self, examples: Sequence[Example]) -> Iterator[Trained]:
        began = time.perf_counter()
        model = train(examples, self.entities, self.rules, self.noise)
        took = time.perf_counter() - began
        yield Trained(EmbeddedClassifier(model), took, lambda: embedded_memory_mb(model))


@dataclass(frozen=True, slots=True)
class RasaEngine:
    """A Rasa model, trained and served in an environment of its own; ``epochs`` None: as the pipeline has."""

    environment: RasaEnvironment
    cache: Path
    rules: SureRules
    pipeline: Pipeline
    epochs: int | None = None
    tell: Tell = field(default=lambda _: None)

    @property
    def name(self) -> str:
        epochs = f", {self.epochs} epochs" if self.epochs and self.pipeline is Pipeline.DIET else ""
        return f"rasa {self.pipeline.value}{epochs}"

    @contextmanager
    def trained(self, examples: Sequence[Example]) -> Iterator[Trained]:
        project = RasaProject.of(as_asked(examples, self.rules), self.pipeline, self.epochs)
        model = train_rasa(self.environment, project, self.cache, validate=False, tell=self.tell)
        log = models_in(self.cache) / f"{project.digest}.served.log"
        intents = tuple(sorted({example.intent for example in examples}))
        with serving(self.environment, model.path, log) as server:
            client = RasaClient(server.url, server.token, timeout_s=_PATIENCE_S)
            try:
                yield Trained(ServerClassifier(client, intents), model.trained_s, lambda: server.memory_mb)
            finally:
                client.close()


@dataclass(frozen=True, slots=True)
class RunningEngine:
    """A Rasa server that is there already, with whatever model it has: it is asked, not trained."""

    client: RasaClient
    name: str = "rasa"

    @contextmanager
    def trained(self, examples: Sequence[Example]) -> Iterator[Trained]:
        self.client.check()
        intents = tuple(sorted({example.intent for example in examples}))
        yield Trained(ServerClassifier(self.client, intents), None, lambda: None)


class ServerClassifier:
    """Implements the classifier port, with nothing to stand in: a server that fails ends the measurement."""

    def __init__(self, client: RasaClient, intents: tuple[str, ...]) -> None:
        self._client, self.intents = client, intents
        self._known: dict[str, tuple[tuple[str, float], ...]] = {}
        self._lock = Lock()

    def opinion(self, heard: Normalized, found: Sequence[Entity], today: date) -> Opinion:  # noqa: ARG002
        """Raises RasaFailure."""
        with self._lock:
            ranking = self._known.get(heard.text)
        if ranking is None:
            ranking = self._client.ranking(heard.text)
            with self._lock:
                self._known[heard.text] = ranking
        return Opinion(dict(ranking))

    def forget(self) -> None:
        """Ask anew from now on, for a measurement of time."""
        with self._lock:
            self._known.clear()
