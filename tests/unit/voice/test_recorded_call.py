"""A whole call by voice on record: what is heard there is what was heard in the call, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import numpy as np
import pytest

from bot.audio.pcm import samples
from bot.recording.archive import Recordings
from bot.recording.checking import check
from bot.recording.filing import FileRecorder
from bot.recording.keys import Key, KeyRing
from bot.session import Session, SessionResult
from bot.voice.attention import Attention
from bot.voice.channel import VoiceChannel
from bot.voice.decoder import Decoder
from bot.voice.listener import Listener
from tests.unit.voice.conftest import MakeCall, VoiceCall
from tests.unit.voice.fakes import CHARACTER_S, FakeLine, speech


@pytest.fixture
def recordings(tmp_path: Path) -> Iterator[Recordings]:
    with Recordings(tmp_path, KeyRing([Key(b"k" * 32)]), UTC) as recordings:
        yield recordings


async def hold(call: VoiceCall, recorder: FileRecorder) -> SessionResult:
    attention = Attention(call.conversation, call.manners, call.line.now)
    listener = Listener(attention, Decoder(call.recognizer, lockstep=True))
    channel = VoiceChannel(call.line, listener, call.voice, attention, call.line.now, recorder)
    try:
        return await Session(call.conversation, channel, call.line.now).run()
    finally:
        await channel.close()


async def test_both_sides_are_on_record_as_they_were_heard(
    make_call: MakeCall, recordings: Recordings
) -> None:
    question = "我想问一下怎么还款"
    call = make_call((18.5, "我就是"), (25, question), ends_at=40)
    recorder = recordings.start("17", FakeLine().now())
    result = await hold(call, recorder)
    recorded = await recorder.close(result.entries)

    assert recorded.fault is None
    name = str(recorded.name)
    assert check(recordings, name).in_order
    with recordings.open(name) as recording:
        heard, lines, notes = recording.sound(), recording.lines(), recording.notes()
        ending = recording.ending()
    assert ending is not None
    assert ending.lost == 0
    # The far end hears a frame while it says one: what the line played is the bot's side, to the sample.
    assert np.array_equal(heard[:, 1], samples(bytes(call.line.played))[: len(heard)])
    begin = 24 * 8000 + int(np.flatnonzero(heard[24 * 8000 :, 0])[0])
    said = samples(speech(question))
    assert np.array_equal(heard[begin : begin + len(said), 0], said)

    asked = next(line for line in lines if line.text == question)
    assert asked.at_s == pytest.approx(begin / 8000, abs=0.15)
    assert asked.until_s == pytest.approx(begin / 8000 + len(question) * CHARACTER_S, abs=0.15)
    cut = next(line for line in lines if line.speaker == "bot" and not line.played)
    assert cut.heard
    assert cut.until_s is not None
    barge_in = next(note for note in notes if note.name == "barge_in")
    assert cut.at_s < begin / 8000 < cut.until_s <= barge_in.at_s + 0.1
