"""How well, how fast and at what cost words are heard.

::

    python -m tests.benchmarks.asr_benchmark [--engine vosk] [--model FOLDER] [--streams 1,8] [--bias]

Recordings of single words, and runs of them, through 8 kHz mu-law: what streams at once cost, when words
show, and accuracy with an open vocabulary, with its readings ordered by the phrases of the language, and with
grammars. ``--bias`` adds short lists, words of a call and noise, which take minutes. Not a test: the figures
depend on the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from bot.asr.biasing import Bias, phrases_of
from bot.asr.pool import PooledRecognizer
from bot.asr.recognizer import Recognition
from bot.asr.registry import open_recognizer
from bot.asr.stream import PooledStream
from bot.audio import pcm as sound
from bot.language import language_dir
from tests.benchmarks.asr_sounds import DATA, Sound, noises, runs, words

CHUNK = 5 * sound.FRAME_BYTES
LIST_SIZE, DRAWS, SAMPLE = 8, 4, 15


@dataclass
class Heard:
    """One sound and what was made of it. ``shown_s`` is in seconds of sound, the others of the clock."""

    said: str
    recognition: Recognition
    feeds_s: list[float]
    finish_s: float
    shown_s: float | None


async def hear(stream: PooledStream, one: Sound) -> Heard:
    """Feed a sound in chunks, as a line would; when its last partial result first showed."""
    feeds, shown, last = [], 0.0, ""
    for at in range(0, len(one.pcm), CHUNK):
        began = time.perf_counter()
        partial = await stream.feed(one.pcm[at : at + CHUNK])
        feeds.append(time.perf_counter() - began)
        if partial != last:
            last, shown = partial, sound.seconds(one.pcm[: at + CHUNK])
    began = time.perf_counter()
    recognition = await stream.finish()
    finish = time.perf_counter() - began
    agreed = bool(last) and last == recognition.text
    return Heard(one.text, recognition, feeds, finish, shown - one.said_s if agreed else None)


async def hear_all(
    recognizer: PooledRecognizer,
    sounds: Sequence[Sound],
    phrases: Sequence[str] = (),
    *,
    closed: bool = False,
) -> tuple[list[Heard], float]:
    """Everything on one stream, and the processor seconds that it took."""
    stream = await recognizer.open(phrases, closed=closed)
    began = time.process_time()
    heard = [await hear(stream, one) for one in sounds]
    cost = time.process_time() - began
    await stream.close()
    return heard, cost


def accuracy(heard: Sequence[Heard]) -> str:
    """Exact ones, and the share of characters that are wrong."""
    exact = sum(one.recognition.text == one.said for one in heard)
    wrong = sum(distance(one.said, one.recognition.text) for one in heard)
    return (
        f"{exact:4} of {len(heard)}, {wrong / sum(len(one.said) for one in heard):6.1%} of characters wrong"
    )


def distance(said: str, heard: str) -> int:
    """Characters to change, put in or leave out."""
    row = list(range(len(heard) + 1))
    for number, character in enumerate(said, 1):
        before, row[0] = row[0], number
        for at, other in enumerate(heard, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (character != other))
    return row[-1]


def times(seconds: Sequence[float]) -> str:
    """The median and the 95th percentile, in milliseconds."""
    return f"p50 {median(seconds) * 1000:6.1f} ms, p95 {quantiles(seconds, n=20)[-1] * 1000:6.1f} ms"


def memory_mb() -> float:
    """The memory of the process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


async def compare(
    plain: PooledRecognizer, biased: PooledRecognizer, singles: list[Sound], rows: list[Sound]
) -> None:
    """Accuracy and cost by the way of listening."""
    language = phrases_of(language_dir("zh"))
    vocabulary = [one.text for one in singles]
    seconds = sum(sound.seconds(one.pcm) for one in singles)
    ways: list[tuple[str, PooledRecognizer, Sequence[str], bool]] = [
        ("open vocabulary", plain, (), False),
        ("readings ordered by the language", biased, (), False),
        (f"{len(language)} phrases of the language as grammar", plain, language, True),
        ("the words themselves as grammar", plain, vocabulary, True),
    ]
    for name, recognizer, phrases, closed in ways:
        await hear_all(recognizer, singles[:3], phrases, closed=closed)
        single, cost = await hear_all(recognizer, singles, phrases, closed=closed)
        row, _ = await hear_all(recognizer, rows, phrases, closed=closed)
        print(f"{name}")
        print(f"    words {accuracy(single)}")
        print(f"    runs  {accuracy(row)}")
        finishes = times([one.finish_s for one in single])
        print(f"    processor {cost / seconds:.3f} of real time, finish {finishes}")


async def compare_lists(plain: PooledRecognizer, singles: list[Sound], rows: list[Sound]) -> None:
    """Short lists of answers: readings ordered by them, the better of two decoders, and a grammar."""
    openly = {one.said: one.recognition for one in (await hear_all(plain, [*singles, *rows]))[0]}
    draw, vocabulary = random.Random(5), [one.text for one in singles]
    right, total = dict.fromkeys(("open", "ordered", "both", "grammar"), (0, 0, 0)), (0, 0, 0)
    for _ in range(DRAWS):
        answers = draw.sample(vocabulary, LIST_SIZE)
        bias = Bias.of(answers)
        for shut in (await hear_all(plain, [*singles, *rows], answers, closed=True))[0]:
            place = (0 if shut.said in answers else 1) if shut.said in vocabulary else 2
            heard = openly[shut.said]
            both = [*heard.alternatives, *(r for r in shut.recognition.alternatives if r.text in answers)]
            got = {
                "open": heard.text,
                "ordered": Recognition(bias.ordered(heard.alternatives)).text,
                "both": max(both, key=lambda r: r.score).text if heard.text and both else "",
                "grammar": shut.recognition.text,
            }
            total = _more(total, place, True)
            right = {way: _more(count, place, got[way] == shut.said) for way, count in right.items()}
    print(f"a list of {LIST_SIZE}: words in it, words out of it, and runs; of {total}")
    print("   " + "; ".join(f" {way} {counts}" for way, counts in right.items()))


