"""Loudness: speech is as loud as wished however long its pauses, and never clips."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audio.loudness import (
    CEILING_DB,
    LOUDEST_DB,
    TARGET_DB,
    active_level_db,
    apply_gain,
    normalize,
    true_peak_db,
)
from bot.audio.pcm import samples, silence
from bot.dialogue.manner import MOST_DB
from tests.unit.audio.sounds import bursts, tone


@pytest.mark.parametrize("level_db", [-40.0, -20.0, -9.0])
@pytest.mark.parametrize("pause_s", [0.0, 0.5, 9.0])
def test_pauses_do_not_count(level_db: float, pause_s: float) -> None:
    speech = tone(300, level_db=level_db)
    assert active_level_db(speech + silence(pause_s) + speech) == pytest.approx(level_db, abs=0.1)


def test_murmur_in_a_pause_does_not_count() -> None:
    assert active_level_db(tone(300, level_db=-20) + tone(300, 3.0, level_db=-45)) == pytest.approx(
        -20, abs=0.1
    )


@pytest.mark.parametrize("nothing", [b"", b"\0\0", silence(1), tone(300, level_db=-95)])
def test_silence_has_no_level_and_stays_as_it_is(nothing: bytes) -> None:
    assert active_level_db(nothing) is None
    assert normalize(nothing) == nothing


def test_a_peak_between_samples_is_found() -> None:
    # A quarter of the sampling rate, an eighth of a period off: no sample is at a peak.
    quarter = np.sin(np.pi / 2 * np.arange(800) + np.pi / 4) * 20000
    assert true_peak_db(quarter.astype("<i2").tobytes()) == pytest.approx(
        20 * np.log10(20000 / 32768), abs=0.3
    )
    assert true_peak_db(b"") == float("-inf")


@given(st.integers(0, 10**6), st.floats(-50, -5))
def test_every_sentence_comes_out_at_one_loudness_below_the_ceiling(seed: int, scale_db: float) -> None:
    sound = normalize(bursts(seed, scale_db=scale_db))
    # What the limiter takes off the peakiest bursts: 1.6 dB at most were seen.
    assert active_level_db(sound) == pytest.approx(TARGET_DB, abs=2.0)
    assert true_peak_db(sound) <= CEILING_DB + 0.3


@given(st.integers(0, 10**6), st.floats(-20, 30).filter(bool))  # no gain leaves all as it is
def test_no_gain_clips(seed: int, gain_db: float) -> None:
    louder = apply_gain(bursts(seed, scale_db=-18), gain_db)
    assert np.abs(samples(louder).astype(int)).max() < 32767
    assert true_peak_db(louder) <= LOUDEST_DB + 0.3


def test_louder_is_louder_by_what_was_asked_while_there_is_room() -> None:
    sound = tone(300, level_db=-20)
    assert active_level_db(apply_gain(sound, MOST_DB)) == pytest.approx(-20 + MOST_DB, abs=0.1)
    assert active_level_db(apply_gain(sound, -6)) == pytest.approx(-26, abs=0.1)
    assert apply_gain(sound, 0.0) is sound


def test_the_limiter_leaves_what_is_far_from_a_peak() -> None:
    quiet = tone(300, level_db=-20)
    with_peak = quiet + tone(300, 0.02, level_db=-4) + quiet
    limited = samples(apply_gain(with_peak, 6.0))
    assert np.array_equal(limited[: len(quiet) // 2 - 100], samples(apply_gain(quiet, 6.0))[:-100])


@given(st.binary(max_size=400).map(lambda raw: raw[: len(raw) // 2 * 2]), st.floats(-60, 60))
def test_any_sound_keeps_its_length(raw: bytes, gain_db: float) -> None:
    assert len(apply_gain(raw, gain_db)) == len(raw)
    assert len(normalize(raw)) == len(raw)
