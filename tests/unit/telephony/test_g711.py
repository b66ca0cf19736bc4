"""G.711 agrees with the standard, and with audioop, over every sample and every code."""

from __future__ import annotations

import warnings
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.g711 import Law, carried, decode, encode

EVERY_SAMPLE = np.arange(-32768, 32768).astype("<i2")
EVERY_CODE = bytes(range(256))
LAWS = pytest.mark.parametrize("law", Law)


@pytest.fixture(scope="module")
def audioop() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        module: ModuleType = pytest.importorskip("audioop", reason="this Python has no audioop to compare to")
    return module


@LAWS
def test_every_sample_has_the_code_that_audioop_gives_it(law: Law, audioop: ModuleType) -> None:
    theirs = {Law.A: audioop.lin2alaw, Law.MU: audioop.lin2ulaw}[law]
    pcm = EVERY_SAMPLE.tobytes()
    assert encode(pcm, law) == theirs(pcm, 2)


@LAWS
def test_every_code_is_the_sample_that_audioop_makes_of_it(law: Law, audioop: ModuleType) -> None:
    theirs = {Law.A: audioop.alaw2lin, Law.MU: audioop.ulaw2lin}[law]
    assert decode(EVERY_CODE, law) == theirs(EVERY_CODE, 2)


# ITU-T G.711, tables 1a and 2a: the values at the decoder's output, scaled from 13 and 14 bits to 16.
@pytest.mark.parametrize(
    ("law", "code", "sample"),
    [
        (Law.A, 0xD5, 8),
        (Law.A, 0x55, -8),
        (Law.A, 0xAA, 32256),
        (Law.A, 0x2A, -32256),
        (Law.MU, 0xFF, 0),
        (Law.MU, 0x7F, 0),
        (Law.MU, 0x80, 32124),
        (Law.MU, 0x00, -32124),
    ],
)
def test_the_ends_of_the_scales_are_the_standards(law: Law, code: int, sample: int) -> None:
    assert np.frombuffer(decode(bytes([code]), law), "<i2")[0] == sample


@LAWS
def test_a_decoded_code_is_coded_the_same_again(law: Law) -> None:
    again = encode(decode(EVERY_CODE, law), law)
    differ = [code for code in range(256) if again[code] != code]
    # µ-law has two codes for zero, and there is but one zero.
    assert differ == ([] if law is Law.A else [0x7F])


@LAWS
def test_no_sample_is_off_by_more_than_a_sixteenth(law: Law) -> None:
    came = carried(EVERY_SAMPLE, law).astype(int)
    assert np.all(np.abs(came - EVERY_SAMPLE) <= np.maximum(12, np.abs(EVERY_SAMPLE.astype(int)) / 16))
    assert np.all(np.diff(came) >= 0)


@LAWS
@given(pcm=st.binary(max_size=700).filter(lambda b: len(b) % 2 == 0))
def test_frames_of_any_length(law: Law, pcm: bytes) -> None:
    codes = encode(pcm, law)
    assert len(codes) == len(pcm) // 2
    assert len(decode(codes, law)) == len(pcm)
    assert carried(np.frombuffer(pcm, "<i2"), law).tobytes() == decode(codes, law)
    halves = 2 * (len(pcm) // 4)
    assert encode(pcm[:halves], law) + encode(pcm[halves:], law) == codes


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError):
        encode(b"\x00\x01\x02", Law.A)
