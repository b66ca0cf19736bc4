"""The test model for the real Vosk engine, and real words as a telephone carries them."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from bot.asr.pool import PooledRecognizer
from bot.asr.registry import open_recognizer
from bot.audio import pcm as sound

DATA = Path(__file__).parents[3] / "../shared/test-data"
MODEL = (DATA / "asr/vosk-zh-tiny").resolve()
WORDS = (DATA / "audio/words_16k").resolve()


@pytest.fixture(scope="session")
def vosk_model() -> Path:
    if not MODEL.is_dir():
        pytest.skip("the Vosk test model is not on this machine: ../shared/test-data/asr/vosk-zh-tiny")
    return MODEL


@dataclass(frozen=True)
class Words:
    """Recordings of single words, 8 kHz."""

    files: dict[str, Path]

    def __getitem__(self, text: str) -> bytes:
        samples, rate = soundfile.read(self.files[text], dtype="int16")
        return sound.from_samples(soxr.resample(samples, rate, sound.RATE))


@pytest.fixture(scope="session")
def words() -> Words:
    if not WORDS.is_dir():
        pytest.skip("the recorded words are not on this machine: ../shared/test-data/audio/words_16k")
    with (WORDS / "transcripts.tsv").open(encoding="utf-8") as file:
        return Words({row["text"]: WORDS / row["file"] for row in csv.DictReader(file, delimiter="\t")})


@pytest.fixture
def noise() -> bytes:
    """Half a second of white noise, the same in every run."""
    return sound.from_samples(np.random.default_rng(7).normal(0, 800, sound.RATE // 2))


Open = Callable[..., PooledRecognizer]


@pytest.fixture
def open_vosk(vosk_model: Path) -> Iterator[Open]:
    """Opens recognisers on the real engine, patient as a loaded machine needs; closes them after the test."""
    opened = []

    def opening(model: Path | None = None, **options: object) -> PooledRecognizer:
        arguments: dict[str, object] = {"timeout_s": 60.0, **options}
        opened.append(open_recognizer("vosk", model or vosk_model, **arguments))  # type: ignore[arg-type]
        return opened[-1]

    yield opening
    for recognizer in opened:
        recognizer.close()


@pytest.fixture
def model_copy(vosk_model: Path, tmp_path: Path) -> Path:
    """The test model with folders of its own, to be damaged: its files are links to the real ones."""
    copy = tmp_path / "model"
    shutil.copytree(vosk_model, copy, copy_function=lambda source, to: Path(to).symlink_to(source))
    for folder in [copy, *(path for path in copy.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)
    return copy
