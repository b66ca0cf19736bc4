"""A customer who does not want to be recorded is not, and was not."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from bot.recording import disk
from bot.recording.archive import Recordings
from bot.recording.recorder import Recorded
from tests.unit.recording.build import (
    ANSWERED,
    ENTRIES,
    NAME,
    BadDisk,
    HeldWriter,
    feed,
    files_in,
    recorder_on,
    sound,
)


async def test_what_was_recorded_is_deleted_and_nothing_more_is(recordings: Recordings) -> None:
    recorder = recordings.start("17", ANSWERED)
    recorder.bot(sound(80000), 0)
    feed(recorder, sound(80000))
    recorder.stop_and_discard()
    feed(recorder, sound(80000))
    recorder.bot(sound(100), 100)
    recorder.cut(0)
    recorder.note("barge_in", 90000)
    assert await recorder.close(ENTRIES) == Recorded()
    assert recordings.names(ANSWERED.date()) == []
    assert files_in(recordings.folder) == []


async def test_not_even_another_link_to_the_file_keeps_it(recordings: Recordings, tmp_path: Path) -> None:
    recorder = recordings.start("17", ANSWERED)
    feed(recorder, sound(80000))
    recordings._writer.submit(lambda: None).result()
    os.link(recordings.path(NAME), tmp_path / "link")
    recorder.stop_and_discard()
    await recorder.close(())
    assert (tmp_path / "link").stat().st_size == 0


async def test_what_waits_for_the_disk_is_not_written_any_more(tmp_path: Path) -> None:
    writer = HeldWriter()
    recorder = recorder_on(writer, tmp_path, patience_s=0)
    feed(recorder, sound(80000))
    recorder.stop_and_discard()
    writer.release()
    assert await recorder.close(()) == Recorded()
    assert files_in(tmp_path) == []


async def test_a_file_that_cannot_be_deleted_is_told(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = recordings.start("17", ANSWERED)
    feed(recorder, sound(80000))

    class Stuck(BadDisk):
        def ftruncate(self, _descriptor: int, _length: int) -> None:
            raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(disk, "os", Stuck())
    recorder.stop_and_discard()
    recorded = await recorder.close(())
    assert recorded.name == NAME
    assert recorded.fault is not None
    assert "could not be deleted" in recorded.fault
    assert "not permitted" in recorded.fault
    assert files_in(recordings.folder) == []  # it did what it could


async def test_it_is_deleted_even_when_recordings_are_closed(sealed: Recordings) -> None:
    recorder = sealed.start("17", ANSWERED)
    feed(recorder, sound(80000))
    sealed.close()
    recorder.stop_and_discard()
    assert await recorder.close(ENTRIES) == Recorded()
    assert files_in(sealed.folder) == []


async def test_nothing_of_it_stays_in_memory(tmp_path: Path) -> None:
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    recorder = recorder_on(HeldWriter(), tmp_path)
    recorder.bot(sound(800_000), 0)
    recorder.customer(sound(16000))
    recorder.note("utterance", 1, text="x" * 100_000)
    recorder.stop_and_discard()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 50_000


async def test_it_is_too_late_once_the_call_is_over(recordings: Recordings) -> None:
    recorder = recordings.start("17", ANSWERED)
    feed(recorder, sound(8000))
    await recorder.close(ENTRIES)
    recordings.delete(NAME)  # as whoever keeps the folder does
    recordings.delete(NAME)
    assert recordings.names(ANSWERED.date()) == []
