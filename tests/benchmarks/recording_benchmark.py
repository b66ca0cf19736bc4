"""What recording costs: ``python -m tests.benchmarks.recording_benchmark``.

Prints what a frame takes of the event loop, what an hour of a call takes of the disk, plain and sealed, and
how fast a recording is checked. Speech is the words of ``../shared/test-data``, both sides in turn, with
noise on the customer's; without them, shaped noise. Not a test: the figures depend on the machine.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import soundfile
import soxr

from bot.audio.pcm import FRAME_BYTES, RATE, from_samples
from bot.recording.archive import Recordings
from bot.recording.checking import check
from bot.recording.keys import Key, KeyRing

WORDS = Path(__file__).parents[3] / "shared/test-data/audio/words_16k"
MINUTES = 5
CALLS = 50


def speech(seconds: int) -> np.ndarray:
    """So much of it, as loud as on a telephone line."""
    files = sorted(WORDS.glob("*.flac"))
    rng = np.random.default_rng(1)
    if files:
        words = [soxr.resample(soundfile.read(file)[0], 16000, RATE) for file in files]
        print(f"speech: {len(files)} words of {WORDS.name}")
    else:
        words = [rng.normal(size=RATE // 2) * np.hanning(RATE // 2) for _ in range(50)]
        print("speech: none at hand, shaped noise for it")
    once = np.concatenate(words)
    return np.resize(once / np.abs(once).max() * 12000, seconds * RATE)


def sides(seconds: int) -> tuple[bytes, bytes]:
    """Customer and bot, who speak in turns of five seconds."""
    talk = speech(seconds)
    turn = (np.arange(len(talk)) // (5 * RATE)) % 2
    noise = np.random.default_rng(2).normal(0, 30, len(talk))
    return from_samples(talk * turn + noise), from_samples(talk * (1 - turn))


def frames(pcm: bytes) -> Iterator[bytes]:
    return (pcm[begin : begin + FRAME_BYTES] for begin in range(0, len(pcm), FRAME_BYTES))


async def record(recordings: Recordings, customer: bytes, bot: bytes) -> tuple[Path, np.ndarray]:
    """A call, with what each frame took in µs."""
    recorder = recordings.start("benchmark", datetime.now(UTC))
    times, at = [], 0
    for mine, theirs in zip(frames(bot), frames(customer), strict=True):
        began = time.perf_counter_ns()
        recorder.bot(mine, at)
        recorder.customer(theirs)
        times.append(time.perf_counter_ns() - began)
        at += FRAME_BYTES // 2
    recorded = await recorder.close(())
    assert recorded.path is not None, recorded.fault
    assert recorded.fault is None
    return recorded.path, np.array(times) / 1000


async def measure() -> None:
    customer, bot = sides(60 * MINUTES)
    quiet = bytes(len(customer))
    hours = MINUTES / 60
    print(f"PCM, both sides           {2 * len(customer) / hours / 1e6:7.1f} MB an hour")
    for name, keys in (("plain", KeyRing()), ("sealed", KeyRing([Key(b"k" * 32)]))):
        with tempfile.TemporaryDirectory() as folder, Recordings(Path(folder), keys, UTC) as recordings:
            path, times = await record(recordings, customer, bot)
            size = path.stat().st_size / hours / 1e6
            p50, p99 = np.percentile(times, [50, 99])
            print(
                f"{name:6} a frame            {times.mean():7.2f} µs on average, "
                f"p50 {p50:.2f}, p99 {p99:.0f}, most {times.max():.0f}"
            )
            print(f"{name:6} speech in turns    {size:7.1f} MB an hour")
            began = time.perf_counter()
            assert check(recordings, path.relative_to(folder).as_posix()).in_order
            took = time.perf_counter() - began
            print(f"{name:6} checking           {60 * MINUTES / took:7.0f} seconds of a call a second")
            silent, _ = await record(recordings, quiet, quiet)
            print(f"{name:6} silence            {silent.stat().st_size / hours / 1e6:7.1f} MB an hour")
    await many_calls(customer, bot)


async def many_calls(customer: bytes, bot: bytes) -> None:
    """As many calls at once, frame by frame: how much of the time of one loop they take."""
    seconds = 20
    ring = KeyRing([Key(b"k" * 32)])
    with tempfile.TemporaryDirectory() as folder, Recordings(Path(folder), ring, UTC) as recordings:
        recorders = [recordings.start(str(number), datetime.now(UTC)) for number in range(CALLS)]
        pairs = list(zip(frames(customer), frames(bot), strict=True))[: seconds * 50]
        tracemalloc.start()
        base, _ = tracemalloc.get_traced_memory()
        for at, (theirs, mine) in enumerate(pairs[:400]):
            for recorder in recorders:
                recorder.bot(mine, at * FRAME_BYTES // 2)
                recorder.customer(theirs)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        began = time.perf_counter()
        for at, (theirs, mine) in enumerate(pairs[400:], 400):
            for recorder in recorders:
                recorder.bot(mine, at * FRAME_BYTES // 2)
                recorder.customer(theirs)
        took = time.perf_counter() - began
        for recorder in recorders:
            recorded = await recorder.close(())
            assert recorded.fault is None
        share = took / ((len(pairs) - 400) / 50)
        memory = (peak - base) / CALLS / 1000
        print(f"{CALLS} calls at once         {share:7.1%} of one core; {memory:.0f} kB a call")


if __name__ == "__main__":
    asyncio.run(measure())
