from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RecordingKeyError
from bot.recording.archive import Recordings
from bot.recording.checking import check
from bot.recording.contents import HEAD
from bot.recording.keys import Key, KeyRing, add_key
from tests.unit.recording.build import ENTRIES, KEY, ZONE, files_in, read, record

DAY = date(2026, 11, 23)


def test_the_newest_key_seals_and_all_of_them_open(tmp_path: Path) -> None:
    path = tmp_path / "recording.key"
    assert KeyRing.load(path).newest is None
    first = add_key(path, DAY)
    second = add_key(path, DAY)
    keys = KeyRing.load(path)
    assert len(keys) == 2
    assert keys.newest == second
    assert keys.find(first.id) == first
    assert keys.find(b"unknown!") is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["recording.key"]


async def test_recordings_outlive_a_change_of_keys(tmp_path: Path) -> None:
    path, folder = tmp_path / "recording.key", tmp_path / "recordings"
    ids = []
    for number in (1, 2, 3):
        key = add_key(path, DAY)
        ids.append(key.id)
        with Recordings(folder, KeyRing.load(path), ZONE) as recordings:
            await record(recordings, seconds=1, call=str(number))
    with Recordings(folder, KeyRing.load(path), ZONE) as recordings:
        for number, key_id in enumerate(ids, 1):
            with recordings.open(recordings.find(str(number))) as recording:
                assert recording.key_id == key_id
            assert check(recordings, recordings.find(str(number))).in_order
    kept = path.read_text().splitlines()
    path.write_text("\n".join([kept[0], kept[2]]))
    with Recordings(folder, KeyRing.load(path), ZONE) as recordings:
        verdicts = [check(recordings, recordings.find(number)).verdict for number in "123"]
    assert verdicts == ["whole", "no key", "whole"]


def test_a_file_that_is_no_key_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "recording.key"
    for content in ("abc", "00" * 31, "00" * 33, "zz" * 32, "00" * 32 + " 11"):
        path.write_text(content)
        with pytest.raises(RecordingKeyError, match=r"recording\.key.*64 hexadecimal digits"):
            KeyRing.load(path)
        with pytest.raises(RecordingKeyError):
            add_key(path, DAY)
        assert path.read_text() == content
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RecordingKeyError, match="cannot be read"):
        KeyRing.load(path)
    with pytest.raises(RecordingKeyError, match="cannot be read"):
        KeyRing.load(tmp_path)
    with pytest.raises(RecordingKeyError, match="no key can be written"):
        add_key(tmp_path / "nowhere" / "recording.key", DAY)


def test_a_last_line_without_an_end_is_no_trap(tmp_path: Path) -> None:
    path = tmp_path / "recording.key"
    path.write_text(KEY.secret.hex())
    added = add_key(path, DAY)
    assert KeyRing.load(path).newest == added
    assert KeyRing.load(path).find(KEY.id) == KEY


@given(
    st.lists(st.binary(min_size=32, max_size=32), max_size=5), st.sampled_from([" ", ",", "\n", " # old\n"])
)
def test_keys_are_read_in_order_however_they_are_set_apart(secrets: list[bytes], apart: str) -> None:
    keys = KeyRing.parse(apart.join(secret.hex() for secret in secrets), "here")
    assert len(keys) == len(set(secrets))
    assert keys.newest == (Key(secrets[-1]) if secrets else None)


def test_a_key_is_in_no_repr() -> None:
    assert KEY.secret.hex() not in repr(KEY)
    assert repr(KEY.secret) not in repr(KEY)


async def test_nothing_legible_touches_the_disk(sealed: Recordings, tmp_path: Path) -> None:
    await record(sealed, call="17")
    files = files_in(tmp_path)
    assert len(files) == 1
    content = files[0].read_bytes()
    for secret in [b"fLaC", b"endpoint", b"answered_at", ENTRIES[1].text.encode(), b"disclose", KEY.secret]:
        assert secret not in content
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    folders = [path for path in sealed.folder.rglob("*") if path.is_dir()] + [sealed.folder]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


async def test_the_same_call_is_never_sealed_the_same_way(sealed: Recordings) -> None:
    first, second = await record(sealed), await record(sealed)
    assert first.path is not None
    assert second.path is not None
    assert read(sealed, str(first.name)).tolist() == read(sealed, str(second.name)).tolist()
    one, other = first.path.read_bytes(), second.path.read_bytes()
    assert len(one) == len(other)
    alike = sum(a == b for a, b in zip(one[50:], other[50:], strict=True)) / len(one)
    assert alike < 0.02  # chance: one byte in 256, and the prefixes


async def test_the_format_is_as_it_is_told(sealed: Recordings) -> None:
    """Opened with nothing but the key and the words of ``layout.py`` and ``cipher.py``."""
    recorded = await record(sealed)
    assert recorded.path is not None
    data = recorded.path.read_bytes()
    header, salt = data[:50], data[18:50]
    assert data[:10] == b"\x89XRREC\r\n\x01\x01"
    assert data[10:18] == KEY.id
    own = AESGCM(HKDF(SHA256(), 32, salt, b"xiaorong recording 1").derive(KEY.secret))
    offset, place, kinds = 50, 0, []
    while offset < len(data):
        prefix = data[offset : offset + 7]
        length, kind = int.from_bytes(prefix[:4]), prefix[4]
        nonce = place.to_bytes(11) + bytes([kind == 3])
        body = own.decrypt(nonce, data[offset + 7 : offset + 7 + length], header + prefix)
        if kind == 0:
            assert HEAD.unpack(body).call == "17"
        if kind == 1:
            assert body[:4] == b"fLaC"
        kinds.append(kind)
        offset, place = offset + 7 + length, place + 1
    assert sorted(kinds) == [0, 1, 1, 1, 1, 1, 2, 3]
    assert kinds[0] == 0
    assert kinds[-1] == 3
