"""A call over a media stream, on virtual time, with a Twilio in memory at the other end."""

from __future__ import annotations

import asyncio
import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.errors import CallEnded, LineError
from telephony.g711 import ulaw_decode, ulaw_encode
from telephony.line import Answered, Dtmf, Played, Sound
from telephony.status import HangupCause
from telephony.twilio.media_stream import Limits, MediaStreamCall
from telephony.twilio.playout import Pacing
from tests.unit.telephony.twilio.fake_twilio import CALL, FakeTwilio, calling, media, message
from tests.virtual_loop import run


def _pcm(seconds: float, seed: int = 1) -> bytes:
    loud = np.random.default_rng(seed).integers(-9000, 9000, round(seconds * 8000), dtype=np.int16)
    return ulaw_decode(ulaw_encode(loud.tobytes()))  # as the line can carry it


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _all(call: MediaStreamCall) -> list[Sound | Dtmf | Played]:
    """Everything that comes until nothing comes for two seconds."""
    things = []
    while (thing := await call.receive(2.0)) is not None:
        things.append(thing)
    return things


def test_what_the_far_end_says_and_presses_comes_in_order() -> None:
    async def work() -> None:
        twilio = FakeTwilio()
        async with calling(twilio) as call:
            assert (call.id, call.carries, call.cause) == (CALL, "sound", None)
            assert await call.answer() == Answered(0.0)
            said = [ulaw_encode(_pcm(0.02, seed)) for seed in range(3)]
            twilio.say(said[0])
            twilio.say(said[1])
            twilio.press("5")
            twilio.say(said[2])
            sound = [Sound(ulaw_decode(ulaw)) for ulaw in said]
            assert await _all(call) == [sound[0], sound[1], Dtmf("5"), sound[2]]

    run(work())


def test_receive_waits_as_long_as_it_was_told() -> None:
    async def work() -> None:
        twilio = FakeTwilio()
        async with calling(twilio) as call:
            asyncio.get_running_loop().call_later(0.3, twilio.say)
            assert await call.receive(0.2) is None
            assert _now() == pytest.approx(0.2)
            assert isinstance(await call.receive(0.2), Sound)
            assert _now() == pytest.approx(0.3)
            assert await call.receive(0.0) is None
            asyncio.get_running_loop().call_later(0.1, twilio.put, "garbage")
            asyncio.get_running_loop().call_later(0.2, twilio.echo, "no mark of ours")
            assert await call.receive(0.5) is None
            assert _now() == pytest.approx(0.8)

    run(work())


@given(st.lists(st.integers(1, 6000), min_size=1, max_size=6), st.sampled_from([Pacing(), Pacing(0.2, 0.02)]))
def test_sound_is_played_whole_without_a_gap_and_little_ahead(sizes: list[int], pacing: Pacing) -> None:
    """However it was cut when it was sent, and while it is still being sent."""

    async def work() -> None:
        twilio = FakeTwilio()
        pcm = _pcm(sum(sizes) / 8000)
        async with calling(twilio, pacing=pacing) as call:
            at = 0
            for size in sizes:
                await call.send(Sound(pcm[2 * at : 2 * (at + size)]))
                at += size
                await asyncio.sleep(
                    min(0.02, size / 8000)
                )  # as a synthesiser does that is faster than speech
            await call.mark("end")
            assert await call.receive(10.0) == Played("end")
            assert _now() == pytest.approx(len(pcm) / 16000, abs=0.021)
        assert ulaw_decode(twilio.played) == pcm
        assert twilio.most_ahead_s <= pacing.lead_s + 1e-6
        assert sum(lasted for _, lasted in twilio.starved) == pytest.approx(0.0, abs=0.02)

    run(work())


def test_a_minute_of_sound_does_not_drift() -> None:
    async def work() -> None:
        twilio = FakeTwilio()
        async with calling(twilio, limits=Limits(silent_s=100.0)) as call:
            pcm = _pcm(60.0)
            await call.send(Sound(pcm))
            await call.mark("end")
            assert await call.receive(100.0) == Played("end")
            assert _now() == pytest.approx(60.0, abs=1e-3)
        assert ulaw_decode(twilio.played) == pcm
        assert twilio.starved == []

    run(work())


def test_clear_stops_at_once_and_what_follows_is_played_whole() -> None:
    async def work() -> None:
        twilio = FakeTwilio()
        async with calling(twilio) as call:
            first, second = _pcm(3.0, 1), _pcm(1.0, 2)
            await call.send(Sound(first))
            await call.mark("first")
            await asyncio.sleep(1.234)
            await call.clear()
            await call.send(Sound(second))
            await call.mark("second")
            assert await _all(call) == [Played("second")]
            heard = ulaw_decode(twilio.played)
        assert heard == first[: 2 * round(1.234 * 8000)] + second
        assert twilio.sent[-1][0] <= 1.234 + 1.0

    run(work())


