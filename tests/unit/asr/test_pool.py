"""The pool around decoders: bounds, stalls, failures and cancelled callers. No test waits for real time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from bot.asr.decoder import Decoder
from bot.asr.pool import PooledRecognizer
from bot.asr.recognizer import Hypothesis, Recognizer
from bot.asr.workers import MOST_HANGING, Workers
from bot.audio import pcm as sound
from bot.errors import ModelError, RecognizerError

PCM = sound.silence(0.1)


class Gate:
    """Holds a worker thread until it is opened, and tells when one has come."""

    def __init__(self) -> None:
        self.come, self.open = threading.Event(), threading.Event()
        self.held: threading.Thread | None = None

    def __call__(self) -> None:
        self.held = threading.current_thread()
        self.come.set()
        self.open.wait()


class FakeDecoder:
    """Counts sound; ``act`` is what each call does before."""

    def __init__(self, tuning: str) -> None:
        self.tuning, self.fed, self.resets = tuning, 0, 0
        self.act: Callable[[], None] = lambda: None
        self.threads: set[str] = set()

    def accept(self, pcm: bytes) -> str:
        self.act()
        self.threads.add(threading.current_thread().name)
        self.fed += len(pcm)
        return str(self.fed)

    def finish(self) -> tuple[Hypothesis, ...]:
        self.act()
        fed, self.fed = self.fed, 0
        return (Hypothesis(str(fed)),)

    def reset(self) -> None:
        self.act()
        self.fed, self.resets = 0, self.resets + 1


class FakeEngine:
    name = "fake"

    def __init__(self) -> None:
        self.loads = 0
        self.made: list[FakeDecoder] = []
        self.fails: Exception | None = None

    def load(self) -> None:
        self.loads += 1
        if self.fails is not None:
            raise self.fails

    def tuning(self, phrases: Sequence[str], *, closed: bool) -> str:
        return "/".join(phrases) if closed else ""

    def decoder(self, tuning: str) -> Decoder:
        self.made.append(FakeDecoder(tuning))
        return self.made[-1]


class Patience:
    """Stands for ``asyncio.sleep``: time passes when the test says so."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._over: list[asyncio.Event] = []
        self._more = asyncio.Condition()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        self._over.append(over := asyncio.Event())
        async with self._more:
            self._more.notify_all()
        await over.wait()

    def ends(self, number: int = -1) -> None:
        """The patience that was asked for as this number, or last, is over."""
        self._over[number].set()

    async def asked_for(self, times: int) -> None:
        """Until patience was asked for so many times."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.asked) >= times)


@pytest.fixture
def gates() -> Iterator[list[Gate]]:
    made: list[Gate] = []
    yield made
    for gate in made:
        gate.open.set()


@pytest.fixture
def gate(gates: list[Gate]) -> Gate:
    gates.append(Gate())
    return gates[-1]


def pooled(engine: FakeEngine, **options: object) -> PooledRecognizer:
    arguments: dict[str, object] = {"workers": 1, "timeout_s": 5.0, **options}
    return PooledRecognizer(engine, **arguments)  # type: ignore[arg-type]


async def come(gate: Gate) -> None:
    """Until a worker thread stands at the gate."""
    await asyncio.to_thread(gate.come.wait)


async def test_calls_go_through_in_worker_threads() -> None:
    engine = FakeEngine()
    recognizer: Recognizer = pooled(engine)
    stream = await recognizer.open()
    assert await stream.feed(PCM) == "1600"
    assert await stream.feed(PCM) == "3200"
    assert (await stream.finish()).text == "3200"
    assert await stream.feed(b"") == ""
    assert engine.made[0].threads == {"the recogniser fake"}


async def test_no_more_streams_than_allowed() -> None:
    recognizer = pooled(FakeEngine(), max_streams=2)
    first, _second = await recognizer.open(), await recognizer.open()
    with pytest.raises(RecognizerError, match="already listens to 2 calls"):
        await recognizer.open()
    await first.close()
    await recognizer.open()
    assert recognizer.open_streams == 2


async def test_a_model_that_cannot_be_loaded_takes_no_place() -> None:
    engine = FakeEngine()
    engine.fails = ModelError("damaged")
    recognizer = pooled(engine, max_streams=1)
    for _ in range(2):
        with pytest.raises(RecognizerError, match="damaged"):
            await recognizer.open()
        with pytest.raises(ModelError, match="damaged"):
            await recognizer.warm_up()
    engine.fails = None
    assert await (await recognizer.open()).feed(PCM) == "1600"


async def test_decoders_are_kept_by_their_tuning_and_reset_before_use() -> None:
    engine = FakeEngine()
    recognizer = pooled(engine, max_streams=3)
    for phrases in (["a"], ["b"], ["a"], ["c"], ["d"]):
        stream = await recognizer.open(phrases, closed=True)
        await stream.feed(PCM)
        await stream.close()
    assert [decoder.tuning for decoder in engine.made] == ["a", "b", "c", "d"]
    assert engine.made[0].resets == 1
    assert recognizer.idle_decoders == 3  # b, used longest ago, is gone
    await recognizer.open(["b"], closed=True)
    assert len(engine.made) == 5


async def test_a_stall_breaks_the_stream_and_replaces_the_thread(gate: Gate) -> None:
    engine, patience = FakeEngine(), Patience()
    recognizer = pooled(engine, sleep=patience)
    bad, good = await recognizer.open(), await recognizer.open()
    engine.made[0].act = gate
    stalled = asyncio.ensure_future(bad.feed(PCM))
    await come(gate)
    assert patience.asked[-1] == pytest.approx(5.0 + 0.1)
    patience.ends()
    with pytest.raises(RecognizerError, match=r"the recogniser fake hangs: no answer for 5.1 s"):
        await stalled
    assert (recognizer.workers.hanging, recognizer.workers.given_up) == (1, 1)
    assert await good.feed(PCM) == "1600"  # one thread was all there was
    for call in (bad.feed(PCM), bad.finish(), bad.reset()):
        with pytest.raises(RecognizerError, match="failed before"):
            await call
    await bad.close()
    assert (recognizer.open_streams, recognizer.idle_decoders) == (1, 0)


async def test_a_thread_that_comes_back_late_ends(gate: Gate) -> None:
    engine, patience = FakeEngine(), Patience()
    recognizer = pooled(engine, sleep=patience)
    bad, good = await recognizer.open(), await recognizer.open()
    engine.made[0].act = gate
    stalled = asyncio.ensure_future(bad.feed(PCM))
    await come(gate)
    patience.ends()
    with pytest.raises(RecognizerError, match="hangs"):
        await stalled
    gate.open.set()
    assert gate.held is not None
    await asyncio.to_thread(gate.held.join)
    assert (recognizer.workers.hanging, recognizer.workers.given_up) == (0, 1)
    assert await good.feed(PCM) == "1600"


async def test_work_that_found_no_thread_is_dropped(gate: Gate) -> None:
    engine, patience = FakeEngine(), Patience()
    recognizer = pooled(engine, sleep=patience)
    first, second = await recognizer.open(), await recognizer.open()
    engine.made[0].act = gate
    busy = asyncio.ensure_future(first.feed(PCM))
    await come(gate)
    waiting = asyncio.ensure_future(second.feed(PCM))
    await patience.asked_for(4)  # two opens, two feeds
    patience.ends()
    with pytest.raises(RecognizerError, match="too much to do"):
        await waiting
    patience.ends(2)
    with pytest.raises(RecognizerError, match="hangs"):
        await busy
    gate.open.set()
    assert engine.made[1].fed == 0


async def test_too_many_stalls_ask_for_a_restart(gates: list[Gate]) -> None:
    engine, patience = FakeEngine(), Patience()
    recognizer = pooled(engine, sleep=patience)
    for number in range(MOST_HANGING):
        gates.append(Gate())
        stream = await recognizer.open()
        engine.made[number].act = gates[-1]
        stalled = asyncio.ensure_future(stream.feed(PCM))
        await come(gates[-1])
        patience.ends()
        with pytest.raises(RecognizerError, match="hangs"):
            await stalled
        await stream.close()
    with pytest.raises(RecognizerError, match="restart the program"):
        await recognizer.open()
    assert recognizer.open_streams == 0


@pytest.mark.parametrize("error", [RecognizerError("bad sound"), ValueError("what is this"), OSError(5)])
async def test_a_failure_breaks_the_stream_and_keeps_no_decoder(error: Exception) -> None:
    def fail() -> None:
        raise error

    engine = FakeEngine()
    recognizer = pooled(engine)
    stream = await recognizer.open()
    await stream.feed(PCM)
    engine.made[0].act = fail
    with pytest.raises(RecognizerError, match=str(error).replace("[", r"\[")):
        await stream.finish()
    with pytest.raises(RecognizerError, match="failed before"):
        await stream.finish()
    await stream.close()
    assert recognizer.idle_decoders == 0
    assert recognizer.workers.hanging == 0


async def test_a_caller_that_is_cancelled_leaves_the_decoder_to_finish(gate: Gate) -> None:
    engine = FakeEngine()
    recognizer = pooled(engine)
    stream = await recognizer.open()
    engine.made[0].act = gate
    feeding = asyncio.ensure_future(stream.feed(PCM))
    await come(gate)
    feeding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await feeding
    await stream.close()
    assert (recognizer.open_streams, recognizer.idle_decoders) == (0, 0)  # still at work: not yet anyone's
    engine.made[0].act = lambda: None
    gate.open.set()
    again = await recognizer.open()  # behind the old work in the only thread
    assert again._decoder is engine.made[0]
    assert await again.feed(PCM) == "1600"


async def test_a_call_after_a_cancelled_one_waits_for_it(gate: Gate) -> None:
    engine = FakeEngine()
    recognizer = pooled(engine, workers=2)
    stream = await recognizer.open()
    engine.made[0].act = gate
    feeding = asyncio.ensure_future(stream.feed(PCM))
    await come(gate)
    feeding.cancel()
    next_one = asyncio.ensure_future(stream.feed(PCM))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not next_one.done()
    engine.made[0].act = lambda: None
    gate.open.set()
    assert await next_one == "3200"


async def test_calls_at_once_on_one_stream_follow_one_another() -> None:
    stream = await pooled(FakeEngine(), workers=4).open()
    heard = await asyncio.gather(*(stream.feed(PCM) for _ in range(20)))
    assert heard == [str(1600 * (number + 1)) for number in range(20)]


async def test_workers_give_results_errors_and_close() -> None:
    workers = Workers(2, "the pool")
    assert await workers.run(lambda: 7, 60) == 7
    with pytest.raises(ZeroDivisionError):
        await workers.run(lambda: 1 // 0, 60)
    job = workers.submit(lambda: "kept")
    workers.close()
    assert await workers.wait(job, 60) == "kept"
    with pytest.raises(RecognizerError, match="the pool is closed"):
        workers.submit(lambda: 1)
