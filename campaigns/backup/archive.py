"""One file that holds a copy of the store, and says what it is a copy of."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import file_digest
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from campaigns.errors import BackupError

MANIFEST, STORE = "manifest.json", "store"
FORMAT: Final = 1
MOST_MANIFEST: Final = 512 * 1024 * 1024


class Recording(BaseModel):
    """A recording that stood beside the store; it is copied by other means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    bytes: int


class Manifest(BaseModel):
    """What a backup holds. ``head``: the decision log reaches at least so far, ``ID:LINK``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = FORMAT
    made_at: datetime
    kind: Literal["sqlite", "postgresql"]
    revision: str
    head_id: int
    head_link: str
    store_sha256: str
    recordings: tuple[Recording, ...] = ()


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def write_archive(to: Path, manifest: Manifest, store: Path) -> None:
    """Write the backup at once: a crash leaves none, or all of it. Raises BackupError."""
    fresh = to.with_name(to.name + ".new")
    told = manifest.model_dump_json().encode()
    try:
        fresh.touch(mode=0o600)
        with fresh.open("wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3) as tar:
                about = tarfile.TarInfo(MANIFEST)
                about.size = len(told)
                tar.addfile(about, BytesIO(told))
                tar.add(store, STORE, filter=_plain)
            raw.flush()
            os.fsync(raw.fileno())
        fresh.replace(to)
    except OSError as error:
        raise BackupError(f"{to} cannot be written: {error.strerror}") from error
    finally:
        fresh.unlink(missing_ok=True)


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, "r:gz") as tar:
            yield tar
    except FileNotFoundError as error:
        raise BackupError(f"there is no file {path}") from error
    except (tarfile.TarError, OSError, EOFError) as error:
        raise BackupError(f"{path} is no backup, or only a part of one: {error}") from error


def read_archive(path: Path, store: Path) -> Manifest:
    """The manifest, and the copy of the store written to ``store``. Raises BackupError.

    Nothing else that may be in the file is looked at.
    """
    with _opened(path) as tar:
        about = tar.next()
        if about is None or about.name != MANIFEST or not about.isreg() or about.size > MOST_MANIFEST:
            raise BackupError(f"{path} is no backup of Xiaorong")
        manifest = _manifest(path, _member(tar, about).read())
        kept = tar.next()
        if kept is None or kept.name != STORE or not kept.isreg():
            raise BackupError(f"{path} holds no copy of a store")
        store.touch(mode=0o600)
        with store.open("wb") as out:
            source = _member(tar, kept)
            while piece := source.read(1 << 20):
                out.write(piece)
    if digest_of(store) != manifest.store_sha256:
        raise BackupError(f"{path} was changed since it was made: its copy of the store is another")
    return manifest


def _member(tar: tarfile.TarFile, info: tarfile.TarInfo) -> tarfile.ExFileObject | BytesIO:
    found = tar.extractfile(info)
    return BytesIO() if found is None else found  # type: ignore[return-value]


def _manifest(path: Path, text: bytes) -> Manifest:
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        raise BackupError(f"{path} was made by another version: its manifest cannot be read") from error
