"""What was said and what happened, beside the sound."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import soundfile

from bot.errors import RecordingError
from bot.nlu.interpreter import Entity
from bot.recording.aligning import aligned
from bot.recording.archive import Recordings
from bot.recording.contents import Line, Named, Note
from bot.recording.exporting import SoundFormat, as_data, cues, transcript, write_sound
from bot.recording.listing import latest
from bot.transcript import Entry, Speaker
from tests.unit.recording.build import ANSWERED, ENTRIES, NAME, feed, read, record, sound

NAMES: dict[Speaker, str] = {"bot": "小融", "customer": "客户", "line": ""}


async def test_everything_of_an_entry_is_kept_with_its_time(recordings: Recordings) -> None:
    recorder = recordings.start("17", ANSWERED)
    feed(recorder, sound(40000))
    promise = Entry(
        ANSWERED + timedelta(seconds=4.0004),
        "customer",
        "三十号还五百",
        step="ask_plan",
        intent="promise_pay",
        confidence=0.91234,
        entities=(Entity("date", date(2026, 11, 30), "三十号", 0, 3), Entity("amount", 50000, "五百", 4, 6)),
        stop_words=("human_wanted",),
    )
    cut = Entry(ANSWERED + timedelta(seconds=4.5), "line", event="interrupted", prompts=("disclose_ai",))
    await recorder.close([*ENTRIES, promise, cut])
    with recordings.open(NAME) as recording:
        opened, bot, _, kept, interrupted = recording.lines()
        assert recording.head().call == "17"
        assert recording.head().answered_at == ANSWERED
    assert (opened.at_s, opened.speaker, opened.event) == (0.0, "line", "opened")
    assert (bot.at_s, bot.until_s, bot.played, bot.heard) == (0.5, 2.0, False, "您好，这里")
    assert (bot.prompt, bot.step, bot.text) == ("disclose_institution", "identify", ENTRIES[1].text)
    assert kept == Line(
        4.0,
        "customer",
        text="三十号还五百",
        step="ask_plan",
        intent="promise_pay",
        confidence=0.912,
        entities=(Named("date", "三十号", "2026-11-30"), Named("amount", "五百", "50000")),
        stop_words=("human_wanted",),
    )
    assert interrupted.prompts == ("disclose_ai",)


async def test_events_are_kept_in_the_order_of_time_and_without_sound(recordings: Recordings) -> None:
    recorder = recordings.start("17", ANSWERED)
    for number in range(250):  # more than wait for a second of sound
        recorder.note("tick", 8000 - number, number=number, more={"list": [1, None, "中"]})
    recordings._writer.submit(lambda: None).result()
    with recordings.open(NAME) as recording:
        assert len(recording.notes()) == 200
    await recorder.close(())
    with recordings.open(NAME) as recording:
        notes = recording.notes()
    assert [note.at for note in notes] == sorted(note.at for note in notes)
    assert len(notes) == 250
    assert notes[-1] == Note("tick", 8000, {"number": 0, "more": {"list": [1, None, "中"]}})


def test_an_utterance_stands_where_it_was_spoken() -> None:
    said = Line(5.02, "customer", text="我明天还", intent="promise_pay")
    later = Line(9.0, "customer", text="好的")
    bot = Line(3.5, "bot", text="您好", until_s=4.0)
    notes = [
        Note("barge_in", 33_000),
        Note("utterance", 40_000, {"lasted_s": 1.9, "pause_s": 0.6}),
        Note("utterance", 72_800, {"lasted_s": "?", "pause_s": 0.6}),
    ]
    assert aligned([bot, said, later], notes) == (
        replace(said, at_s=3.1, until_s=4.4),
        bot,
        later,
    )
    pressed = Line(5.0, "customer", text="1", event="pressed")
    assert aligned([pressed, later], notes[:2]) == (pressed, later)


async def test_a_review_gets_sound_and_subtitles(recordings: Recordings, tmp_path: Path) -> None:
    await record(recordings, seconds=5.5)
    with recordings.open(NAME) as recording:
        formats: tuple[SoundFormat, ...] = ("wav", "flac")
        for file_format in formats:
            path = tmp_path / f"out.{file_format}"
            write_sound(recording, path, file_format)
            heard, rate = soundfile.read(path, dtype="int16")
            assert rate == 8000
            assert heard.tolist() == read(recordings, NAME).tolist()
        srt, vtt = transcript(recording, "srt", NAMES), transcript(recording, "vtt", NAMES)
        data = json.loads(transcript(recording, "json", NAMES))
        assert data == json.loads(json.dumps(as_data(recording)))
        with pytest.raises(OSError):
            write_sound(recording, tmp_path / "no" / "out.wav", "wav")
    assert srt == (
        "1\n00:00:00,500 --> 00:00:02,000\n小融：您好，这里…\n\n"
        "2\n00:00:03,250 --> 00:00:05,500\n客户：我就是王小明\n"
    )
    assert vtt == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\n<v 小融>您好，这里…\n\n"
        "00:00:03.250 --> 00:00:05.500\n<v 客户>我就是王小明\n"
    )
    assert (data["call"], data["seconds"], data["channels"]) == ("17", 5.5, ["customer", "bot"])
    assert data["events"] == [{"name": "endpoint", "at_s": 0.75, "data": {"silence_ms": 600}}]
    assert data["lines"][1]["heard"] == "您好，这里"


async def test_subtitles_never_end_before_they_begin(recordings: Recordings) -> None:
    recorder = recordings.start("17", ANSWERED)
    feed(recorder, sound(8000))
    late = [
        Entry(ANSWERED + timedelta(hours=1, minutes=2, seconds=3.5), "bot", "a < b & c"),
        Entry(ANSWERED + timedelta(hours=2), "bot", "没听到", played=False, heard=""),
        Entry(ANSWERED + timedelta(hours=3), "customer", "1", event="pressed"),
    ]
    await recorder.close(late)
    with recordings.open(NAME) as recording:
        assert [(cue.begin_s, cue.end_s) for cue in cues(recording)] == [(3723.5, 3723.6)]
        assert "01:02:03.500 --> 01:02:03.600\n<v 小融>a &lt; b &amp; c" in transcript(
            recording, "vtt", NAMES
        )


async def test_recordings_are_listed_and_found(recordings: Recordings) -> None:
    for number in range(3):
        recorder = recordings.start(f"call/{number}", ANSWERED + timedelta(hours=9 * number))
        feed(recorder, sound(8000 * (number + 1)))
        await recorder.close(())
    # The last two are of the next day in the installation's zone: 19:00 and 04:00 there.
    assert recordings.days() == [date(2026, 11, 24), date(2026, 11, 23)]
    rows = latest(recordings, 10)
    assert [(row.call, row.seconds, row.state) for row in rows] == [
        ("call/2", 3.0, "whole"),
        ("call/1", 2.0, "whole"),
        ("call/0", 1.0, "whole"),
    ]
    assert [row.call for row in latest(recordings, 1)] == ["call/2"]
    assert recordings.find("call/1") == "2026/11/23/call%2F1.xrec" == rows[1].name
    assert recordings.find(rows[1].name) == rows[1].name
    assert rows[0].sealed is (len(recordings.keys) > 0)
    with pytest.raises(RecordingError, match="no recording of call 9"):
        recordings.find("9")
    for wrong in ("../../etc/passwd", "2026/11/23/../17.xrec", "/2026/11/23/17.xrec", "17.xrec"):
        with pytest.raises(RecordingError, match="no name of a recording"):
            recordings.path(wrong)
    await record(recordings, 1)
    await record(recordings, 1)
    with pytest.raises(RecordingError, match=r"17\+2\.xrec, 2026/11/23/17\.xrec"):
        recordings.find("17")


async def test_a_recording_is_live_while_it_is_written(recordings: Recordings) -> None:
    recorder = recordings.start("17", ANSWERED)
    feed(recorder, sound(80000))
    recordings._writer.submit(lambda: None).result()
    with recordings.open(NAME) as recording:
        assert recording.state == "live"
        assert recording.seconds == 8.0
        assert recording.lines() == ()
        assert recording.ending() is None
        assert recording.sound()[:, 0].tobytes() == sound(80000)[: 2 * 64000]
    await recorder.close(())
    with recordings.open(NAME) as recording:
        assert recording.state == "whole"
