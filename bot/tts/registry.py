"""The synthesizers by name. A new engine is a module here and one line below."""

from __future__ import annotations

from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol, cast

from bot.errors import ModelError
from bot.tts.synthesizer import OwnedSynthesizer

# module:class; imported when opened, for some bring heavy or optional libraries.
_ENGINES = {
    "espeak": "bot.tts.espeak:EspeakSynthesizer",
    "sherpa": "bot.tts.sherpa:SherpaSynthesizer",
    "piper": "bot.tts.sherpa:SherpaSynthesizer",
}


class _Engine(Protocol):
    def __call__(self, language_dir: Path, voice: str) -> OwnedSynthesizer: ...


def synthesizer_names() -> tuple[str, ...]:
    """The names ``open_synthesizer`` knows."""
    return tuple(_ENGINES)


def open_synthesizer(name: str, language_dir: Path, voice: str = "") -> OwnedSynthesizer:
    """The engine called ``name`` with ``voice``, which means what the engine says; "" is its usual one.

    Its process starts with the first sentence. Close it when done. Raises ModelError for an unknown
    name and a missing voice or package, and DataFileError.
    """
    if name not in _ENGINES:
        raise ModelError(f"there is no synthesizer {name!r}; known: {', '.join(_ENGINES)}")
    return cast(_Engine, resolve_name(_ENGINES[name]))(language_dir, voice)
