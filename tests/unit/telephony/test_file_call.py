"""A recording stands in for the far end, and another keeps what it was told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from telephony.errors import CallEnded, LineConfigError, LineError
from telephony.line import Answered, AudioCall, Played, Sound
from telephony.pcm import FRAME_BYTES, SILENCE
from telephony.simulated.file_call import FileCall
from telephony.status import HangupCause
from tests.unit.telephony.fakes import FakeClock
from tests.unit.telephony.spoken import ChordEar, ChordVoice


@pytest.fixture
def voice() -> ChordVoice:
    return ChordVoice()


@pytest.fixture
def heard(tmp_path: Path, voice: ChordVoice) -> Path:
    sound = np.frombuffer(voice.sound("我是张三"), dtype="<i2")
    soundfile.write(tmp_path / "heard.flac", sound, 8000)
    return tmp_path / "heard.flac"


async def frames(call: AudioCall, seconds: float) -> list[bytes]:
    came = [await call.receive(1.0) for _ in range(round(seconds / 0.02))]
    return [sound.pcm for sound in came if isinstance(sound, Sound)]


async def test_what_is_said_and_heard_are_in_step(
    clock: FakeClock, tmp_path: Path, heard: Path, voice: ChordVoice
) -> None:
    call = FileCall(clock, heard, tmp_path / "spoken.wav")
    assert await call.answer() == await call.answer() == Answered(0.0)
    ear = ChordEar(voice.alphabet)
    await ear.feed(b"".join(await frames(call, 1.0)))
    assert await ear.finish() == "我是张三"
    await call.send(Sound(voice.sound("您好"), "您好"))
    await call.mark("end")
    came = [await call.receive(1.0) for _ in range(51)]
    assert came.index(Played("end")) == 19, "with the last of its frames"
    assert clock.slept_s == pytest.approx(2.0)
    await call.hang_up()
    spoken, rate = soundfile.read(tmp_path / "spoken.wav", dtype="int16")
    assert rate == 8000
    assert spoken.tobytes() == bytes(16000) + voice.sound("您好").ljust(16000, b"\0")
    assert call.cause is HangupCause.NORMAL
    with pytest.raises(CallEnded):
        await call.receive(1.0)


async def test_the_far_end_stays_silent_or_hangs_up(clock: FakeClock, tmp_path: Path, heard: Path) -> None:
    stays = FileCall(clock, heard, tmp_path / "one.wav")
    await stays.answer()
    assert (await frames(stays, 10.0))[-1] == SILENCE
    goes = FileCall(clock, heard, tmp_path / "two.wav", lingers_s=2.0)
    await goes.answer()
    assert len(await frames(goes, 0.8 + 2.0)) == 140
    with pytest.raises(CallEnded):
        await goes.receive(1.0)
    assert goes.cause is HangupCause.NORMAL
    assert soundfile.info(tmp_path / "two.wav").frames == 140 * 160
    await goes.hang_up()


async def test_any_rate_and_number_of_channels(clock: FakeClock, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "stereo.wav", np.zeros((48000, 2)) + 0.25, 48000)
    call = FileCall(clock, tmp_path / "stereo.wav", tmp_path / "spoken.wav")
    await call.answer()
    came = await frames(call, 2.0)
    assert {len(frame) for frame in came} == {FRAME_BYTES}
    assert np.frombuffer(came[25], "<i2") == pytest.approx(8192, abs=100)
    assert came[50] == SILENCE
    await call.hang_up()


async def test_nothing_passes_before_the_answer_and_after_the_end(
    clock: FakeClock, tmp_path: Path, heard: Path
) -> None:
    call = FileCall(clock, heard, tmp_path / "spoken.wav")
    with pytest.raises(LineError, match="not answered"):
        await call.send(Sound(SILENCE))
    await call.hang_up()
    for asked in (call.answer(), call.send(Sound(SILENCE)), call.mark("m"), call.clear(), call.receive(1.0)):
        with pytest.raises(CallEnded):
            await asked


@pytest.mark.parametrize("content", [None, b"", b"no sound at all"])
def test_a_file_that_is_no_recording_is_named(
    clock: FakeClock, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "heard.wav").write_bytes(content)
    with pytest.raises(LineConfigError, match=r"heard\.wav"):
        FileCall(clock, tmp_path / "heard.wav", tmp_path / "spoken.wav")


def test_an_empty_recording_is_refused(clock: FakeClock, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "heard.wav", np.zeros(0), 8000)
    with pytest.raises(LineConfigError, match=r"heard\.wav: the recording is empty"):
        FileCall(clock, tmp_path / "heard.wav", tmp_path / "spoken.wav")


def test_a_place_that_cannot_be_written_is_named(clock: FakeClock, tmp_path: Path, heard: Path) -> None:
    with pytest.raises(LineConfigError, match=r"spoken\.wav: the recording cannot be written"):
        FileCall(clock, heard, tmp_path / "nowhere" / "spoken.wav")
