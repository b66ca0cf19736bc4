"""Recordings for the recognition benchmark, as a telephone carries them: 8 kHz through mu-law."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from bot.audio import pcm as sound

DATA = Path(__file__).parents[2] / "../shared/test-data"
RUNS, SEED = 60, 1
QUIET = 60  # mean level of a stretch without speech, after which a word has ended
PAUSE_S = 0.3

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sound:
    """What is said, its sound, and the second at which it has been said."""

    text: str
    pcm: bytes
    said_s: float


def words(folder: Path = DATA / "audio/words_16k") -> list[Sound]:
    """Single words."""
    with (folder / "transcripts.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [_sound(row["text"], _read(folder / row["file"])) for row in rows]


def runs(singles: list[Sound]) -> list[Sound]:
    """Two to four words one after another: sentences of a kind, which no list holds."""
    draw, made = random.Random(SEED), []
    pause = np.zeros(round(PAUSE_S * sound.RATE))
    for _ in range(RUNS):
        parts = draw.sample(singles, draw.choice([2, 3, 4]))
        spoken = [_trimmed(sound.samples(part.pcm)) for part in parts]
        text = "".join(part.text for part in parts)
        made.append(_sound(text, np.concatenate([pause / 2, *spoken, pause])))
    return made


def noises(folder: Path = DATA / "audio/noise_8k", stretch_s: float = 2.0) -> list[bytes]:
    """Stretches of rooms and of people talking nearby, half of each in the next."""
    stretches = []
    for file in sorted(folder.glob("*.flac")):
        samples = _read(file)
        size = round(stretch_s * sound.RATE)
        starts = range(0, len(samples) - size, size // 2)
        stretches += [mu_law(samples[start : start + size]) for start in starts]
    return stretches


def mu_law(samples: Floats) -> bytes:
    """There and back through mu-law (G.711), as a line does it."""
    clipped = np.clip(np.rint(samples), -32635, 32635).astype(int)
    biased = np.abs(clipped) + 132
    exponent = np.floor(np.log2(biased)).astype(int) - 7
    mantissa = (biased >> (exponent + 3)) & 15
    return sound.from_samples(np.sign(clipped) * ((((mantissa << 3) + 132) << exponent) - 132))


def _sound(text: str, samples: Floats) -> Sound:
    loud = np.flatnonzero(_level(samples) > QUIET)
    return Sound(text, mu_law(samples), float(loud[-1]) / sound.RATE if len(loud) else 0.0)


def _read(file: Path) -> Floats:
    samples, rate = soundfile.read(file, dtype="int16")
    resampled: Floats = soxr.resample(samples.astype(float), rate, sound.RATE)
    return resampled


def _trimmed(samples: sound.Samples) -> sound.Samples:
    loud = np.flatnonzero(_level(samples.astype(float)) > QUIET)
    margin = sound.RATE // 20
    return samples[max(0, loud[0] - margin) : loud[-1] + margin] if len(loud) else samples


def _level(samples: Floats) -> Floats:
    return np.convolve(np.abs(samples), np.ones(160) / 160, "same")
