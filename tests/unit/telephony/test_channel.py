"""What connections do to sound: as loud, as late, as noisy and as full of holes as their data says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest
import soundfile

from telephony.errors import LineConfigError
from telephony.g711 import Law, carried
from telephony.pcm import FRAME_BYTES, FRAME_SAMPLES, RATE, Floats, level_of, pcm_of, rms_at, samples
from telephony.playout import NOTHING, Taken
from telephony.simulated.population import load_population
from telephony.simulated.sound.ambience import LENGTH_S, coloured, mixed, noise, recorded
from telephony.simulated.sound.channel import LATEST_MS, Channel
from telephony.simulated.sound.mending import Mending
from telephony.simulated.sound.profile import (
    ChannelProfile,
    Colour,
    LossProfile,
    NoiseProfile,
    load_channels,
)
from telephony.simulated.sound.voices import Voices, levelled
from tests.unit.telephony.spoken import ChordVoice

NOISES = Path(__file__).parents[4] / "shared" / "test-data" / "audio" / "noise_8k"
SHIPPED = load_channels().profiles


def sine(seconds: float, dbm0: float = -20.0, hertz: float = 1000.0) -> Floats:
    time = np.arange(round(seconds * RATE)) / RATE
    sound: Floats = np.sqrt(2) * rms_at(dbm0) * np.sin(2 * np.pi * hertz * time)
    return sound.astype(np.float32)


def carry(channel: Channel, speech: Floats | None, frames: int, ours: Taken = NOTHING) -> Floats:
    """What arrives, frame by frame."""
    parts = [None] * frames if speech is None else list(speech.reshape(-1, FRAME_SAMPLES)[:frames])
    return samples(b"".join(channel.carry(part, ours) for part in parts))


def channel(ambience: Floats | None = None, seed: int = 1, **profile: object) -> Channel:
    return Channel(ChannelProfile.model_validate(profile), ambience, Random(seed))


@pytest.mark.parametrize("law", Law)
def test_a_clean_connection_is_g711_and_no_more(law: Law) -> None:
    speech = sine(0.2)
    came = carry(channel(law=law), speech, 10)
    assert came.astype(np.int16).tobytes() == carried(np.rint(speech).astype(np.int16), law).tobytes()


def test_silence_is_silent() -> None:
    assert np.abs(carry(channel(), None, 50)).max() <= 8


@pytest.mark.parametrize("colour", Colour)
@pytest.mark.parametrize("level", [{"dbm0": -40}, {"snr_db": 15}])
def test_noise_has_the_level_it_is_given(colour: Colour, level: dict[str, float]) -> None:
    profile = NoiseProfile.model_validate({"colour": colour, **level})
    loop = noise(profile, speech_dbm0=-20.0, seed=1)
    came = carry(channel(loop), None, loop.size // FRAME_SAMPLES)
    assert level_of(came) == pytest.approx(level.get("dbm0", -35.0), abs=0.5)


def test_pink_noise_falls_towards_high_frequencies_and_white_does_not() -> None:
    for colour, falls_db in ((Colour.WHITE, 0.0), (Colour.PINK, 9.0)):
        power = np.abs(np.fft.rfft(coloured(colour, seed=3))) ** 2
        at = [
            power[round(hertz * LENGTH_S * 0.8) : round(hertz * LENGTH_S * 1.2)].mean()
            for hertz in (300, 2400)
        ]
        assert 10 * np.log10(at[0] / at[1]) == pytest.approx(falls_db, abs=1.0)


def test_the_end_of_a_noise_goes_over_into_its_beginning() -> None:
    loop = coloured(Colour.PINK, seed=1)
    assert loop.size % FRAME_SAMPLES == 0
    assert abs(loop[0] - loop[-1]) < 3 * np.std(np.diff(loop))


def test_speech_is_made_as_loud_as_its_connection_has_it() -> None:
    for dbm0 in (-15.0, -30.0):
        sound = levelled(ChordVoice().sound("我是"), ChannelProfile(speech_dbm0=dbm0))
        active = np.concatenate([f for f in sound.reshape(-1, FRAME_SAMPLES) if level_of(f) > -50])
        assert level_of(active) == pytest.approx(dbm0, abs=0.1)


def test_speech_begins_and_ends_with_a_sound() -> None:
    pcm = bytes(7000) + ChordVoice().sound("我") + bytes(9000)
    sound = levelled(pcm, ChannelProfile()).reshape(-1, FRAME_SAMPLES)
    assert sound[0].any()
    assert sound[-1].any()
    assert len(sound) <= 10


@pytest.mark.parametrize("pcm", [b"", bytes(2), bytes(1000)])
def test_silent_speech_is_one_silent_frame(pcm: bytes) -> None:
    sound = levelled(pcm, ChannelProfile(overdrive_db=6))
    assert sound.size == FRAME_SAMPLES
    assert not sound.any()


def test_an_overdriven_voice_is_cut_off_and_no_louder() -> None:
    pcm = pcm_of(sine(1.0) + sine(1.0, -26.0, 333.0))
    clean = levelled(pcm, ChannelProfile())
    driven = levelled(pcm, ChannelProfile(overdrive_db=6))
    assert level_of(driven) == pytest.approx(level_of(clean), abs=0.1)
    top = np.abs(driven).max()
    assert np.mean(np.abs(driven) > 0.999 * top) > 0.1
    assert np.mean(np.abs(clean) > 0.999 * np.abs(clean).max()) < 0.01


def test_our_voice_comes_back_late_and_faint() -> None:
    line = channel(echo={"delay_ms": 130, "loss_db": 12})
    ours = [Taken(pcm_of(part), sounding=True) for part in sine(0.2, -10.0).reshape(-1, FRAME_SAMPLES)]
    came = np.concatenate([samples(line.carry(None, taken)) for taken in ours + [NOTHING] * 20])
    begins, ends = round(0.13 * RATE), round(0.33 * RATE)
    assert np.abs(came[:begins]).max() <= 8
    assert level_of(came[begins:ends]) == pytest.approx(-22.0, abs=0.3)
    assert np.abs(came[ends:]).max() <= 8


def test_lost_frames_are_as_many_as_the_data_says_and_come_in_bursts() -> None:
    mending = Mending(LossProfile(share=0.1, burst=3.0), Random(1))
    frames = [np.full(FRAME_SAMPLES, 1000 + number % 1000, dtype=np.int16) for number in range(20_000)]
    lost = [mending.passed(frame) is not frame for frame in frames]
    assert np.mean(lost) == pytest.approx(0.1, abs=0.01)
    bursts = np.flatnonzero(np.diff(np.array([False, *lost, False], dtype=int)) == 1).size
    assert sum(lost) / bursts == pytest.approx(3.0, abs=0.2)


def test_a_hole_is_filled_with_what_came_before_fading_out() -> None:
    mending = Mending(LossProfile(share=0.5, burst=50), Random(1))
    frame = np.full(FRAME_SAMPLES, 8000, dtype=np.int16)
    came = [mending.passed(frame) for _ in range(200)]
    first = next(number for number, got in enumerate(came) if got is not frame)
    hole = np.concatenate(came[first : first + 5])
    assert first > 0
    assert hole[0] == 8000
    assert np.all(np.diff(hole) <= 0)
    assert not hole[3 * FRAME_SAMPLES :].any()


def test_lateness_is_as_the_data_says_and_bounded() -> None:
    line = channel(jitter_ms=8)
    late = [line.late_us() for _ in range(5000)]
    assert np.mean(late) == pytest.approx(8000, rel=0.05)
    assert max(late) <= LATEST_MS * 1000
    assert channel().late_us() == 0


@pytest.mark.parametrize("name", SHIPPED)
def test_the_same_seed_gives_the_same_samples(name: str) -> None:
    profile = SHIPPED[name]
    loop = noise(profile.noise, profile.speech_dbm0, 1) if profile.noise else None
    speech = levelled(ChordVoice().sound("我就是张三"), profile)
    frames = speech.size // FRAME_SAMPLES
    ours = Taken(pcm_of(sine(0.02)), sounding=True)
    courses = [
        carry(Channel(profile, loop, Random(seed)), speech, frames, ours).tobytes() for seed in (1, 1, 2)
    ]
    assert courses[0] == courses[1]
    assert (courses[0] == courses[2]) is (name == "clean")
    assert len(courses[0]) == 2 * frames * FRAME_BYTES


async def test_somebody_talks_in_the_background() -> None:
    voice = ChordVoice()
    talk = await Voices(voice).chatter(("今天吃什么", "你说呢"), ChannelProfile(speech_dbm0=-40))
    assert talk is not None
    assert talk.size % FRAME_SAMPLES == 0
    loud = [level_of(frame) for frame in talk.reshape(-1, FRAME_SAMPLES) if level_of(frame) > -60]
    assert max(loud) < -38
    assert len({who for _, who in voice.spoken}) == 2


def test_a_mix_is_as_long_as_the_longer() -> None:
    one, two = np.ones(320, dtype=np.float32), np.ones(480, dtype=np.float32)
    both = mixed(one, two)
    assert both is not None
    assert both.tolist() == [2.0] * 480
    assert mixed(None, two) is two
    assert mixed(one, None) is one


@pytest.mark.skipif(not NOISES.is_dir(), reason="the recorded noises of ../shared/test-data are missing")
def test_recorded_noise_is_read_and_levelled(tmp_path: Path) -> None:
    file = NOISES / "coffee_shop.flac"
    loop = noise(NoiseProfile(file=file, dbm0=-35), -20.0, 1)
    assert level_of(loop) == pytest.approx(-35.0, abs=0.1)
    assert loop.size % FRAME_SAMPLES == 0


def test_recordings_of_any_rate_and_number_of_channels(tmp_path: Path) -> None:
    time = np.arange(44100) / 44100
    both = np.stack([np.sin(2 * np.pi * 500 * time), np.zeros(44100)], axis=1)
    soundfile.write(tmp_path / "noise.wav", 0.5 * both, 44100)
    loop = recorded(tmp_path / "noise.wav")
    assert loop.size == RATE
    assert np.argmax(np.abs(np.fft.rfft(loop))) == 500
    assert np.abs(loop).max() == pytest.approx(16384, rel=0.02)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("profiles: {}", "'clean' is missing"),
        ("profiles: {clean: {}, a: {noise: {colour: white}}}", "either `dbm0` or `snr_db`"),
        ("profiles: {clean: {}, a: {noise: {dbm0: -40, snr_db: 3}}}", "either `dbm0` or `snr_db`"),
        ("profiles: {clean: {}, a: {noise: {colour: red, dbm0: -40}}}", r"profiles\.a\.noise\.colour"),
        ("profiles: {clean: {}, a: {loss: {share: 1.0}}}", r"profiles\.a\.loss\.share"),
        ("profiles: {clean: {}, a: {delay: 20}}", r"profiles\.a\.delay"),
    ],
)
def test_a_mistake_in_the_file_is_told(write: Callable[[str], Path], text: str, says: str) -> None:
    with pytest.raises(LineConfigError, match=says):
        load_channels(write(text))


def test_a_recording_stands_beside_its_data_file(write: Callable[[str], Path]) -> None:
    path = write("profiles: {clean: {}, a: {noise: {file: cafe.flac, dbm0: -40}}}")
    profile = load_channels(path).profiles["a"]
    assert profile.noise is not None
    assert profile.noise.file == path.parent / "cafe.flac"
    with pytest.raises(LineConfigError, match=r"cafe\.flac"):
        noise(profile.noise, -20.0, 1)


def test_a_silent_recording_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(8000), 8000)
    with pytest.raises(LineConfigError, match="silent"):
        recorded(tmp_path / "silence.wav")


def test_every_connection_that_subscribers_get_is_described() -> None:
    assert set(load_population().channels) == set(SHIPPED)