@pytest.mark.parametrize("cleared_at", [0.0, 0.5, 0.95, 1.0])
def test_marks_in_cleared_sound_never_come(cleared_at: float) -> None:
    """Queued here, sent ahead, or echoed while the clear was under way: none of them was heard."""

    async def work() -> None:
        twilio = FakeTwilio()
        async with calling(twilio) as call:
            for number in range(4):
                await call.send(Sound(_pcm(0.3)))
                await call.mark(f"part {number}")
            await asyncio.sleep(cleared_at)
            await call.clear()
            await call.mark("after")
            heard = [thing.mark for thing in await _all(call) if isinstance(thing, Played)]
            whole = int((cleared_at + 1e-9) / 0.3)
            assert heard == [f"part {number}" for number in range(whole)] + ["after"]
            echoed = [thing for thing in twilio.events() if thing == "mark"]
            assert len(echoed) > whole or cleared_at == 0.0

    run(work())


def test_clear_overtakes_what_is_queued() -> None:
    async def work() -> None:
        twilio = FakeTwilio()
        async with calling(twilio) as call:
            await call.send(Sound(_pcm(9.0)))
            await asyncio.sleep(0.05)
            await call.clear()
            await asyncio.sleep(0)
            assert twilio.sent[-1] == (
                _now(),
                {"event": "clear", "streamSid": twilio.sent[-1][1]["streamSid"]},
            )
            await asyncio.sleep(9.0)
            assert twilio.events()[-1] == "clear"

    run(work())


def test_a_strange_echo_is_no_mark() -> None:
    async def work() -> None:
        twilio = FakeTwilio(echoes=False)
        async with calling(twilio) as call:
            await call.mark("mine")
            await asyncio.sleep(0.01)
            for wire in ("mine", "0", "2", "", "1", "1"):
                twilio.echo(wire)
            assert await _all(call) == [Played("mine")]

    run(work())


def test_a_stop_ends_the_call_behind_what_was_said() -> None:
    async def work() -> None:
        twilio = FakeTwilio()
        async with calling(twilio) as call:
            twilio.say()
            twilio.press("1")
            twilio.stop()
            assert isinstance(await call.receive(1.0), Sound)
            assert await call.receive(1.0) == Dtmf("1")
            for use in (call.receive(1.0), call.send(Sound(b"")), call.mark("m"), call.clear()):
                with pytest.raises(CallEnded, match="normal"):
                    await use
            assert call.cause is HangupCause.NORMAL

    run(work())


def test_a_socket_that_vanishes_ends_the_call() -> None:
    async def work() -> None:
        twilio = FakeTwilio()
        async with calling(twilio) as call:
            asyncio.get_running_loop().call_later(1.0, twilio.vanish)
            with pytest.raises(CallEnded, match="dropped"):
                await call.receive(5.0)
            assert _now() == pytest.approx(1.0)
            assert call.cause is HangupCause.DROPPED

    run(work())


def test_a_socket_that_takes_nothing_more_ends_the_call_and_holds_little() -> None:
    async def work() -> None:
        twilio = FakeTwilio()
        async with calling(twilio, limits=Limits(silent_s=100.0, stalled_s=5.0)) as call:
            twilio.stalled = True
            await call.send(Sound(_pcm(1.0)))
            with pytest.raises(CallEnded):
                await call.receive(60.0)
            assert _now() == pytest.approx(5.0)
            assert call.cause is HangupCause.DROPPED
            assert twilio.sent == []

    run(work())


def test_a_socket_that_falls_silent_ends_the_call() -> None:
    async def work() -> None:
        twilio = FakeTwilio()
        async with calling(twilio, limits=Limits(silent_s=10.0)) as call:
            asyncio.get_running_loop().call_later(6.0, twilio.say)
            assert isinstance(await call.receive(60.0), Sound)
            with pytest.raises(CallEnded):
                await call.receive(60.0)
            assert _now() == pytest.approx(16.0)
            assert call.cause is HangupCause.DROPPED

    run(work())


def test_hanging_up_closes_the_socket_and_is_harmless_twice() -> None:
    async def work() -> None:
        twilio = FakeTwilio()
        async with calling(twilio) as call:
            waiting = asyncio.create_task(call.receive(60.0))
            await asyncio.sleep(1.0)
            await call.hang_up()
            await call.hang_up()
            with pytest.raises(CallEnded):
                await waiting
            assert call.cause is HangupCause.NORMAL
            assert _now() == pytest.approx(1.0)
        assert twilio.closed == 1000

    run(work())


def test_a_handler_that_fails_hangs_up_with_a_fault() -> None:
    async def work() -> None:
        twilio = FakeTwilio()
        with pytest.raises(ZeroDivisionError):
            async with calling(twilio):
                raise ZeroDivisionError
        assert twilio.closed == 1011

    run(work())


