"""Call-progress tones are told apart by their cadence, in noise, and nothing else is taken for one."""

from __future__ import annotations

import numpy as np
import pytest

from telephony.announcements import Announcements
from telephony.early_media import EarlyMedia
from telephony.g711 import Law, carried
from telephony.outcome import Evidence, conclude
from telephony.pcm import FRAME_SAMPLES, RATE, Floats, pcm_of, rms_at
from telephony.progress_tones import ProgressTones
from telephony.simulated.sound.ambience import at_level, coloured
from telephony.simulated.sound.profile import Colour
from telephony.simulated.sound.tones import tone
from telephony.status import HangupCause, NumberStatus
from telephony.tones import LEVEL_DBM0, Tone
from tests.unit.telephony.spoken import ChordVoice

LONG_ENOUGH_S = {Tone.RINGBACK: 8.0, Tone.BUSY: 3.0, Tone.CONGESTION: 5.0}


def beeps(on_s: float, off_s: float, hertz: float, seconds: float, level: float = LEVEL_DBM0) -> Floats:
    """A cadence that no table has."""
    time = np.arange(round(seconds * RATE)) / RATE
    sounding = time % (on_s + off_s) < on_s
    sound: Floats = np.sqrt(2) * rms_at(level) * np.sin(2 * np.pi * hertz * time) * sounding
    return sound.astype(np.float32)


def in_noise(sound: Floats, snr_db: float, seed: int, begins_s: float) -> bytes:
    """Through A-law, with noise around it, beginning between two frames."""
    sound = np.concatenate([np.zeros(round(begins_s * RATE), dtype=np.float32), sound])
    noise = at_level(coloured(Colour.WHITE, seed, 10.0), LEVEL_DBM0 - snr_db)
    mixed = sound + np.resize(noise, sound.size)
    return carried(np.clip(mixed, -32768, 32767).astype(np.int16), Law.A).tobytes()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("snr_db", [40.0, 12.0, 3.0])
@pytest.mark.parametrize("kind", Tone)
def test_each_tone_is_known_in_noise(kind: Tone, snr_db: float, seed: int) -> None:
    sound = np.tile(tone(kind), 8)[: round(LONG_ENOUGH_S[kind] * RATE)]
    listener = ProgressTones()
    listener.feed(in_noise(sound, snr_db, seed, begins_s=0.117 * seed))
    assert listener.tone is kind


@pytest.mark.parametrize("hertz", [425.0, 475.0])
@pytest.mark.parametrize("stretch", [0.9, 1.1])
@pytest.mark.parametrize("kind", [Tone.BUSY, Tone.CONGESTION])
def test_exchanges_may_be_off_by_their_tolerance(kind: Tone, stretch: float, hertz: float) -> None:
    length_s = {Tone.BUSY: 0.35, Tone.CONGESTION: 0.7}[kind] * stretch
    listener = ProgressTones()
    listener.feed(pcm_of(beeps(length_s, length_s, hertz, 6.0)))
    assert listener.tone is kind


@pytest.mark.parametrize(
    "sound",
    [
        beeps(30.0, 1.0, 450.0, 6.0),  # dial tone
        beeps(0.35, 0.35, 620.0, 6.0),  # another pitch
        beeps(0.1, 0.1, 450.0, 6.0),  # another cadence
        beeps(0.5, 0.5, 450.0, 6.0),
        beeps(0.35, 0.35, 450.0, 6.0, level=-60.0),  # crosstalk
        coloured(Colour.PINK, 1, 6.0),
        np.zeros(6 * RATE, dtype=np.float32),
    ],
    ids=["dial tone", "620 Hz", "0.1 s", "0.5 s", "faint", "noise", "silence"],
)
def test_nothing_else_is_taken_for_one(sound: Floats) -> None:
    listener = ProgressTones()
    listener.feed(pcm_of(sound))
    assert listener.tone is None


def test_speech_is_no_tone(announcements: Announcements) -> None:
    voice, listener = ChordVoice(), ProgressTones()
    for entry in announcements:
        for text in entry.spoken:
            listener.feed(voice.sound(text))
    assert listener.tone is None


def test_it_makes_no_difference_how_the_sound_is_cut() -> None:
    pcm = in_noise(np.tile(tone(Tone.BUSY), 5), 10.0, 1, 0.05)
    whole, cut = ProgressTones(), ProgressTones()
    expected = whole.feed(pcm)
    random = np.random.default_rng(1)
    at = 0
    came: list[bool] = []
    while at < len(pcm):
        step = 2 * int(random.integers(1, 3 * FRAME_SAMPLES))
        came += cut.feed(pcm[at : at + step])
        at += step
    assert tuple(came) == expected
    assert cut.tone is whole.tone is Tone.BUSY


async def test_a_tone_is_evidence_below_every_signal(announcements: Announcements) -> None:
    early = EarlyMedia(announcements)
    assert await early.feed(pcm_of(np.tile(tone(Tone.BUSY), 4)))
    alone = conclude(await early.evidence(Evidence()))
    assert (alone.cause, alone.status) == (HangupCause.BUSY, NumberStatus.BUSY)
    with_sip = conclude(await early.evidence(Evidence(sip_code=404)))
    assert with_sip.cause is HangupCause.NOT_IN_SERVICE
    gave_up = conclude(await early.evidence(Evidence(timed_out=True)))
    assert gave_up.cause is HangupCause.BUSY


@pytest.mark.parametrize(
    ("kind", "cause", "status"),
    [
        (Tone.CONGESTION, HangupCause.UNREACHABLE, None),
        (Tone.RINGBACK, HangupCause.NO_ANSWER, NumberStatus.ACTIVE),
    ],
)
async def test_what_the_other_tones_say(
    announcements: Announcements, kind: Tone, cause: HangupCause, status: NumberStatus | None
) -> None:
    early = EarlyMedia(announcements)
    assert await early.feed(pcm_of(np.tile(tone(kind), 4))) is (kind is Tone.CONGESTION)
    outcome = conclude(await early.evidence(Evidence(timed_out=True)))
    assert (outcome.cause, outcome.status) == (cause, status)
