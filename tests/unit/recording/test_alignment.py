"""Where each side's sound is found again: to the sample."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audio.pcm import samples
from bot.audio.timeline import Timeline
from bot.recording.archive import Recordings
from bot.recording.filing import CHUNK, HOLD, MOST_AHEAD
from bot.recording.keys import KeyRing
from bot.recording.memory import MemoryRecorder
from bot.recording.waveform import peaks
from tests.unit.recording.build import ANSWERED, KEY, NAME, ZONE, feed, read, record, sound

CLAP = (np.ones(8) * 20000).astype("<i2").tobytes()


async def test_a_clap_and_a_tone_are_where_they_were(recordings: Recordings) -> None:
    recorder = recordings.start("17", ANSWERED)
    customer = bytearray(2 * 80000)
    customer[2 * 33333 : 2 * 33341] = CLAP
    tone = sound(12345)
    recorder.bot(tone, 30001)
    feed(recorder, bytes(customer))
    recorded = await recorder.close(())

    assert recorded.name == NAME
    assert recorded.path == recordings.path(NAME)
    assert recorded.seconds == 10
    assert recorded.fault is None
    heard = read(recordings, NAME)
    assert heard.shape == (80000, 2)
    assert np.flatnonzero(heard[:, 0]).tolist() == list(range(33333, 33341))
    assert np.flatnonzero(heard[:, 1]).tolist() == list(range(30001, 42346))
    assert heard[30001:42346, 1].tolist() == samples(tone).tolist()


async def test_a_barge_in_cuts_the_bot_at_the_sample(recordings: Recordings) -> None:
    recorder = recordings.start("17", ANSWERED)
    sentence, resumed = sound(40000), sound(5000, 2)
    recorder.bot(sentence, 8000)
    feed(recorder, sound(20000, 3))
    recorder.cut(19871)
    feed(recorder, sound(30000, 4))
    recorder.bot(resumed, 50123)
    feed(recorder, sound(10000, 5))
    await recorder.close(())

    bot = read(recordings, NAME)[:, 1]
    expected = np.zeros(60000, np.int16)
    expected[8000:19871] = samples(sentence)[: 19871 - 8000]
    expected[50123:55123] = samples(resumed)
    assert np.array_equal(bot, expected)


async def test_the_bot_before_the_first_frame_and_after_the_last(recordings: Recordings) -> None:
    recorder = recordings.start("17", ANSWERED)
    greeting, farewell = sound(1000), sound(20000, 2)
    recorder.bot(greeting, 0)
    feed(recorder, bytes(2 * 16001))
    recorder.bot(farewell, 15000)
    recorded = await recorder.close(())

    heard = read(recordings, NAME)
    assert recorded.seconds == 16001 / 8000
    assert heard[:1000, 1].tolist() == samples(greeting).tolist()
    # The line was gone by then: what would have come was played to nobody.
    assert heard[15000:, 1].tolist() == samples(farewell)[:1001].tolist()


async def test_a_call_without_a_frame_is_kept_with_its_transcript(recordings: Recordings) -> None:
    recorded = await record(recordings, seconds=0)
    with recordings.open(NAME) as recording:
        assert recording.state == "whole"
        assert recording.samples == 0
        assert recording.sound().shape == (0, 2)
        assert len(recording.lines()) == 3
        assert peaks(recording).shape == (0, 2)
    assert recorded.seconds == 0


async def test_what_comes_later_than_it_can_be_placed_is_counted(recordings: Recordings) -> None:
    recorder = recordings.start("17", ANSWERED)
    recorder.bot(sound(8000), 0)
    feed(recorder, bytes(2 * (HOLD + CHUNK)))  # one second is written by now
    recorder.cut(CHUNK - 500)
    late = sound(2000, 2)
    recorder.bot(late, CHUNK - 700)
    recorder.bot(sound(100), HOLD + CHUNK + MOST_AHEAD * 2)
    await recorder.close(())

    with recordings.open(NAME) as recording:
        heard, ending = recording.sound(), recording.ending()
    assert ending is not None
    assert ending.lost == 500 + 700 + 100
    assert heard[:CHUNK, 1].tolist() == samples(sound(8000)).tolist()
    assert heard[CHUNK : CHUNK + 1300, 1].tolist() == samples(late)[700:].tolist()
    assert not heard[CHUNK + 1300 :, 1].any()


async def test_any_stretch_can_be_read(recordings: Recordings) -> None:
    await record(recordings, seconds=7.5)
    with recordings.open(NAME) as recording:
        whole = recording.sound()
        for begin, end in [(0, 1), (7999, 8001), (12345, 40000), (59990, 60000), (59000, 70000), (5, 5)]:
            assert np.array_equal(recording.sound(begin, end), whole[begin:end])


async def test_the_outline_shows_the_loudest_of_both_sides(recordings: Recordings) -> None:
    recorder = recordings.start("17", ANSWERED)
    customer = np.zeros(8000 * 3 + 100, "<i2")
    customer[4000], customer[24050] = -32768, 7
    feed(recorder, customer.tobytes())
    recorder.bot(CLAP, 8000)
    await recorder.close(())
    with recordings.open(NAME) as recording:
        outline = peaks(recording, 20)
        with pytest.raises(ValueError):
            peaks(recording, 7)
    assert outline.shape == (61, 2)
    assert {(int(i), int(outline[i, 0])) for i in np.flatnonzero(outline[:, 0])} == {(10, 32768), (60, 7)}
    assert np.flatnonzero(outline[:, 1]).tolist() == [20]


CUSTOMER = st.tuples(st.just("customer"), st.integers(0, 12000), st.just(0))
BOT = st.tuples(st.just("bot"), st.integers(-3 * 8000, 3 * 8000), st.integers(0, 20000))
CUT = st.tuples(st.just("cut"), st.integers(-3 * 8000, 3 * 8000), st.just(0))


@given(st.lists(CUSTOMER | CUSTOMER | BOT | CUT, max_size=40))
def test_whatever_happens_both_sides_are_as_in_a_simple_model(steps: list[tuple[str, int, int]]) -> None:
    """Positions are relative to the customer's sound so far, back to beyond what is still held."""
    customer = np.zeros(0, np.int16)
    bot, played_everywhere = np.zeros(1 << 20, np.int16), np.zeros(1 << 20, np.int16)
    memory = MemoryRecorder()

    async def run(recordings: Recordings) -> None:
        nonlocal customer
        recorder = recordings.start("17", ANSWERED)
        for seed, (what, number, count) in enumerate(steps):
            # Written by seconds, as soon as the next second and what is held are there.
            written = max(0, (len(customer) - HOLD) // CHUNK * CHUNK)
            at = max(0, len(customer) + number)
            if what == "customer":
                pcm = sound(number, seed)
                customer = np.concatenate([customer, samples(pcm)])
                feed(recorder, pcm)
                feed(memory, pcm)
            elif what == "bot":
                pcm = sound(count, seed)
                late = min(max(written - at, 0), count)
                bot[at + late : at + count] = samples(pcm)[late:]
                played_everywhere[at : at + count] = samples(pcm)
                recorder.bot(pcm, at)
                memory.bot(pcm, at)
            else:
                bot[max(at, written) :] = 0
                played_everywhere[at:] = 0
                recorder.cut(at)
                memory.cut(at)
        await recorder.close(())
        await memory.close(())

    with (
        tempfile.TemporaryDirectory() as folder,
        Recordings(Path(folder), KeyRing([KEY]), ZONE) as recordings,
    ):
        asyncio.run(run(recordings))
        heard = read(recordings, NAME)
    count = len(customer)
    assert np.array_equal(heard, np.stack([customer, bot[:count]], axis=1))
    assert np.array_equal(memory.sound, np.stack([customer, played_everywhere[:count]], axis=1))


@given(
    st.lists(
        st.tuples(st.sampled_from(["place", "cut", "take"]), st.integers(0, 400), st.integers(0, 100)),
        max_size=30,
    )
)
def test_a_timeline_keeps_no_more_than_it_may(steps: list[tuple[str, int, int]]) -> None:
    timeline, most = Timeline(most_ahead=200), 200
    model, taken = np.zeros(10_000, np.int16), 0
    for seed, (what, at, count) in enumerate(steps):
        if what == "place":
            values = samples(sound(count, seed))
            first, end = max(at, taken), min(at + count, taken + most)
            placed = max(end - first, 0)
            assert timeline.place(values.tobytes(), at) == count - placed
            model[first : first + placed] = values[first - at : first - at + placed]
        elif what == "cut":
            timeline.cut(at)
            model[max(at, taken) :] = 0
        else:
            assert samples(timeline.take(count)).tolist() == model[taken : taken + count].tolist()
            taken += count
            assert timeline.taken == taken


def test_a_cut_of_what_was_never_placed_is_not_late() -> None:
    timeline = Timeline(100)
    timeline.place(bytes(20), 0)
    assert timeline.cut(5) == 0
    timeline.take(10)
    assert timeline.cut(7) == 0
    assert timeline.cut(3) == 2


def test_half_a_sample_and_a_place_before_the_start_are_refused() -> None:
    with pytest.raises(ValueError):
        Timeline(10).place(b"\0\0\0", 0)
    with pytest.raises(ValueError):
        Timeline(10).place(b"\0\0", -1)
