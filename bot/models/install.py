"""Installing a model: fetched or from a local file, checked, unpacked, and only then put in its place."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from bot.errors import ModelError
from bot.models.catalogue import Archive, Entry
from bot.models.download import Download, Progress
from bot.models.origin import Local, Mirror, Origin, Publisher, Trust
from bot.models.store import Installed, ModelStore, Record, file_sha256, look
from bot.models.unpack import unpack

_SPARE: Final = 50_000_000
"""Bytes that are left free on the disk."""


def install(
    store: ModelStore,
    entry: Entry,
    *,
    origin: Origin,
    trust: Trust,
    client: httpx.Client,
    progress: Progress,
) -> Installed:
    """Put a model in its place, instead of one that is there. Raises ModelError.

    Whatever fails, the place holds what it held before. A download that was cut is kept, to be gone on with.
    """
    try:
        with _work_folder(store, entry) as work, _emptied(work / f"{entry.id}.unpacked") as temporary:
            target = temporary / "model"
            if isinstance(origin, Local) and origin.path.is_dir():
                record = _copy(entry, origin.path, trust, target)
            else:
                target.mkdir()
                expected = trust.expected(entry)
                with _file(entry, origin, work, expected is not None, client, progress) as file:
                    sha256 = _checked(file, expected)
                    target = _unpacked(entry, file, target)
                    look(entry.engine, target)
                record = Record.of(entry, target, sha256, verified=expected is not None)
            record.write(target)
            _replace(store.path(entry), target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(f"{entry.id} cannot be put into {store.folder}: {reason}") from error
    return Installed(store.path(entry), record.verified)


@contextmanager
def _file(
    entry: Entry, origin: Origin, work: Path, checked: bool, client: httpx.Client, progress: Progress
) -> Iterator[Path]:
    """The file of a model. One that was fetched is thrown away after, right or wrong."""
    if isinstance(origin, Local):
        if not origin.path.is_file():
            raise ModelError(f"there is no file {origin.path}")
        yield origin.path
        return
    _require_space(entry, work)
    download = Download(
        _address(entry, origin),
        work / f"{entry.id}.part",
        size=entry.size,
        checked=checked,
        client=client,
        progress=progress,
    )
    download.run()
    try:
        yield download.part
    except ModelError:
        download.discard()
        raise
    download.discard()


def _address(entry: Entry, origin: Publisher | Mirror) -> str:
    if isinstance(origin, Publisher):
        return entry.url
    if not origin.url.startswith(("http://", "https://")):
        raise ModelError(
            f"{origin.url!r} is no address of a mirror; a file of this machine is given by --from"
        )
    return origin.url + entry.file_name if origin.url.endswith("/") else origin.url


def _checked(file: Path, expected: str | None) -> str:
    sha256 = file_sha256(file)
    if expected is not None and sha256 != expected:
        raise ModelError(
            f"what came is not what is expected, and is not used: its checksum is {sha256}, not {expected}; "
            "fetch it again, or from elsewhere with --mirror or --from"
        )
    return sha256


def _unpacked(entry: Entry, file: Path, target: Path) -> Path:
    if entry.archive is Archive.NONE:
        shutil.copyfile(file, target / entry.file_name)
        return target
    return unpack(file, entry.archive, target, most_bytes=entry.most_unpacked)


def _copy(entry: Entry, source: Path, trust: Trust, target: Path) -> Record:
    if not trust.unverified:
        raise ModelError(
            f"a folder has no checksum, so {source} cannot be verified: give the archive as its publisher "
            "packed it, or take the folder as it is with --accept-unverified"
        )
    look(entry.engine, source)
    for file in source.rglob("*"):
        if file.is_file():
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    return Record.of(entry, target, None, verified=False)


def _require_space(entry: Entry, folder: Path) -> None:
    wanted = (entry.size or 0) + (entry.unpacked or 0) + _SPARE
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise ModelError(
            f"{entry.id} needs up to {wanted / 1e9:.1f} GB and {folder.parent} has {free / 1e9:.1f} GB: free "
            "some, or set models_dir in settings.toml"
        )


def _replace(place: Path, folder: Path) -> None:
    """Put ``folder`` in its place at once; what was there goes after."""
    old = folder.with_name("old")
    if place.exists():
        place.rename(old)
    try:
        folder.rename(place)
    except OSError:
        if old.exists():
            old.rename(place)
        raise


@contextmanager
def _work_folder(store: ModelStore, entry: Entry) -> Iterator[Path]:
    """A folder beside the models for what is not yet one; one at a time installs the same model."""
    work = store.folder / ".fetching"
    work.mkdir(parents=True, exist_ok=True)
    with (work / f"{entry.id}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ModelError(f"{entry.id} is being fetched already by another process") from error
        yield work


@contextmanager
def _emptied(folder: Path) -> Iterator[Path]:
    """A folder for a while; what a process that was killed left in it goes first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
