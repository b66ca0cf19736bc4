"""Nothing that was changed passes for what was recorded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import RecordingDamagedError, RecordingError, RecordingKeyError
from bot.recording.archive import Recordings
from bot.recording.checking import check
from bot.recording.chunks import ChunkWriter, read_table
from bot.recording.contents import ENDING, HEAD, Ending
from bot.recording.keys import Key, KeyRing
from bot.recording.layout import HEADER_BYTES, PREFIX_BYTES, Kind
from bot.recording.listing import listed
from bot.recording.sound import encode
from tests.unit.recording.build import ANSWERED, ENTRIES, KEY, NAME, ZONE, feed, read, record


@pytest.fixture
async def path(recordings: Recordings) -> Path:
    """A small recording: silence packs well, and every byte of it is to be changed."""
    recorder = recordings.start("17", ANSWERED)
    recorder.bot(b"\1\0" * 500, 100)
    feed(recorder, bytes(2 * 8160))
    recorder.note("endpoint", 6000)
    recorded = await recorder.close(ENTRIES[:1])
    assert recorded.path is not None
    return recorded.path


def chunk_ends(path: Path) -> list[int]:
    with path.open("rb") as file:
        return [chunk.offset + chunk.prefix.length for chunk in read_table(file.fileno()).chunks]


def pieces(path: Path) -> tuple[bytes, list[bytes]]:
    """The header, and the chunks."""
    data, ends = path.read_bytes(), chunk_ends(path)
    begins = [HEADER_BYTES, *ends[:-1]]
    return data[:HEADER_BYTES], [data[a:b] for a, b in zip(begins, ends, strict=True)]


def test_what_was_not_touched_is_whole(recordings: Recordings, path: Path) -> None:
    result = check(recordings, NAME)
    assert (result.verdict, result.seconds, result.in_order) == ("whole", 1.02, True)
    assert result.sealed is (len(recordings.keys) > 0)


def test_every_byte_that_is_changed_is_found(recordings: Recordings, path: Path) -> None:
    data = path.read_bytes()
    with path.open("r+b", buffering=0) as file:
        for place, byte in enumerate(data):
            os.pwrite(file.fileno(), bytes([byte ^ 1 << place % 8]), place)
            result = check(recordings, NAME)
            assert result.verdict in ("damaged", "cut off", "no key"), place
            assert result.detail
            listed(recordings, NAME)  # tells what it can, and fails on nothing
            os.pwrite(file.fileno(), bytes([byte]), place)
    assert check(recordings, NAME).in_order


def test_every_cut_is_found_and_what_is_left_can_be_heard(recordings: Recordings, path: Path) -> None:
    data, whole = path.read_bytes(), read(recordings, NAME)
    ends = chunk_ends(path)
    for length in [
        *range(0, len(data), 40),
        *ends[:-1],
        *(end - 1 for end in ends),
        *(end + 1 for end in ends[:-1]),
    ]:
        path.write_bytes(data[:length])
        result = check(recordings, NAME)
        if length < ends[0]:  # it does not even tell whose it is
            assert result.verdict == "damaged"
            continue
        assert result.verdict == "cut off", length
        left = read(recordings, NAME)
        assert left.tolist() == whole[: len(left)].tolist()
        assert result.seconds == len(left) / 8000
    path.write_bytes(data)
    assert check(recordings, NAME).in_order


def test_chunks_that_are_moved_doubled_or_left_out_are_found(recordings: Recordings, path: Path) -> None:
    header, chunks = pieces(path)
    assert len(chunks) == 5  # head, sound, sound, notes, end
    for i in range(len(chunks)):
        for other in (
            [*chunks[:i], *chunks[i + 1 :]],
            [*chunks[: i + 1], *chunks[i:]],
            [*chunks[:i], *reversed(chunks[i : i + 2]), *chunks[i + 2 :]],
        ):
            if other != chunks:
                path.write_bytes(header + b"".join(other))
                assert not check(recordings, NAME).in_order


def test_what_follows_the_end_is_found(recordings: Recordings, path: Path) -> None:
    data = path.read_bytes()
    for more in (b"\0", b"\0" * 100, pieces(path)[1][1]):
        path.write_bytes(data + more)
        assert check(recordings, NAME).verdict == "damaged"


def test_a_second_head_does_not_pass_for_the_rest_of_a_call(recordings: Recordings, path: Path) -> None:
    header, chunks = pieces(path)
    path.write_bytes(header + b"".join([*chunks[:2], chunks[0]]))
    assert check(recordings, NAME).verdict == "damaged"


def test_a_recording_that_contradicts_itself_is_damaged(recordings: Recordings, path: Path) -> None:
    writer = ChunkWriter(recordings.keys.newest)
    with recordings.open(NAME) as recording:
        head = HEAD.pack(recording.head())
    path.write_bytes(
        writer.header()
        + writer.chunk(Kind.HEAD, head)
        + writer.chunk(Kind.SOUND, encode(bytes(200), bytes(200)), 100)
        + writer.chunk(Kind.END, ENDING.pack(Ending(samples=101)))
    )
    assert "100 samples, not 101" in check(recordings, NAME).detail
    path.write_bytes(writer.header() + writer.chunk(Kind.HEAD, head))  # of a later place than it stands in
    assert check(recordings, NAME).verdict == "damaged"


@pytest.mark.parametrize(
    ("kind", "body", "samples"),
    [
        (Kind.SOUND, b"no sound", 100),
        (Kind.SOUND, encode(bytes(200), bytes(200)), 99),
        (Kind.NOTES, b"{}", 0),
        (Kind.END, "对方的话".encode(), 0),
    ],
)
def test_what_is_authentic_and_senseless_all_the_same_is_told(
    recordings: Recordings, path: Path, kind: Kind, body: bytes, samples: int
) -> None:
    writer = ChunkWriter(recordings.keys.newest)
    with recordings.open(NAME) as recording:
        head = HEAD.pack(recording.head())
    path.write_bytes(writer.header() + writer.chunk(Kind.HEAD, head) + writer.chunk(kind, body, samples))
    result = check(recordings, NAME)
    assert result.verdict == "damaged"
    assert "对方的话" not in result.detail


async def test_a_chunk_of_another_recording_is_found(recordings: Recordings) -> None:
    first, second = await record(recordings, call="1"), await record(recordings, call="2")
    assert first.path is not None
    assert second.path is not None
    header, chunks = pieces(first.path)
    chunks[1] = pieces(second.path)[1][1]
    first.path.write_bytes(header + b"".join(chunks))
    assert check(recordings, str(first.name)).verdict == "damaged"


async def test_a_recording_under_the_name_of_another_is_found(recordings: Recordings) -> None:
    first, second = await record(recordings, call="1"), await record(recordings, call="2")
    assert first.path is not None
    assert second.path is not None
    first.path.write_bytes(second.path.read_bytes())
    result = check(recordings, str(first.name))
    assert result.verdict == "damaged"
    assert "another call" in result.detail
    assert check(recordings, str(second.name)).in_order


async def test_a_sealed_one_does_not_pass_for_a_plain_one(sealed: Recordings) -> None:
    recorded = await record(sealed)
    assert recorded.path is not None
    data = bytearray(recorded.path.read_bytes())
    data[9:18] = bytes(9)  # no method, no key
    recorded.path.write_bytes(data)
    assert check(sealed, NAME).verdict == "damaged"


async def test_damage_is_told_with_how_far_it_can_be_heard(sealed: Recordings) -> None:
    recorded = await record(sealed, seconds=5)
    assert recorded.path is not None
    data = bytearray(recorded.path.read_bytes())
    with recorded.path.open("rb") as file:
        third = list(read_table(file.fileno()).of_kind(Kind.SOUND))[2]
    data[third.offset + 100] ^= 1
    recorded.path.write_bytes(data)
    with sealed.open(NAME) as recording:
        assert len(recording.sound(0, 16000)) == 16000
        assert len(recording.sound(24000)) == 16000
        with pytest.raises(RecordingDamagedError, match=r"after 2\.0 s"):
            recording.sound()


@pytest.fixture
def other_keys(sealed: Recordings) -> Iterator[Recordings]:
    with Recordings(sealed.folder, KeyRing([Key(b"x" * 32)]), ZONE) as recordings:
        yield recordings


async def test_without_its_key_nothing_is_read_but_its_outline(
    sealed: Recordings, other_keys: Recordings
) -> None:
    await record(sealed)
    row = listed(other_keys, NAME)
    assert (row.call, row.state, row.seconds, row.answered_at) == ("17", "no key", 5.0, None)
    assert check(other_keys, NAME).verdict == "no key"
    with other_keys.open(NAME) as recording:
        for reading in (recording.head, recording.notes, recording.lines, recording.sound):
            with pytest.raises(RecordingKeyError, match=KEY.id.hex()):
                reading()


def test_what_is_no_recording_is_told(recordings: Recordings, path: Path) -> None:
    path.write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(RecordingDamagedError, match="no recording"):
        recordings.open(NAME)
    path.write_bytes(b"")
    assert check(recordings, NAME).verdict == "damaged"
    assert listed(recordings, NAME).state == "damaged"
    path.unlink()
    with pytest.raises(RecordingError, match="there is no recording"):
        recordings.open(NAME)
    path.mkdir()
    with pytest.raises(RecordingError):
        recordings.open(NAME).head()


def test_a_length_out_of_all_measure_takes_no_memory(recordings: Recordings, path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[HEADER_BYTES : HEADER_BYTES + 4] = b"\xff" * 4
    path.write_bytes(data)
    assert check(recordings, NAME).verdict == "damaged"
    assert PREFIX_BYTES == 7