def _more(counts: tuple[int, int, int], place: int, add: bool) -> tuple[int, int, int]:
    a, b, c = (count + (add and at == place) for at, count in enumerate(counts))
    return a, b, c


async def call_words(plain: PooledRecognizer, rows: list[Sound], singles: list[Sound]) -> None:
    """A word of the call said within a run, among five that are not said."""
    draw, found, found_biased, put_in, total = random.Random(9), 0, 0, 0, 0
    longer = [one.text for one in singles if len(one.text) > 1]
    for one, heard in zip(rows, (await hear_all(plain, rows))[0], strict=True):
        said = [word for word in longer if word in one.text]
        if not said:
            continue
        total += 1
        word, others = draw.choice(said), draw.sample([w for w in longer if w not in one.text], 5)
        biased = Bias().with_call([word, *others]).ordered(heard.recognition.alternatives)
        found += word in heard.recognition.text
        found_biased += word in Recognition(biased).text
        put_in += any(other in Recognition(biased).text for other in others)
    print(
        f"a word of the call within a run: {found} of {total}, ordered {found_biased}, others put in {put_in}"
    )


async def noise(plain: PooledRecognizer, biased: PooledRecognizer) -> None:
    """What is heard in noise, and what bias changes in it."""
    stretches = [Sound("", pcm, 0.0) for pcm in noises()]
    without, _ = await hear_all(plain, stretches)
    with_bias, _ = await hear_all(biased, stretches)
    words_in = sum(bool(one.recognition.text) for one in without)
    both = [(a.recognition.text, b.recognition.text) for a, b in zip(without, with_bias, strict=True)]
    changed, new = sum(a != b for a, b in both), sum(not a and bool(b) for a, b in both)
    print(f"noise: words in {words_in} of {len(both)} stretches; bias changes {changed}, adds words to {new}")


async def at_once(recognizer: PooledRecognizer, rows: list[Sound], count: int) -> None:
    """``count`` streams as fast as they go, each with the same sound in another order."""
    size = memory_mb()
    streams = [await recognizer.open() for _ in range(count)]
    orders = [random.Random(number).sample(rows, len(rows)) for number in range(count)]

    async def one(stream: PooledStream, order: list[Sound]) -> list[Heard]:
        return [await hear(stream, each) for each in order]

    began, processor = time.perf_counter(), time.process_time()
    heard = await asyncio.gather(*(one(s, order) for s, order in zip(streams, orders, strict=True)))
    wall, cost = time.perf_counter() - began, time.process_time() - processor
    every = [each for in_stream in heard for each in in_stream]
    seconds = count * sum(sound.seconds(each.pcm) for each in rows)
    exact = sum(each.recognition.text == each.said for each in every)
    print(f"{count} at once: {seconds / wall:.1f} s of sound a second of the clock")
    each_mb = (memory_mb() - size) / count
    print(f"    processor {cost / seconds:.3f} of real time, memory {each_mb:+.1f} MB each")
    feeds = times([feed for each in every for feed in each.feeds_s])
    print(f"    feeding {sound.seconds(bytes(CHUNK)) * 1000:.0f} ms {feeds}")
    print(f"    finish {times([each.finish_s for each in every])}, {exact} of {len(every)} runs exact")
    for stream in streams:
        await stream.close()


async def when_shown(plain: PooledRecognizer, sounds: Sequence[Sound]) -> None:
    """When the last partial result came, and how often the final one agrees with it."""
    heard, _ = await hear_all(plain, sounds)
    shown = [one.shown_s for one in heard if one.shown_s is not None]
    late = f"{median(shown):.2f} s after the sound has faded, p95 {quantiles(shown, n=20)[-1]:.2f} s"
    print(f"the last word shows {late}; the last partial result is final for {len(shown)} of {len(heard)}")


async def measure(engine: str, model: Path, counts: list[int], *, bias: bool) -> None:
    """Print all figures."""
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start")
    before, began = memory_mb(), time.perf_counter()
    plain = open_recognizer(engine, model, timeout_s=60)
    await plain.warm_up()
    print(f"{plain.name}: loaded in {time.perf_counter() - began:.2f} s, {memory_mb() - before:.0f} MB")
    singles = words()
    rows = runs(singles)
    for count in counts:
        await at_once(plain, rows[:SAMPLE], count)
    await when_shown(plain, [*singles, *rows])
    biased = open_recognizer(engine, model, phrases=phrases_of(language_dir("zh")), timeout_s=60)
    if engine == "vosk":
        await compare(plain, biased, singles, rows)
    else:
        print(f"words {accuracy((await hear_all(plain, singles))[0])}")
    if bias:
        await compare_lists(plain, singles, rows)
        await call_words(plain, rows, singles)
        await noise(plain, biased)
    plain.close()
    biased.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", default="vosk")
    parser.add_argument("--model", type=Path, default=DATA / "asr/vosk-zh-tiny")
    parser.add_argument("--streams", default="1,8", help="how many at once, such as 1,8")
    parser.add_argument("--bias", action="store_true", help="compare ways of biasing: takes minutes")
    options = parser.parse_args()
    counts = [int(count) for count in options.streams.split(",")]
    asyncio.run(measure(options.engine, options.model, counts, bias=options.bias))


if __name__ == "__main__":
    main()
