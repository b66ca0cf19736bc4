"""What the callers of the voice benchmark say and what they are answered: a folder of sound and its script.

``caller_audio`` makes the folder; the load client, the servers and the emulated recogniser read it. Imports
nothing of the product, so that servers of other makes can read it too.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

RATE = 8000
FRAME = 160  # samples of 20 ms
SCRIPT = "script.yml"

Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a syllable, and when in the utterance it is said."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Utterance:
    """``speech_s``: first and last sample of speech; ``pauses_s``: silences inside of it.

    ``reply`` is what it is answered with. ``barge_in_s``: it is said over the reply before it, so many
    seconds after that has begun.
    """

    id: str
    text: str
    sound: Samples
    speech_s: tuple[float, float]
    pauses_s: tuple[tuple[float, float], ...]
    words: tuple[Word, ...]
    reply: str
    barge_in_s: float | None


@dataclass(frozen=True)
class Reply:
    """What the bot says."""

    id: str
    text: str
    sound: Samples


@dataclass(frozen=True)
class Script:
    """``background`` is heard on the line all the time, over and over."""

    utterances: tuple[Utterance, ...]
    replies: dict[str, Reply]
    fallback: str
    background: Samples

    def reply_to(self, text: str) -> Reply:
        """The reply to what was recognised: exact, or the fallback."""
        known = {_letters(utterance.text): utterance.reply for utterance in self.utterances}
        return self.replies[known.get(_letters(text), self.fallback)]


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def load_script(folder: Path) -> Script:
    """Read a folder that ``caller_audio`` has made. Raises OSError, KeyError and ValueError."""
    data: dict[str, Any] = yaml.safe_load((folder / SCRIPT).read_text(encoding="utf-8"))
    return Script(
        tuple(_utterance(folder, entry) for entry in data["utterances"]),
        {
            name: Reply(name, entry["text"], read_wav(folder / entry["wav"]))
            for name, entry in data["replies"].items()
        },
        data["fallback"],
        read_wav(folder / data["background"]),
    )


def _utterance(folder: Path, entry: dict[str, Any]) -> Utterance:
    first, last = entry["speech_s"]
    return Utterance(
        entry["id"],
        entry["text"],
        read_wav(folder / entry["wav"]),
        (first, last),
        tuple((start, end) for start, end in entry["pauses_s"]),
        tuple(Word(*word) for word in entry["words"]),
        entry["reply"],
        entry.get("barge_in_s"),
    )


def read_wav(path: Path) -> Samples:
    """The samples of a mono 16-bit WAV file at 8 kHz."""
    with wave.open(str(path), "rb") as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
            raise ValueError(f"{path} is not mono, 16 bits, {RATE} Hz")
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def write_wav(path: Path, sound: Samples) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(sound.astype("<i2").tobytes())
