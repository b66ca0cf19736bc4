"""The process in which espeak-ng speaks, through pyttsx3.

What pyttsx3 2.99 wants of its callers, found by measuring:

- It cannot be told which library to use: the one of the ``espeakng_loader`` wheel is loaded before it looks.
- ``runAndWait`` may come back before the file is written: the end of an utterance is waited for instead.
- Right after the start the end that is told may be an earlier one, and an utterance may be lost: the file is
  looked at, and what did not come is said again.
- A property set is lost when the library is still winding up the utterance before: it is set until it holds.
- Before the first ``runAndWait`` properties are only queued, so one is run at the start.
- It passes ten times the length of the text, and the library copies that much: texts come in short pieces.
"""

from __future__ import annotations

import ctypes
import os
import tempfile
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import espeakng_loader
import pyttsx3

from bot.tts.engine_loop import serve

_VOLUME = 0.5  # of full: louder, the formants add up beyond full scale and the library clips them
_SETTLES_S = 2.0
_WRITTEN_S = 0.3
_TRIES = 3
_LONGEST_S = 60.0


class Espeak:
    """espeak-ng with one voice."""

    def __init__(self, settings: dict[str, Any]) -> None:
        ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)
        os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
        self._engine = pyttsx3.init("espeak")
        self._said = threading.Event()
        self._engine.connect("finished-utterance", lambda **_: self._said.set())
        self._engine.runAndWait()
        self._engine.setProperty("voice", settings["voice"])

    def speak(self, request: dict[str, Any]) -> tuple[int, bytes]:
        """The words of ``request["text"]`` at ``request["pace"]`` of the library's words a minute."""
        self._set("rate", request["pace"])
        self._set("volume", _VOLUME)
        for _ in range(_TRIES):
            with _file() as path:
                if (sound := self._spoken(request["text"], path)) is not None:
                    return sound
        raise TimeoutError("the utterance ended without a sound")

    def _spoken(self, text: str, path: str) -> tuple[int, bytes] | None:
        """The sound of ``text``; None when none was written: right after a start an utterance may be lost."""
        self._said.clear()
        self._engine.save_to_file(text, path)
        self._engine.runAndWait()
        if not self._said.wait(_LONGEST_S):
            raise TimeoutError("the utterance did not end")
        deadline = time.monotonic() + _WRITTEN_S
        before: tuple[int, bytes] | None = None
        while time.monotonic() < deadline:
            sound = _read(path)
            if sound is not None and sound == before:
                return sound
            before = sound
            time.sleep(0.002)
        return None

    def _set(self, name: str, value: float) -> None:
        deadline = time.monotonic() + _SETTLES_S
        while self._engine.getProperty(name) != value:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the {name} {value} does not hold")
            self._engine.setProperty(name, value)
            time.sleep(0.001)


def _read(path: str) -> tuple[int, bytes] | None:
    """The rate and samples in a file; None when there are none yet."""
    try:
        with wave.open(path, "rb") as sound:
            pcm = sound.readframes(sound.getnframes())
            return (sound.getframerate(), pcm) if pcm else None
    except (EOFError, wave.Error):
        return None


@contextmanager
def _file() -> Iterator[str]:
    """A file to write to, in memory where the system can: what is said of a customer is not for the disk."""
    if hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd"):
        descriptor = os.memfd_create("speech")
        try:
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield os.path.join(folder, "speech.wav")


if __name__ == "__main__":
    serve(Espeak)
