"""Resampling: the telephone's band stays, nothing from above comes in, chunks make no seams."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audio.loudness import active_level_db
from bot.audio.pcm import samples
from bot.audio.resample import Resampler, resample
from tests.unit.audio.sounds import bursts, tone


@pytest.mark.parametrize("rate", [16000, 22050, 24000, 44100, 48000])
@pytest.mark.parametrize("hertz", [200, 1000, 3400])
def test_the_band_of_a_telephone_passes_unchanged(rate: int, hertz: float) -> None:
    level = active_level_db(resample(tone(hertz, rate=rate), rate, 8000))
    assert level == pytest.approx(-12, abs=0.2)


@pytest.mark.parametrize("rate", [16000, 22050, 44100])
@pytest.mark.parametrize("hertz", [4100, 5000, 7900])
def test_what_lies_above_the_band_does_not_fold_into_it(rate: int, hertz: float) -> None:
    inside = samples(resample(tone(hertz, rate=rate), rate, 8000))[800:-800]
    assert np.abs(inside).max() <= 2


@pytest.mark.parametrize(
    ("from_rate", "to_rate"), [(22050, 8000), (16000, 8000), (8000, 16000), (8000, 8000)]
)
def test_the_length_in_seconds_stays(from_rate: int, to_rate: int) -> None:
    sound = resample(tone(440, 1.5, rate=from_rate), from_rate, to_rate)
    assert len(sound) / 2 == pytest.approx(1.5 * to_rate, abs=2)


@given(
    st.lists(st.integers(0, 1200), max_size=12), st.sampled_from([(8000, 16000), (16000, 8000), (8000, 8000)])
)
def test_chunks_of_any_length_make_the_same_sound(cuts: list[int], rates: tuple[int, int]) -> None:
    whole = bursts(1, seconds=0.5)
    stream, at, out = Resampler(*rates), 0, b""
    for cut in cuts:
        out += stream.push(whole[at : at + 2 * cut])
        at += 2 * cut
    out += stream.push(whole[at:]) + stream.finish()
    once = resample(whole, *rates)
    assert len(out) == len(once)
    assert np.abs(samples(out).astype(int) - samples(once)).max(initial=0) <= 1


def test_after_the_end_a_stream_begins_anew() -> None:
    stream = Resampler(8000, 16000)
    first = stream.push(tone(440)) + stream.finish()
    assert stream.push(tone(440)) + stream.finish() == first


@pytest.mark.parametrize(("from_rate", "to_rate"), [(0, 8000), (8000, 0), (-1, 8000)])
def test_a_rate_that_is_none_is_refused(from_rate: int, to_rate: int) -> None:
    with pytest.raises(ValueError, match="sampling rates"):
        resample(b"\0\0", from_rate, to_rate)
    with pytest.raises(ValueError, match="sampling rates"):
        Resampler(from_rate, to_rate)


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError):
        resample(b"\0\0\0", 16000, 8000)
    with pytest.raises(ValueError):
        Resampler(16000, 8000).push(b"\0")


def test_nothing_gives_nothing() -> None:
    assert resample(b"", 22050, 8000) == b""
    assert Resampler(8000, 16000).finish() == b""
