"""Neural voices: VITS (Piper's too, in their sherpa-onnx form), Matcha and Kokoro, by sherpa-onnx on the CPU.

Needs the extra ``neural`` and a folder with a voice, which its publisher gives out; none comes with the
product. Piper's own package is not used: its licence is the GPL, and sherpa-onnx runs the same voices.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bot.errors import ModelError
from bot.tts import finishing, reading_words
from bot.tts.engine_process import EngineProcess
from bot.tts.isolated import IsolatedSynthesizer
from bot.tts.reading import Reading
from bot.tts.sherpa_voice import find_voice

TIMEOUT_S = 10.0
"""House figure for one clause, which a small voice speaks in less than a second."""

_PACKAGE = "sherpa-onnx"
_THREADS = 1  # one clause at a time on one core: the other cores belong to hearing


class SherpaSynthesizer(IsolatedSynthesizer):
    """A neural voice in a process of its own. ``voice`` is its folder, with #3 behind it for speaker 3."""

    def __init__(self, language_dir: Path, voice: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """Raises ModelError: the package, the voice or the speaker is missing. Raises DataFileError."""
        try:
            engine = version(_PACKAGE)
        except PackageNotFoundError as error:
            raise ModelError(f"{_PACKAGE} is not installed; install the extra 'neural'") from error
        folder, speaker = _parse(voice)
        found = find_voice(folder)
        self._reading = Reading.load(language_dir)
        words = (language_dir / reading_words.FILE).read_bytes()
        told = f"{found.signature} {finishing.VERSION} {hashlib.sha256(words).hexdigest()}"
        super().__init__(
            f"sherpa/{engine}/{folder.name}#{speaker}/{hashlib.sha256(told.encode()).hexdigest()[:12]}",
            EngineProcess(
                "bot.tts.sherpa_worker",
                {"family": found.family, "files": found.files, "speaker": speaker, "threads": _THREADS},
                timeout_s,
            ),
            self._requests,
        )

    def _requests(self, text: str, rate: float) -> list[dict[str, Any]]:
        spoken = self._reading.read(text)
        return [{"text": spoken, "rate": rate}] if spoken else []


def _parse(voice: str) -> tuple[Path, int]:
    folder, _, speaker = voice.partition("#")
    if not folder:
        raise ModelError("name the folder of the voice in the setting synthesizer_voice")
    if speaker and not speaker.isdecimal():
        raise ModelError(f"{voice!r}: the speaker behind # is a number, counted from 0")
    return Path(folder).expanduser().resolve(), int(speaker or 0)
