"""What the load client makes of its log, on logs whose figures are plain to see."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.benchmarks.caller_script import RATE, Reply, Samples, Script, Utterance
from tests.benchmarks.media_figures import (
    CallLog,
    Heard,
    Said,
    Turn,
    quantile,
    replies,
    summarize,
    turns,
    wholeness,
)


def _loud(seconds: float, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).integers(-5000, 5000, round(seconds * RATE)).astype(np.int16)


def _silent(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.int16)


def _heard(at: float, *sounds: Samples, message_s: float = 0.04, early_s: float = 0.0) -> list[Heard]:
    """Messages in real time from ``at``, each ``early_s`` before the phone needs it."""
    sound = np.concatenate(sounds)
    step = round(message_s * RATE)
    return [
        Heard(max(at, at + start / RATE - early_s), sound[start : start + step])
        for start in range(0, len(sound), step)
    ]


def _turn(log: CallLog) -> Turn:
    (turn,) = turns(log)
    return turn


def test_the_gap_is_from_the_last_speech_to_the_first_sound() -> None:
    """Silence that is sent ahead of the sound is not yet a reply."""
    log = CallLog(heard=_heard(12.0, _silent(0.4), _loud(1.0)), said=[Said("u", 10.0, 11.5, False)])
    assert _turn(log).gap_s == pytest.approx(0.9)


def test_a_pause_within_a_reply_is_no_new_reply_and_belongs_to_it() -> None:
    log = CallLog(heard=_heard(1.0, _loud(0.5), _silent(0.2), _loud(0.5), _silent(0.5)))
    (reply,) = replies(log)
    assert reply.came == 1.0
    assert reply.ended == pytest.approx(2.2)
    assert len(reply.sound) == pytest.approx(1.2 * RATE)
    assert reply.gaps == 0


def test_a_phone_that_runs_dry_is_counted() -> None:
    log = CallLog(heard=[Heard(1.0, _loud(0.1)), Heard(1.25, _loud(0.1)), Heard(1.3, _loud(0.1))])
    (reply,) = replies(log)
    assert reply.gaps == 1
    assert reply.gaps_s == pytest.approx(0.15)
    assert reply.ended == pytest.approx(1.45)


def test_a_reply_within_the_utterance_is_premature_and_has_no_gap() -> None:
    log = CallLog(
        heard=_heard(11.0, _loud(0.5)) + _heard(13.0, _loud(0.5)), said=[Said("u", 10.0, 12.0, False)]
    )
    assert _turn(log) == Turn("u", None, premature=True, missed=False, stop_s=None)


def test_a_premature_reply_that_ends_too_soon_leaves_the_turn_missed() -> None:
    log = CallLog(heard=_heard(10.5, _loud(0.5)), said=[Said("u", 10.0, 12.0, False)])
    assert _turn(log) == Turn("u", None, premature=True, missed=True, stop_s=None)


def test_no_reply_is_a_missed_turn_with_an_endless_gap() -> None:
    log = CallLog(heard=_heard(1.0, _loud(0.5)), said=[Said("u", 10.0, 12.0, False)])
    assert _turn(log) == Turn("u", math.inf, premature=False, missed=True, stop_s=None)


@pytest.mark.parametrize("early_s", [0.0, 0.3, 2.0])
def test_a_barge_in_stops_when_the_phone_is_cleared(early_s: float) -> None:
    """However far ahead the reply was sent."""
    old = [heard for heard in _heard(9.0, _loud(4.0), early_s=early_s) if heard.at <= 10.1]
    log = CallLog(
        heard=old + _heard(12.0, _loud(1.0)), cleared=[10.1], said=[Said("u", 10.0, 11.5, over_reply=True)]
    )
    turn = _turn(log)
    assert turn.stop_s == pytest.approx(0.1)
    assert turn.gap_s == pytest.approx(0.5)
    assert not turn.premature


def test_without_a_clear_the_phone_plays_what_it_has() -> None:
    log = CallLog(heard=[Heard(9.0, _loud(2.0))], said=[Said("u", 10.0, 10.5, over_reply=True)])
    assert _turn(log).stop_s == pytest.approx(1.0)


def test_a_reply_that_goes_on_was_not_stopped() -> None:
    log = CallLog(heard=_heard(9.0, _loud(6.0)), said=[Said("u", 10.0, 11.0, over_reply=True)])
    assert _turn(log).stop_s == math.inf


def test_turns_are_told_apart() -> None:
    log = CallLog(
        heard=_heard(3.0, _loud(1.0)) + _heard(6.6, _loud(1.0)),
        said=[Said("one", 1.0, 2.5, False), Said("two", 5.0, 6.0, False)],
    )
    assert [turn.gap_s for turn in turns(log)] == [pytest.approx(0.5), pytest.approx(0.6)]


def _script(*known: Samples) -> Script:
    utterance = Utterance("u", "是", _loud(0.5), (0.0, 0.5), ((0.1, 0.2),), (), "r0", None)
    known_replies = {f"r{number}": Reply(f"r{number}", "", sound) for number, sound in enumerate(known)}
    return Script((utterance,), known_replies, "r0", _silent(1.0))


def test_sound_is_whole_when_nothing_is_lost_or_doubled() -> None:
    sound, other = _loud(1.0, 1), _loud(1.0, 2)
    damaged = np.concatenate([sound[: RATE // 2], sound[RATE // 2 + 400 :]])
    log = CallLog(heard=_heard(1.0, sound) + _heard(5.0, damaged) + _heard(9.0, _loud(1.0, 3)))
    figures = wholeness([log], _script(other, sound))
    assert (figures.replies, figures.whole, figures.gaps) == (3, 1, 0)


def test_missed_turns_count_in_the_quantiles() -> None:
    assert quantile([math.inf, 0.5, 0.4], 0.5) == 0.5
    assert quantile([math.inf, 0.5, 0.4], 0.95) == math.inf
    assert math.isnan(quantile([], 0.5))


def test_the_summary_counts_what_happened() -> None:
    said = [Said("u", 1.0, 2.5, False)]
    log = CallLog(began=0.0, ended=60.0, heard=_heard(3.0, _loud(1.0)), said=said, lateness_s=[0.001])
    summary = summarize([log, CallLog(failure="refused")], _script(_loud(1.0)), cpu_s=3.0)
    assert (summary["turns"], summary["with_pause"], summary["missed"]) == (1, 1, 0)
    assert summary["failed_calls"] == ["refused"]
    assert summary["cpu_s_per_call_minute"] == pytest.approx(3.0)
    assert summary["by_utterance"]["u"]["gap_p50_s"] == pytest.approx(0.5)
