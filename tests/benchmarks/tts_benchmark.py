"""What speaking costs: ``python -m tests.benchmarks.tts_benchmark``.

Prints the start of the engine, the time of a sentence and of its first clause with and without the cache, how
many sentences of the dialogue tests the cache answers, memory, and how much a recogniser understands. Not a
test: the figures depend on the machine.
"""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable
from difflib import SequenceMatcher
from pathlib import Path
from statistics import median, quantiles

from bot.audio.pcm import seconds
from bot.datafile import load_model
from bot.dialogue.prompts import PromptBook
from bot.dialogue.turn import Say
from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.simulation.scenario_suite import run_suites, scenario_files
from bot.tts.clauses import cut
from bot.tts.espeak import EspeakSynthesizer
from bot.tts.reading_words import FILE, ReadingWords
from bot.tts.speaker import Speaker, open_speaker
from tests.unit.nlu.conftest import SHANGHAI
from tests.unit.tts.hearing import MODEL, Hearing
from tests.unit.tts.test_intelligible import PHRASES

ZH = language_dir("zh")
CONSTANTS = {"institution": "融安消费金融", "hotline": "4008001234"}  # as in the dialogue tests


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(_said_in_dialogue_tests(Path(folder)), Path(folder)))


def _said_in_dialogue_tests(cache: Path) -> list[Say]:
    """What the bot says in all scenarios that ship, in order."""
    interpreter = EmbeddedInterpreter.load(ZH, cache, SHANGHAI)
    suites = run_suites(ZH, scenario_files(ZH / "tests"), interpreter)
    return [say for suite in suites for r in suite.results for line in r.transcript for say in line.turn.says]


async def _measure(said: list[Say], cache: Path) -> None:
    voice = EspeakSynthesizer(ZH)
    took = await _timed(lambda: voice.synthesize("您好"))
    _print("engine, start and first word", f"{took * 1000:.1f} ms")
    sentences = list(dict.fromkeys(say.text for say in said))
    await _sentences(voice, sentences)
    static = await _cache(voice, sentences, cache)

    speaker, _ = _open(voice, cache)
    await speaker.warm(static)
    whole = sum(speaker.ready(say.text, say.manner, say.prompt) is not None for say in said)
    words = load_model(ZH / FILE, ReadingWords)
    first = sum(cut(say.text, words)[0].text in static for say in said)
    _print("warmed, ready in tests' calls", f"{whole / len(said):.1%} of {len(said)} sentences whole")
    _print("", f"{first / len(said):.1%} with their first clause")

    took = await _timed(lambda: _at_once(voice, sentences[:20]))
    _print("20 sentences at once", f"{took * 1000:.0f} ms")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    _print(
        "memory, peak", f"{own:.0f} MB here, understanding included; the engine's {_resident(voice.pid)} MB"
    )
    voice.close()
    await _understood()


async def _sentences(voice: EspeakSynthesizer, sentences: list[str]) -> None:
    times, lengths = [], []
    for text in sentences:
        began = time.perf_counter()
        lengths.append(seconds(await voice.synthesize(text)))
        times.append(time.perf_counter() - began)
    characters = sum(map(len, sentences)) / len(sentences)
    _print("a sentence, no cache", _spread(times))
    _print("", f"{len(sentences)} sentences of {characters:.0f} characters, median {median(lengths):.1f} s")
    _print("real-time factor", f"{sum(times) / sum(lengths):.4f}")


async def _cache(voice: EspeakSynthesizer, sentences: list[str], cache: Path) -> frozenset[str]:
    speaker, static = _open(voice, cache)
    _print(
        "first clause, nothing cached", _spread([await _first(_open(voice)[0], text) for text in sentences])
    )
    took = await _timed(lambda: speaker.warm(static))
    _print(f"warming {len(static)} clauses", f"{took:.2f} s the first time")
    speaker, _ = _open(voice, cache)
    took = await _timed(lambda: speaker.warm(static))
    _print("", f"{took:.2f} s from disk")
    disk = sum(file.stat().st_size for file in (cache / "speech").iterdir())
    memory = speaker.clips.memory.size_bytes
    _print("cache in memory and on disk", f"{memory / 2**20:.1f} MB, {disk / 2**20:.1f} MB")
    _print("first clause, warmed", _spread([await _first(speaker, text) for text in sentences]))
    return static


def _open(voice: EspeakSynthesizer, cache: Path | None = None) -> tuple[Speaker, frozenset[str]]:
    return open_speaker(ZH, PromptBook.load(ZH), CONSTANTS, voice, cache_dir=cache)


async def _first(speaker: Speaker, text: str) -> float:
    """Seconds until the first clause of ``text`` can be played."""
    began = time.perf_counter()
    await anext(speaker.stream(text))
    return time.perf_counter() - began


async def _at_once(voice: EspeakSynthesizer, texts: list[str]) -> None:
    await asyncio.gather(*map(voice.synthesize, texts))


async def _understood() -> None:
    if not MODEL.is_dir():
        _print("understood by a recogniser", "not measured: there is none")
        return
    for variant in ("f2", "m7"):
        voice, hearing = EspeakSynthesizer(ZH, variant), Hearing(PHRASES)
        heard = [hearing.hear(await voice.synthesize(phrase)) for phrase in PHRASES]
        voice.close()
        exact = sum(text == phrase for text, phrase in zip(heard, PHRASES, strict=True))
        near = sum(bool(text) and _nearest(text) == p for text, p in zip(heard, PHRASES, strict=True))
        _print(f"understood, voice {variant}", f"{exact} of {len(PHRASES)} exactly, {near} as the nearest")


def _nearest(heard: str) -> str:
    return max(PHRASES, key=lambda phrase: SequenceMatcher(None, phrase, heard).ratio())


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def _spread(times: list[float]) -> str:
    cuts = quantiles(times, n=20)
    return f"p50 {cuts[9] * 1000:.2f} ms, p95 {cuts[18] * 1000:.2f} ms"


def _print(name: str, figure: str) -> None:
    print(f"{name:30} {figure}")


def _resident(pid: int | None) -> str:
    """MB of memory of a process, where the system tells."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        return "?"
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return f"{int(line.split()[1]) / 2**10:.0f}"


if __name__ == "__main__":
    main()
