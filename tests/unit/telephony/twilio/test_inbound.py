"""Order, doubles and gaps of what comes in."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.errors import ProtocolFault
from telephony.g711 import ulaw_decode
from telephony.line import Dtmf, Sound
from telephony.twilio.inbound import Inbound
from telephony.twilio.mending import FRAME_BYTES, MAX_MENDED, Mending, conceal
from telephony.twilio.ordering import FAR_AHEAD, STRAYS, WINDOW, Ordering
from tests.unit.telephony.twilio.fake_twilio import START, media, message


def _frame(number: int) -> bytes:
    """160 bytes of µ-law that tell which frame they are."""
    return bytes([number % 120 + 1]) * 160


def _sound(inbound: Inbound, texts: list[str]) -> list[bytes]:
    received = [thing for text in texts for thing in inbound.take(text)] + inbound.finish()
    return [thing.pcm for thing in received if isinstance(thing, Sound)]


def _inbound() -> Inbound:
    return Inbound(START, lambda wire: None)


@given(st.integers(1, 60), st.randoms(use_true_random=False))
def test_swapped_and_doubled_messages_come_once_and_in_order(count: int, chance: random.Random) -> None:
    """Each message up to WINDOW places from its own, some of them twice."""
    places = [(number + chance.uniform(0, WINDOW), number) for number in range(count)]
    places += [(place + chance.uniform(0, 5), number) for place, number in places if chance.random() < 0.3]
    texts = [media(number + 2, 20 * number, _frame(number)) for _, number in sorted(places)]
    inbound = _inbound()
    assert _sound(inbound, texts) == [ulaw_decode(_frame(number)) for number in range(count)]
    assert inbound.dropped == len(texts) - count
    assert inbound.mended == 0


@given(st.sets(st.integers(1, 58)), st.booleans())
def test_lost_sound_is_filled_in_its_place(lost: set[int], numbered: bool) -> None:
    """Lost behind the numbering or before it: what came is where it belongs, to the frame."""
    kept = [number for number in range(60) if number not in lost]
    numbers = kept if numbered else list(range(len(kept)))
    texts = [media(number + 2, 20 * at, _frame(at)) for number, at in zip(numbers, kept, strict=True)]
    inbound = _inbound()
    frames = _sound(inbound, texts)
    assert len(frames) == 60
    assert all(frames[number] == ulaw_decode(_frame(number)) for number in kept)
    assert inbound.mended == len(lost)


def test_a_message_is_waited_for_no_longer_than_the_window() -> None:
    ordering: Ordering[int] = Ordering(1)
    assert ordering.take(1, 1) == [1]
    assert [ordering.take(number, number) for number in (3, 4, 5)] == [[], [], []]
    assert ordering.take(6, 6) == [3, 4, 5, 6]
    assert ordering.take(2, 2) == []
    assert ordering.dropped == 1


def test_a_wild_number_does_not_make_the_rest_late() -> None:
    ordering: Ordering[int] = Ordering(1)
    due = [ordering.take(number, number) for number in (1, 10**14, 1 + FAR_AHEAD + 1, 2)]
    assert due == [[1], [], [], [2]]


def test_a_new_numbering_is_believed_after_a_second() -> None:
    ordering: Ordering[int] = Ordering(9000)
    got = [number for number in range(1, 2 * STRAYS) for number in ordering.take(number, number)]
    assert got == list(range(STRAYS, 2 * STRAYS))


def test_a_wild_time_stamp_costs_a_second_at_most_and_nothing_that_was_said() -> None:
    mending = Mending()
    stamps = [0, 20, 10**14, 10**14 + 20, 0, 20]
    frames = [frame for number, at in enumerate(stamps) for frame in mending.take(at, _frame(number))]
    assert mending.mended == MAX_MENDED
    assert all(ulaw_decode(_frame(number)) in frames for number in range(len(stamps)))


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=40))
def test_wavering_time_stamps_lose_and_add_nothing(wavers: list[int]) -> None:
    mending = Mending()
    frames = [mending.take(100 + 20 * at + waver, _frame(at)) for at, waver in enumerate(wavers)]
    assert [len(some) for some in frames] == [1] * len(wavers)


@given(st.lists(st.integers(1, 700), max_size=30))
def test_messages_of_any_size_make_whole_frames_of_all_samples(sizes: list[int]) -> None:
    mending, at, said, frames = Mending(), 0, b"", list[bytes]()
    for number, size in enumerate(sizes):
        ulaw = bytes([number % 100 + 1]) * size
        frames += mending.take(at // 8, ulaw)
        said += ulaw_decode(ulaw)
        at += size
    assert all(len(frame) == FRAME_BYTES for frame in frames)
    assert b"".join(frames) == said[: len(frames) * FRAME_BYTES]
    assert len(said) - len(frames) * FRAME_BYTES < FRAME_BYTES


def test_concealed_sound_has_no_step_and_fades() -> None:
    last = (np.sin(np.arange(160) / 5) * 9000).astype("<i2")
    filled = np.frombuffer(conceal(last.tobytes(), 2), "<i2").astype(int)
    joined = np.concatenate([last.astype(int), filled])
    assert np.abs(np.diff(joined)).max() < 2 * np.abs(np.diff(last.astype(int))).max()
    assert not filled[160:].any()


def test_digits_keep_their_place_and_come_once() -> None:
    inbound = _inbound()
    texts = [
        media(2, 0, _frame(0)),
        message("dtmf", 4, {"digit": "7"}),
        message("dtmf", 4, {"digit": "7"}),
        media(3, 20, _frame(1)),
        message("dtmf", 5, {"digit": "7"}),
    ]
    received = [thing for text in texts for thing in inbound.take(text)]
    assert [thing.digit if isinstance(thing, Dtmf) else "." for thing in received] == [".", ".", "7", "7"]


def test_a_stop_waits_for_nothing() -> None:
    inbound = _inbound()
    assert inbound.take(media(5, 60)) == []
    assert len(inbound.take(message("stop", 9, {}))) == 1
    assert inbound.stopped


# None that the honest stream bears: who forges one of its numbers takes the place of that message.
NUMBERS = st.integers(-2, 60) | st.integers(1000, 10**20)
EVENTS = st.one_of(
    st.builds(media, NUMBERS, NUMBERS, st.binary(max_size=400)),
    st.builds(
        message, st.sampled_from(["dtmf", "mark", "news"]), NUMBERS, st.just({"digit": "1", "name": "1"})
    ),
    st.text(max_size=40),
    st.binary(max_size=40),
)


@given(st.lists(EVENTS, max_size=80))
def test_whatever_comes_the_call_still_hears_what_follows(texts: list[str | bytes]) -> None:
    """After any garbage an honest stream is heard, at the latest when it has gone on for a second."""
    inbound = _inbound()
    for text in texts:
        try:
            inbound.take(text)
        except ProtocolFault:
            continue
    honest = [media(100 + number, 20 * number, _frame(number)) for number in range(STRAYS + 40)]
    heard = b"".join(_sound(inbound, honest))
    # But the last frame, which a rest of the garbage may have left incomplete.
    assert b"".join(ulaw_decode(_frame(number)) for number in range(STRAYS + WINDOW, STRAYS + 39)) in heard


@pytest.mark.parametrize("mended", [0, 1, 5])
def test_the_length_of_concealment(mended: int) -> None:
    assert len(conceal(bytes(FRAME_BYTES), mended)) == mended * FRAME_BYTES
