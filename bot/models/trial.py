"""Trying a model: loaded and used once, in a process of its own, which a damaged model may take down.

``python -m bot.models.trial ENGINE FOLDER`` prints the result in JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bot.asr.registry import ENGINES, open_recognizer
from bot.audio import pcm as sound
from bot.errors import ModelError, VoiceError

TIMEOUT_S = 300.0
NOISE_S = 0.5


@dataclass(frozen=True, slots=True)
class Tried:
    """The model works. Seconds to load it and to hear half a second of noise, and what was heard in it."""

    load_s: float
    hear_s: float
    heard: str


def has_trial(engine: str) -> bool:
    """Whether there is a trial for the models of ``engine``."""
    return engine in ENGINES


def try_model(engine: str, folder: Path) -> Tried:
    """Load the model in another process and let it hear noise. Raises ModelError."""
    command = [sys.executable, "-m", "bot.models.trial", engine, str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"{folder} does not answer within {TIMEOUT_S:.0f} s: fetch it again") from error
    if done.returncode < 0:
        raise ModelError(f"{folder} crashed the recogniser (signal {-done.returncode}): fetch it again")
    try:
        result = json.loads(done.stdout.strip().rpartition("\n")[2])
    except ValueError as error:
        last = done.stderr.strip().rpartition("\n")[2]
        raise ModelError(f"{folder} cannot be tried: {last or 'no answer'}") from error
    if "error" in result:
        raise ModelError(result["error"])
    return Tried(**result)


async def _hear(engine: str, folder: Path) -> Tried:
    start = time.perf_counter()
    recognizer = open_recognizer(engine, folder, workers=1, timeout_s=TIMEOUT_S)
    try:
        await recognizer.warm_up()
        loaded = time.perf_counter()
        stream = await recognizer.open()
        noise = np.random.default_rng(1).normal(0, 500, round(NOISE_S * sound.RATE))
        await stream.feed(sound.from_samples(noise))
        recognition = await stream.finish()
        await stream.close()
    finally:
        recognizer.close()
    return Tried(loaded - start, time.perf_counter() - loaded, recognition.text)


def main(arguments: list[str]) -> None:
    """Print the result of one trial."""
    engine, folder = arguments
    try:
        result: dict[str, object] = asdict(asyncio.run(_hear(engine, Path(folder))))
    except VoiceError as error:
        result = {"error": str(error)}
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
