from __future__ import annotations

import tarfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from random import Random

import pytest

from campaigns.backup.archive import Manifest, Recording, digest_of, read_archive, write_archive
from campaigns.errors import BackupError

CONTENT = Random(1).randbytes(50_000)
AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


def made(folder: Path, content: bytes = CONTENT) -> tuple[Path, Manifest]:
    store = folder / "copy"
    store.write_bytes(content)
    manifest = Manifest(
        made_at=AT,
        kind="sqlite",
        revision="0017",
        head_id=3,
        head_link="a" * 64,
        store_sha256=digest_of(store),
        recordings=(Recording(path="2026/03/x.xrec", bytes=7),),
    )
    write_archive(folder / "b.xrb", manifest, store)
    return folder / "b.xrb", manifest


def test_a_backup_is_read_as_it_was_written_and_nobody_elses_to_read(tmp_path: Path) -> None:
    path, manifest = made(tmp_path)
    assert read_archive(path, tmp_path / "out") == manifest
    assert (tmp_path / "out").read_bytes() == CONTENT
    assert path.stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.new"))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.95])
def test_a_part_of_one_is_none(tmp_path: Path, share: float) -> None:
    path, _ = made(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BackupError):
        read_archive(path, tmp_path / "out")


def test_a_store_that_was_exchanged_is_found(tmp_path: Path) -> None:
    _, manifest = made(tmp_path)
    (tmp_path / "other").write_bytes(b"something else")
    write_archive(tmp_path / "b.xrb", manifest, tmp_path / "other")
    with pytest.raises(BackupError, match="was changed"):
        read_archive(tmp_path / "b.xrb", tmp_path / "out")


@pytest.mark.parametrize("name", ["../manifest.json", "store", "manifest.json"])
def test_what_is_no_backup_is_told(tmp_path: Path, name: str) -> None:
    with tarfile.open(tmp_path / "b.xrb", "w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.size = 2
        tar.addfile(info, BytesIO(b"{}"))
    with pytest.raises(BackupError):
        read_archive(tmp_path / "b.xrb", tmp_path / "out")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="there is no file"):
        read_archive(tmp_path / "b.xrb", tmp_path / "out")
