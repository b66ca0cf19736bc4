"""Recordings in the console: decrypted range by range, for those who may listen, and on record."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from bot.audio.pcm import RATE, Samples
from campaigns.console.calls.sound import RangeError, Span, span_of
from campaigns.store.models import AuditEntry, Call
from tests.integration.console.recorded import CALL, SECONDS, record, talk
from tests.integration.console.world import World

AUDIO, WAVEFORM = f"/calls/{CALL}/audio", f"/calls/{CALL}/waveform"
SIZE = 44 + SECONDS * RATE * 4


def heard(world: World) -> list[AuditEntry]:
    with world.database.reading() as session:
        return session.query(AuditEntry).filter_by(action="calls.heard").order_by(AuditEntry.id).all()


def sound_file(world: World) -> Path:
    with world.database.reading() as session:
        name = session.get_one(Call, CALL).recording
    assert name is not None
    return Path(world.services.settings.call_recordings_dir, name)


def test_the_whole_is_the_sound_as_it_was(world: World) -> None:
    both = record(world)
    assert b"RIFF" not in sound_file(world).read_bytes()  # sealed on the disk
    answer = world.browser("quality").get(AUDIO)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["content-length"]) == len(answer.content) == SIZE
    samples, rate = soundfile.read(io.BytesIO(answer.content), dtype="int16")
    assert rate == RATE
    assert np.array_equal(samples, both)


def test_ranges_are_pieces_of_the_whole(world: World) -> None:
    record(world)
    browser = world.browser("auditor")
    whole = browser.get(AUDIO).content
    for asked, begin, end in (
        ("bytes=0-", 0, SIZE), ("bytes=0-99", 0, 100), ("bytes=43-46", 43, 47),
        ("bytes=100001-150002", 100001, 150003), (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=-5", SIZE - 5, SIZE), ("bytes=40-9999999999", 40, SIZE),
    ):  # fmt: skip
        answer = browser.get(AUDIO, range=asked)
        assert answer.status_code == 206, asked
        assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/{SIZE}"
        assert int(answer.headers["content-length"]) == end - begin
        assert answer.content == whole[begin:end], asked
    behind = browser.get(AUDIO, range=f"bytes={SIZE}-")
    assert (behind.status_code, behind.headers["content-range"]) == (416, f"bytes */{SIZE}")
    for whole_again in ("bytes=9-3", "bytes=0-1,5-6", "lines=1-2", "bytes=-"):
        assert browser.get(AUDIO, range=whole_again).status_code == 200, whole_again


@given(
    size=st.integers(45, 10**9),
    header=st.one_of(st.text(max_size=30), st.from_regex(r"bytes=\d*-\d*", fullmatch=True)),
)
def test_a_range_lies_within_the_file_whatever_is_asked(size: int, header: str) -> None:
    try:
        span = span_of(header, size)
    except RangeError:
        return
    assert span is None or 0 <= span.begin < span.end <= size
    assert span_of(None, size) is None
    assert span_of(f"bytes=0-{size - 1}", size) == Span(0, size)


def test_listening_is_on_record_once_a_sitting_and_before_a_byte_is_sent(world: World) -> None:
    record(world)
    browser = world.browser("quality")
    for begin in (5000, 0, 90000):
        assert browser.get(AUDIO, range=f"bytes={begin}-{begin + 99}").status_code == 206
    (row,) = heard(world)
    assert (row.by, row.subject_kind, row.subject) == ("quality", "call", str(CALL))
    world.browser("auditor").get(AUDIO)
    assert [each.by for each in heard(world)] == ["quality", "auditor"]
    world.wait(minutes=16)
    browser.get(AUDIO)
    assert len(heard(world)) == 3
    with world.database.transaction() as session:
        session.connection().exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    answer = world.browser("campaign_manager").get(AUDIO)
    assert answer.status_code == 500
    assert b"RIFF" not in answer.content


@pytest.mark.parametrize("role", ["analyst", "script_editor"])
def test_nobody_listens_whose_role_does_not_allow_it(world: World, role: str) -> None:
    record(world)
    browser = world.browser(role)
    assert browser.get(AUDIO).status_code == browser.get(WAVEFORM).status_code == 403
    page = browser.get(f"/calls/{CALL}").text
    assert "无权收听" in page
    assert "<audio" not in page
    assert heard(world) == []


def test_the_waveform_is_as_loud_as_the_sound(world: World) -> None:
    both = record(world)
    told = world.browser("quality").get(WAVEFORM).json()
    assert told["seconds"] == SECONDS
    assert len(told["customer"]) == len(told["bot"]) == SECONDS * told["per_second"]
    assert max(told["customer"][: 4 * 20]) == 0  # the customer listens first
    assert told["bot"][0] == _loudest(both, 1)


def _loudest(both: Samples, side: int) -> int:
    return int(np.abs(both[: RATE // 20, side].astype(int)).max() * 100 // 32768)


def test_lines_stand_where_they_are_heard(world: World) -> None:
    talk(world)
    record(world)
    page = world.browser("quality").get(f"/calls/{CALL}").text
    assert 'data-from="5.00" data-until="7.50"' in page  # said before it was answered at 8 s


def test_a_recording_that_cannot_be_heard_says_why(world: World) -> None:
    record(world)
    browser, path = world.browser("quality"), sound_file(world)
    keys = world.services.settings.recording_keys
    kept = keys.read_text()
    keys.write_text("")
    assert browser.get(AUDIO).status_code == 409
    assert "密钥" in browser.get(f"/calls/{CALL}").text
    keys.write_text(kept)
    content = path.read_bytes()
    path.write_bytes(b"nothing of ours" + content)
    assert browser.get(AUDIO).status_code == 409
    assert "已损坏" in browser.get(f"/calls/{CALL}").text
    path.unlink()
    assert browser.get(AUDIO).status_code == 404
    assert "录音文件不存在" in browser.get(f"/calls/{CALL}").text
    assert heard(world) == []


def test_another_calls_file_is_not_played_for_this_one(world: World) -> None:
    record(world)
    path = sound_file(world)
    with world.database.transaction() as session:
        call = session.get_one(Call, 2)
        call.recording = session.get_one(Call, CALL).recording
        assert call.recording is not None
        call.recording = call.recording.replace("/1.xrec", "/2.xrec")
    path.rename(path.with_name("2.xrec"))
    answer = world.browser("quality").get("/calls/2/audio")
    assert answer.status_code == 409
    assert b"RIFF" not in answer.content