def test_a_reader_that_fails_is_told_and_ends_the_call(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeTwilio):
        async def receive(self) -> str | bytes | None:
            raise OSError("bad cable")

    async def work() -> None:
        async with calling(Broken()) as call:
            with pytest.raises(CallEnded):
                await call.receive(60.0)

    run(work())
    assert "bad cable" in caplog.text


def test_nobody_receiving_costs_the_oldest_and_no_memory(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        twilio = FakeTwilio()
        async with calling(twilio, limits=Limits(unheard_s=1.0)) as call:
            for number in range(60):
                twilio.say(bytes([number + 1]) * 160)
            await asyncio.sleep(0.1)
            things = await _all(call)
            assert len(things) == 50
            assert things[0] == Sound(ulaw_decode(bytes([11]) * 160))
            assert call.unheard == 10

    with caplog.at_level(logging.WARNING):
        run(work())
    assert caplog.text.count("nobody receives") == 1


def test_far_too_much_sound_is_refused() -> None:
    async def work() -> None:
        async with calling(FakeTwilio(), limits=Limits(unplayed_s=2.0)) as call:
            await call.send(Sound(_pcm(3.0)))
            with pytest.raises(LineError, match="wait for a mark"):
                await call.send(Sound(_pcm(0.1)))
            await call.clear()
            with pytest.raises(ValueError, match="size"):
                await call.send(Sound(b"odd"))

    run(work())


def test_two_tasks_may_not_receive_at_once() -> None:
    async def work() -> None:
        async with calling(FakeTwilio()) as call:
            first = asyncio.create_task(call.receive(1.0))
            await asyncio.sleep(0)
            with pytest.raises(LineError, match="one task at a time"):
                await call.receive(1.0)
            assert await first is None

    run(work())


GARBAGE: list[str | bytes] = [
    "",
    "{",
    "null",
    b"\x00\xff",
    "[" * 60_000,
    '{"event":"media"}',
    message("dtmf", 3, {"digit": "1" * 60_000}),
    "x" * 1_000_000,
    message("stop", 3, {}, stream="MZ9"),
    media(3, 0, payload="%%%"),
    media(10**13, 10**13),
]


@given(
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from(GARBAGE) | st.text() | st.binary()), max_size=20)
)
def test_garbage_between_the_messages_costs_nothing(garbage: list[tuple[int, str | bytes]]) -> None:
    async def work() -> None:
        twilio = FakeTwilio()
        async with calling(twilio) as call:
            await call.send(Sound(_pcm(0.5)))
            for number in range(20):
                for place, text in garbage:
                    if place == number:
                        twilio.put(text)
                twilio.say(bytes([number + 1]) * 160)
            await call.mark("end")
            things = await _all(call)
            assert things == [Sound(ulaw_decode(bytes([n + 1]) * 160)) for n in range(20)] + [Played("end")]
            assert call.cause is None

    logging.disable(logging.WARNING)
    try:
        run(work())
    finally:
        logging.disable(logging.NOTSET)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(1, 6000)),
        st.tuples(st.just("mark"), st.just(0)),
        st.tuples(st.just("clear"), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 900)),
    ),
    max_size=25,
)


@given(STEPS)
def test_whatever_is_played_marked_and_cleared_nothing_is_mistaken(steps: list[tuple[str, int]]) -> None:
    """The phone plays a beginning of what was sent before a clear, and all behind the last."""

    async def work() -> None:
        twilio = FakeTwilio()
        heard_marks: list[str] = []
        owed: list[str] = []  # marks since the last clear
        epochs = [b""]  # what was sent between the clears

        async def drain(call: MediaStreamCall, seconds: float) -> None:
            until = _now() + seconds
            while _now() < until or seconds == 0:
                thing = await call.receive(max(0.0, until - _now()))
                if thing is None:
                    break
                assert isinstance(thing, Played)
                assert owed.pop(0) == thing.mark, "a mark out of order, or one that was cleared"
                heard_marks.append(thing.mark)

        async with calling(twilio, limits=Limits(silent_s=1e6)) as call:
            for number, (step, size) in enumerate(steps):
                if step == "send":
                    pcm = _pcm(size / 8000, number)
                    epochs[-1] += pcm
                    await call.send(Sound(pcm))
                elif step == "mark":
                    owed.append(f"mark {number}")
                    await call.mark(owed[-1])
                elif step == "wait":
                    await drain(call, size / 1000)
                else:
                    await drain(call, 0)
                    owed.clear()
                    epochs.append(b"")
                    await call.clear()
            await drain(call, sum(size for _, size in steps) / 8000 + 1.0)
            assert owed == []
        ends = [2 * at for at in twilio.cleared_at]
        played = ulaw_decode(twilio.played)
        for epoch, start, end in zip(epochs, [0, *ends], [*ends, len(played)], strict=True):
            assert epoch.startswith(played[start:end])
        assert played[len(played) - len(epochs[-1]) :] == epochs[-1]

    run(work())
