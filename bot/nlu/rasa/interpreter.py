"""The Rasa interpreter: its intents behind our rules; the embedded model stands in when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from bot.nlu.embedded import NAME as EMBEDDED
from bot.nlu.embedded import EmbeddedClassifier, LanguageParts
from bot.nlu.rasa.classifier import RasaClassifier
from bot.nlu.rasa.client import RasaClient, RasaFailure
from bot.nlu.rules_first import RulesFirst

log = logging.getLogger(__name__)

_THREADS = 16  # requests at once: the readings and clauses of a few calls that end a sentence together


@dataclass(frozen=True, slots=True)
class RasaServer:
    """Where Rasa is, and how long a caller may be kept waiting for it."""

    url: str
    token: str = ""
    timeout_s: float = 0.3


class RasaInterpreter(RulesFirst):
    """Implements the Interpreter port and AsksAhead. Share it freely between calls; close it in the end."""

    def __init__(self, parts: LanguageParts, client: RasaClient, *, live: bool) -> None:
        self.classifier = RasaClassifier(client, EmbeddedClassifier(parts.model), EMBEDDED, waits=not live)
        super().__init__(self.classifier, parts.entities, parts.rules, parts.stop_words)
        self._client, self._live = client, live
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="rasa")

    @classmethod
    def load(
        cls,
        language_dir: Path,
        cache_dir: Path | None,
        time_zone: ZoneInfo,
        server: RasaServer,
        *,
        live: bool,
    ) -> Self:
        """Read the language. ``live``: for calls; ``parse`` then never waits, and `prepare` asks.

        A server that is not there is told in the log, and calls go on without it. Raises DataFileError.
        """
        client = RasaClient(server.url, server.token, timeout_s=server.timeout_s)
        interpreter = cls(LanguageParts.load(language_dir, cache_dir, time_zone), client, live=live)
        try:
            client.check()
        except RasaFailure as failure:
            log.warning("%s; the %s model stands in until it answers", failure, EMBEDDED)
        return interpreter

    async def prepare(self, texts: Sequence[str]) -> None:
        """Ask about ``texts`` on threads, for at most the time limit; all loops may share them."""
        if not self._live:
            return
        pieces = list(dict.fromkeys(piece.text for text in texts for piece in self.pieces(text)))
        loop = asyncio.get_running_loop()
        asked = {loop.run_in_executor(self._pool, self.classifier.ask, piece) for piece in pieces}
        if not asked:
            return
        _, late = await asyncio.wait(asked, timeout=self._client.timeout_s)
        if late:
            for piece in pieces:
                self.classifier.gave_up(piece)

    def close(self) -> None:
        """Tell how often Rasa failed, and let go of its connections."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._client.close()
        failures, answered = self.classifier.failures, self.classifier.answered
        if failures:
            why = ", ".join(f"{count} {kind.value}" for kind, count in failures.most_common())
            total = answered + failures.total()
            log.warning("Rasa gave no answer to %d of %d texts: %s", failures.total(), total, why)
