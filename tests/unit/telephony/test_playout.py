"""What is sent is played in order, to the byte; what was cleared is never heard, and its marks never come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from telephony.line import Sound
from telephony.pcm import FRAME_BYTES, SILENCE
from telephony.playout import NOTHING, Playout


def tone(samples: int, value: int = 1) -> bytes:
    return value.to_bytes(2, "little", signed=True) * samples


def test_an_empty_queue_is_silent() -> None:
    assert Playout().take() == NOTHING
    assert NOTHING.pcm == SILENCE


def test_sounds_follow_each_other_to_the_byte() -> None:
    playout = Playout()
    playout.send(Sound(tone(100, 1)))
    playout.send(Sound(tone(100, 2)))
    assert playout.take().pcm == tone(100, 1) + tone(60, 2)
    assert playout.take().pcm == tone(40, 2).ljust(FRAME_BYTES, b"\0")
    assert playout.take() is NOTHING


def test_a_mark_comes_with_the_frame_that_ends_before_it() -> None:
    playout = Playout()
    playout.send(Sound(tone(160)))
    assert playout.mark("one")
    playout.send(Sound(tone(170)))
    assert playout.mark("two")
    assert playout.mark("three")
    assert playout.take().marks == ("one",)
    assert playout.take().marks == ()
    assert playout.take().marks == ("two", "three")
    assert not playout.mark("four"), "nothing waits: all before it has been played"


def test_captions_tell_how_much_was_played() -> None:
    playout = Playout()
    playout.send(Sound(tone(320), "您好"))
    playout.send(Sound(tone(160), "再见"))
    playout.send(Sound(tone(160)))
    shares = [[(c.text, c.begins, c.share) for c in playout.take().captions] for _ in range(4)]
    assert shares == [[("您好", True, 0.5)], [("您好", False, 1.0)], [("再见", True, 1.0)], []]


def test_one_frame_can_end_a_sentence_and_begin_the_next() -> None:
    playout = Playout()
    playout.send(Sound(tone(80), "一"))
    playout.mark("between")
    playout.send(Sound(tone(160), "二"))
    taken = playout.take()
    assert [(c.text, c.share, c.lasts_s) for c in taken.captions] == [("一", 1.0, 0.01), ("二", 0.5, 0.02)]
    assert taken.marks == ("between",)


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="even"):
        Playout().send(Sound(b"\0\0\0"))


def test_no_sound_at_all_takes_no_time() -> None:
    playout = Playout()
    playout.send(Sound(b"", "…"))
    assert not playout.mark("m")


class PlayoutMachine(RuleBasedStateMachine):
    """Against a list of samples and marks."""

    def __init__(self) -> None:
        super().__init__()
        self.playout = Playout()
        self.waiting: list[int | str] = []
        self.serial = 0

    @rule(samples=st.integers(0, 400))
    def send(self, samples: int) -> None:
        self.serial += 1
        values = [self.serial] * samples
        self.playout.send(Sound(b"".join(v.to_bytes(2, "little", signed=True) for v in values), "字"))
        self.waiting += values

    @rule()
    def mark(self) -> None:
        self.serial += 1
        assert self.playout.mark(str(self.serial)) == bool(self.waiting)
        if self.waiting:
            self.waiting.append(str(self.serial))

    @rule()
    def clear(self) -> None:
        self.playout.clear()
        self.waiting.clear()

    @rule()
    def take(self) -> None:
        played: list[int] = []
        marks: list[str] = []
        while self.waiting and (isinstance(self.waiting[0], str) or len(played) < 160):
            item = self.waiting.pop(0)
            if isinstance(item, str):
                marks.append(item)
            else:
                played.append(item)
        taken = self.playout.take()
        expected = b"".join(v.to_bytes(2, "little", signed=True) for v in played)
        assert taken.pcm == expected.ljust(FRAME_BYTES, b"\0")
        assert taken.sounding == bool(played)
        assert taken.marks == tuple(marks)

    @invariant()
    def never_begins_with_a_mark(self) -> None:
        assert not self.waiting or isinstance(self.waiting[0], int)


TestPlayoutMachine = PlayoutMachine.TestCase


@given(st.lists(st.integers(1, 500), min_size=1, max_size=8))
def test_every_caption_begins_once_and_ends_at_one(lengths: list[int]) -> None:
    playout = Playout()
    for number, length in enumerate(lengths):
        playout.send(Sound(tone(length), f"s{number}"))
    seen = [c for _ in range(sum(lengths) // 160 + 1) for c in playout.take().captions]
    assert [c.text for c in seen if c.begins] == [c.text for c in seen if c.share == 1.0]
    assert [c.text for c in seen if c.begins] == [f"s{number}" for number in range(len(lengths))]
