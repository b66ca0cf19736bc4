from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.backup import sealing
from campaigns.backup.restoring import put_keys
from campaigns.backup.sealing import seal, unseal
from campaigns.errors import BackupError

PASSPHRASE = "correct horse battery"
SEALED = seal({"permit.key": b"secret"}, PASSPHRASE)


@pytest.fixture(autouse=True, scope="module")
def cheap() -> None:
    """Guessing is made dear on purpose; once is enough."""
    assert sealing.COST >= 2**15
    assert b"secret" not in SEALED


@settings(max_examples=5, deadline=None)
@given(st.dictionaries(st.text(min_size=1), st.binary(max_size=100), max_size=4))
def test_what_is_sealed_comes_back(files: dict[str, bytes]) -> None:
    assert unseal(seal(files, PASSPHRASE), PASSPHRASE) == files


@settings(max_examples=10, deadline=None)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place: int, by: int) -> None:
    changed = bytearray(SEALED)
    changed[place] ^= by
    with pytest.raises(BackupError):
        unseal(bytes(changed), PASSPHRASE)


@pytest.mark.parametrize("cut", [0, 5, len(sealing.MAGIC) + 10, len(SEALED) - 1])
def test_a_part_of_it_is_of_no_use(cut: int) -> None:
    with pytest.raises(BackupError):
        unseal(SEALED[:cut], PASSPHRASE)


def test_another_passphrase_opens_nothing_and_a_short_one_seals_nothing() -> None:
    with pytest.raises(BackupError, match="another"):
        unseal(SEALED, PASSPHRASE + "!")
    with pytest.raises(BackupError, match="12 characters"):
        seal({}, "short")


@pytest.mark.parametrize("name", ["../permit.key", "/etc/passwd", "a/../../b"])
def test_keys_are_put_nowhere_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(BackupError, match="outside"):
        put_keys(tmp_path / "home", {name: b""}, force=True)


def test_other_keys_are_overwritten_only_by_force(tmp_path: Path) -> None:
    put_keys(tmp_path / "home", {"permit.key": b"1"}, force=False)
    put_keys(tmp_path / "home", {"permit.key": b"1"}, force=False)
    with pytest.raises(BackupError, match=r"another permit\.key"):
        put_keys(tmp_path / "home", {"permit.key": b"2", "link.key": b"3"}, force=False)
    assert not (tmp_path / "home" / "link.key").exists()
    put_keys(tmp_path / "home", {"permit.key": b"2"}, force=True)
    assert (tmp_path / "home" / "permit.key").read_bytes() == b"2"
    assert (tmp_path / "home" / "permit.key").stat().st_mode & 0o077 == 0
