"""The callers of the load client: when they speak, wait, talk over the bot and give up. Frame by frame."""

from __future__ import annotations

import math

import numpy as np
import pytest

from telephony.g711 import ulaw_decode, ulaw_encode
from tests.benchmarks.caller_script import FRAME, Utterance
from tests.benchmarks.media_client import FRAME_S, ULAW_DECODED, ULAW_ENCODED, Caller
from tests.benchmarks.media_figures import MISSED_S, CallLog

SPOKEN = np.full(50 * FRAME, 1000, np.int16)  # a second


class FakePhone:
    """Plays a reply of ``lasts_s`` that begins ``after_s`` behind each utterance; none when it is None."""

    def __init__(self, after_s: float | None = 0.5, lasts_s: float = 2.0) -> None:
        self.after_s, self.lasts_s = after_s, lasts_s
        self.now = 0.0
        self.plays_since = self.plays_until = -math.inf

    @property
    def playing(self) -> bool:
        return self.plays_since <= self.now < self.plays_until

    def answer(self, ended: float) -> None:
        if self.after_s is not None:
            self.plays_since = ended + self.after_s
            self.plays_until = self.plays_since + self.lasts_s


def _utterance(name: str, barge_in_s: float | None = None) -> Utterance:
    return Utterance(name, name, SPOKEN, (0.0, 0.95), (), (), "r", barge_in_s)


def _hold(phone: FakePhone, *lines: Utterance, most_s: float = 60.0) -> CallLog:
    log = CallLog()
    caller = Caller(phone, log, iter(lines), np.random.default_rng(1), 0.0)
    count = 0
    while not caller.done and count * FRAME_S < most_s:
        phone.now = count * FRAME_S
        said = len(log.said)
        # What will be played counts only once it is.
        if phone.plays_since > phone.now:
            until, phone.plays_until = phone.plays_until, -math.inf
            caller.frame(phone.now)
            phone.plays_until = until
        else:
            caller.frame(phone.now)
        if len(log.said) > said:
            phone.answer(log.said[-1].ended)
        count += 1
    log.ended = count * FRAME_S
    return log


def test_callers_wait_until_the_bot_has_finished() -> None:
    log = _hold(FakePhone(), _utterance("a"), _utterance("b"))
    first, second = log.said
    assert first.ended - first.began == pytest.approx(0.94)
    assert second.began - first.ended == pytest.approx(0.5 + 2.0 + 0.4 + 0.55, abs=0.3)
    assert not second.over_reply
    assert log.ended < 12.0


def test_a_barge_in_begins_within_the_reply() -> None:
    log = _hold(FakePhone(), _utterance("a"), _utterance("b", barge_in_s=1.0))
    first, second = log.said
    assert second.over_reply
    assert second.began - first.ended == pytest.approx(0.5 + 1.0, abs=0.03)


def test_a_reply_too_short_to_talk_over_is_heard_out() -> None:
    log = _hold(FakePhone(lasts_s=0.6), _utterance("a"), _utterance("b", barge_in_s=1.0))
    assert [said.over_reply for said in log.said] == [False, False]


def test_without_an_answer_the_caller_goes_on_and_ends() -> None:
    log = _hold(FakePhone(after_s=None), _utterance("a"), _utterance("b"))
    first, second = log.said
    assert second.began - first.ended == pytest.approx(MISSED_S, abs=0.05)
    assert log.ended == pytest.approx(second.ended + MISSED_S, abs=0.1)


def test_its_own_law_is_the_line_s() -> None:
    """Written anew, for it imports nothing of the product; where two codes are as near, either will do."""
    codes = bytes(range(256))
    assert ULAW_DECODED.astype("<i2").tobytes() == ulaw_decode(codes)
    samples = np.arange(-32768, 32768, dtype="<i2")
    ours = np.frombuffer(ulaw_encode(samples.tobytes()), np.uint8)
    theirs = ULAW_ENCODED[samples.view(np.uint16)]
    error = np.abs(ULAW_DECODED[theirs].astype(int) - samples)
    assert (error <= np.abs(ULAW_DECODED[ours].astype(int) - samples)).all()
