"""A disk that is full, slow or gone ends the recording, is told once, and never touches the call."""

from __future__ import annotations

import errno
import os
import shutil
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from bot.recording import disk
from bot.recording.archive import Recordings
from bot.recording.checking import check
from bot.recording.chunks import read_table
from bot.recording.disk import CLOSED, GONE, MOST_WAITING, TOO_SLOW
from bot.recording.keys import KeyRing
from bot.recording.reading import Recording
from tests.unit.recording.build import (
    ANSWERED,
    ENTRIES,
    KEY,
    NAME,
    BadDisk,
    HeldWriter,
    feed,
    read,
    record,
    recorder_on,
    sound,
)


@pytest.mark.parametrize("room", [30_000, 55_555])
async def test_a_full_disk_leaves_every_chunk_that_it_took(
    sealed: Recordings, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr(disk, "os", BadDisk(room))
    recorded = await record(sealed, seconds=20)
    assert recorded.name == NAME
    assert recorded.fault == os.strerror(errno.ENOSPC)
    assert recorded.seconds > 0
    assert recorded.path is not None
    assert recorded.path.stat().st_size <= room
    result = check(sealed, NAME)
    assert (result.verdict, result.seconds) == ("cut off", recorded.seconds)
    heard = read(sealed, NAME)
    assert len(heard) == recorded.seconds * 8000
    with recorded.path.open("rb") as file:
        assert read_table(file.fileno()).torn == 0
    assert heard[:, 0].tobytes() == sound(20 * 8000)[: 2 * len(heard)]


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
async def test_a_disk_that_takes_nothing_leaves_no_file(
    sealed: Recordings, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    monkeypatch.setattr(disk, "os", BadDisk(0, error))
    recorded = await record(sealed)
    assert (recorded.name, recorded.path, recorded.seconds) == (None, None, 0.0)
    assert recorded.fault == os.strerror(error)
    assert sealed.names(ANSWERED.date()) == []


async def test_a_folder_that_cannot_be_made_is_told(sealed: Recordings) -> None:
    sealed.folder.write_text("a file")
    recorded = await record(sealed)
    assert recorded.name is None
    assert recorded.fault is not None


async def test_a_folder_that_vanishes_ends_the_recording(sealed: Recordings) -> None:
    recorder = sealed.start("17", ANSWERED)
    feed(recorder, sound(40000))
    sealed._writer.submit(lambda: None).result()  # all that was given is written
    shutil.rmtree(sealed.folder)
    feed(recorder, sound(40000))
    sealed._writer.submit(lambda: None).result()
    assert recorder._file.fault == GONE  # it does not go on for nothing
    recorded = await recorder.close(ENTRIES)
    assert (recorded.name, recorded.seconds, recorded.fault) == (None, 0.0, GONE)


async def test_a_folder_that_is_renamed_is_noticed_at_the_end(sealed: Recordings, tmp_path: Path) -> None:
    recorder = sealed.start("17", ANSWERED)
    feed(recorder, sound(40000))
    sealed._writer.submit(lambda: None).result()
    sealed.folder.rename(tmp_path / "elsewhere")
    recorded = await recorder.close(ENTRIES)
    assert (recorded.name, recorded.fault) == (None, GONE)
    assert (tmp_path / "elsewhere" / NAME).exists()


async def test_a_slow_disk_is_not_waited_for_and_costs_bounded_memory(tmp_path: Path) -> None:
    writer = HeldWriter()
    recorder = recorder_on(writer, tmp_path)
    loud = np.random.default_rng(1).integers(-30000, 30000, 8000 * 60).astype("<i2").tobytes()
    tracemalloc.start()
    for _ in range(8):
        feed(recorder, loud)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * MOST_WAITING
    writer.release()
    recorded = await recorder.close(ENTRIES)
    assert (recorded.name, recorded.fault) == (NAME, TOO_SLOW)
    assert recorded.path is not None
    with Recording(recorded.path, KeyRing([KEY])) as recording:
        assert recording.state == "cut off"
        assert recording.seconds == recorded.seconds > 60  # what was given until then is written after all
        assert recording.sound()[:480_000, 0].tobytes() == loud


async def test_a_disk_that_does_not_answer_does_not_hold_up_the_end_of_a_call(tmp_path: Path) -> None:
    writer = HeldWriter()
    recorder = recorder_on(writer, tmp_path, patience_s=0)
    feed(recorder, sound(40000))
    first = await recorder.close(ENTRIES)
    assert (first.name, first.fault) == (None, "the disk does not answer")
    writer.release()
    second = await recorder.close(ENTRIES)
    assert (second.name, second.fault, second.seconds) == (NAME, None, 5.0)


async def test_nothing_is_recorded_after_the_end(recordings: Recordings) -> None:
    recorder = recordings.start("17", ANSWERED)
    feed(recorder, sound(8000))
    recorded = await recorder.close(ENTRIES)
    feed(recorder, sound(80000))
    recorder.bot(sound(100), 0)
    recorder.cut(0)
    recorder.note("late", 1)
    recorder.stop_and_discard()
    assert await recorder.close(()) == recorded
    assert check(recordings, NAME).seconds == 1.0


async def test_recordings_that_are_closed_too_early_do_not_end_a_call(sealed: Recordings) -> None:
    recorder = sealed.start("17", ANSWERED)
    feed(recorder, sound(40000))
    sealed.close()
    feed(recorder, sound(40000))
    recorded = await recorder.close(ENTRIES)
    assert (recorded.name, recorded.seconds, recorded.fault) == (NAME, 3.0, CLOSED)
    late = sealed.start("18", ANSWERED)
    feed(late, sound(40000))
    recorded = await late.close(ENTRIES)
    assert (recorded.name, recorded.fault) == (None, CLOSED)


async def test_two_recordings_of_one_call_do_not_overwrite_each_other(recordings: Recordings) -> None:
    first, second = await record(recordings, 1), await record(recordings, 2)
    assert (first.name, second.name) == (NAME, "2026/11/23/17+2.xrec")
    assert [check(recordings, name).seconds for name in recordings.names(ANSWERED.date())] == [2.0, 1.0]


async def test_mistakes_of_the_caller_are_told_where_they_are_made(recordings: Recordings) -> None:
    recorder = recordings.start("17", ANSWERED)
    with pytest.raises(ValueError):
        recorder.customer(b"\0")
    with pytest.raises(ValueError):
        recorder.bot(b"\0", 0)
    with pytest.raises(ValueError):
        recorder.bot(b"\0\0", -1)
    with pytest.raises(TypeError):
        recorder.note("event", 0, when=ANSWERED)  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        recorder.note("event", 0, share=float("nan"))
    with pytest.raises(ValueError):
        recordings.start("", ANSWERED)
    with pytest.raises(ValueError):
        recordings.start("17", ANSWERED.replace(tzinfo=None))
    await recorder.close(())


async def test_memory_does_not_grow_with_the_call(sealed: Recordings) -> None:
    recorder = sealed.start("17", ANSWERED)
    minute, sentence = bytes(2 * 8000 * 60), sound(40000)
    feed(recorder, minute)
    tracemalloc.start()
    for number in range(1, 20):
        recorder.bot(sentence, number * 480_000 + 10_000)
        recorder.note("endpoint", number * 480_000)
        feed(recorder, minute)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    recorded = await recorder.close(())
    assert recorded.seconds == 20 * 60
    assert peak < 2**20
