"""The engines by name. A new one is a module with an ``engine(model)`` and one line here."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from bot.asr.biasing import Bias
from bot.asr.decoder import Engine
from bot.asr.pool import PooledRecognizer
from bot.errors import ModelError

ENGINES: Final = {
    "vosk": "bot.asr.vosk",
    "sherpa": "bot.asr.sherpa",
}


def open_recognizer(
    engine: str,
    model: Path,
    *,
    phrases: Iterable[str] = (),
    max_streams: int = 32,
    workers: int | None = None,
    timeout_s: float = 5.0,
) -> PooledRecognizer:
    """The recogniser called ``engine`` with the model in the folder ``model``.

    ``phrases``: what the language makes likely (``bot.asr.biasing.phrases_of``). The files of the model are
    looked at now; it is loaded by the first ``open``, or by ``warm_up``. Raises ModelError.
    """
    module = ENGINES.get(engine)
    if module is None:
        raise ModelError(f"there is no recogniser {engine!r}; known: {', '.join(sorted(ENGINES))}")
    try:
        made: Engine = importlib.import_module(module).engine(model)
    except (ImportError, OSError) as error:
        raise ModelError(f"the recogniser {engine!r} cannot be used on this machine: {error}") from error
    return PooledRecognizer(
        made, bias=Bias.of(phrases), max_streams=max_streams, workers=workers, timeout_s=timeout_s
    )
