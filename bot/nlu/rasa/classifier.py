"""Rasa's opinion of a clause, or that of a model that stands in where Rasa gives none in time."""

from __future__ import annotations

import logging
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from datetime import date
from threading import Lock

from bot.nlu.classifier import IntentClassifier, Opinion
from bot.nlu.interpreter import OUT_OF_SCOPE, Entity
from bot.nlu.normalize import Normalized
from bot.nlu.rasa.breaker import CircuitBreaker
from bot.nlu.rasa.client import Failure, RasaClient, RasaFailure

log = logging.getLogger(__name__)

KEPT = 512
"""So many answers are kept, from when they were asked for until they are needed."""

KEPT_S = 60.0
"""How long an answer is kept: a server may be given another model."""

MISSED_S = 2.0
"""How long it is kept that there was none: within one turn a text is not asked about again."""

Ranking = tuple[tuple[str, float], ...]


class RasaClassifier:
    """Implements the classifier port.

    With ``waits`` an opinion asks the server and waits for it, at most the client's time limit. Without, it
    only takes what `ask` has brought: for calls, whose event loop must never wait.
    """

    def __init__(
        self,
        client: RasaClient,
        stand_in: IntentClassifier,
        stand_in_name: str,
        *,
        waits: bool,
        breaker: CircuitBreaker | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._stand_in, self._stand_in_name = client, stand_in, stand_in_name
        self._waits, self._clock = waits, clock
        self._breaker = breaker or CircuitBreaker(clock=clock)
        self._kept: OrderedDict[str, tuple[float, Ranking | None]] = OrderedDict()  # until when, and what
        self._lock = Lock()
        self._strange: set[str] = set()
        self.answered = 0
        """How many texts Rasa has answered."""
        self.failures: Counter[Failure] = Counter()
        """How many it has not, by why."""

    @property
    def intents(self) -> tuple[str, ...]:
        return self._stand_in.intents

    def opinion(self, heard: Normalized, found: Sequence[Entity], today: date) -> Opinion:
        known, ranking = self._recall(heard.text)
        if not known and self._waits:
            ranking = self.ask(heard.text)
        if ranking is None:
            own = self._stand_in.opinion(heard, found, today)
            return Opinion(own.probabilities, self._stand_in_name)
        return Opinion(dict(ranking))

    def ask(self, text: str) -> Ranking | None:
        """Ask about one normalised text unless the answer is known; None when there is none. Never raises."""
        known, ranking = self._recall(text)
        if known:
            return ranking
        if not self._breaker.admits():
            self._missed(text, Failure.RESTING)
            return None
        try:
            ranking = self._client.ranking(text)
        except RasaFailure as failure:
            opens = self._breaker.failed()
            self._missed(text, failure.kind)
            if opens:
                log.warning("%s; the %s model stands in", failure, self._stand_in_name)
            return None
        if self._breaker.succeeded():
            log.warning("Rasa answers again")
        self._note_strange(ranking)
        with self._lock:
            self.answered += 1
        self._keep(text, KEPT_S, ranking)
        return ranking

    def gave_up(self, text: str) -> None:
        """Whoever asked waits no longer."""
        self._missed(text, Failure.TIMED_OUT)

    def _recall(self, text: str) -> tuple[bool, Ranking | None]:
        with self._lock:
            until, ranking = self._kept.get(text, (0.0, None))
            return self._clock() < until, ranking if self._clock() < until else None

    def _keep(self, text: str, for_s: float, ranking: Ranking | None) -> None:
        with self._lock:
            self._kept[text] = (self._clock() + for_s, ranking)
            self._kept.move_to_end(text)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)

    def _missed(self, text: str, kind: Failure) -> None:
        if self._recall(text)[0]:
            return  # told already, by who asked or by who waited
        with self._lock:
            self.failures[kind] += 1
        self._keep(text, MISSED_S, None)

    def _note_strange(self, ranking: Ranking) -> None:
        """Tell once of intents that our flows cannot know: a model of other data answers as out of scope."""
        strange = {name for name, _ in ranking} - {*self.intents, OUT_OF_SCOPE} - self._strange
        if strange:
            self._strange |= strange
            log.warning("Rasa's model knows intents that ours does not: %s", ", ".join(sorted(strange)))
