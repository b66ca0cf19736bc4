"""The folder of models on this machine: one folder a model, with a record of how it came."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from bot.asr.sherpa_folder import sherpa_folder
from bot.asr.vosk_folder import vosk_folder
from bot.errors import ModelError
from bot.models.catalogue import Entry

RECORD = "xiaorong-model.json"
_BLOCK = 1 << 20

_LOOKS: dict[str, Callable[[Path], object]] = {"vosk": vosk_folder, "sherpa": sherpa_folder}
"""Looks at the files of an engine's model, raising ModelError. Of other engines any ONNX file is asked."""


@dataclass(frozen=True, slots=True)
class Record:
    """How a model came: the checksum of its archive, whether that was the expected one, its files."""

    id: str
    sha256: str | None
    verified: bool
    files: dict[str, str]

    @classmethod
    def of(cls, entry: Entry, folder: Path, sha256: str | None, *, verified: bool) -> Self:
        """The record of the files in ``folder``."""
        files = {
            path.relative_to(folder).as_posix(): f"{path.stat().st_size}:{file_sha256(path)}"
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != RECORD
        }
        return cls(entry.id, sha256, verified, files)

    def write(self, folder: Path) -> None:
        """Write it into the folder."""
        (folder / RECORD).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Missing:
    """It is not on this machine."""


@dataclass(frozen=True, slots=True)
class Installed:
    """It is there with all its files. ``verified``: its archive had the checksum that was expected."""

    path: Path
    verified: bool


@dataclass(frozen=True, slots=True)
class Wrong:
    """It is there and not fit for use."""

    path: Path
    reason: str


State = Missing | Installed | Wrong


class ModelStore:
    """The models in ``folder``, which need not be there yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, entry: Entry) -> Path:
        """Where the model is, or would be."""
        return self.folder / entry.id

    def state(self, entry: Entry, *, thorough: bool = False) -> State:
        """Whether the model is there with all its files; ``thorough`` reads each whole."""
        path = self.path(entry)
        if not path.is_dir():
            return Missing()
        try:
            look(entry.engine, path)
            record = _read_record(path)
        except ModelError as error:
            return Wrong(path, str(error))
        if record is None:
            return Installed(path, verified=False)
        for name, seal in record.files.items():
            size, _, sha256 = seal.partition(":")
            file = path / name
            if not file.is_file() or str(file.stat().st_size) != size:
                return Wrong(path, f"{name} is missing or has another size than when it was installed")
            if thorough and file_sha256(file) != sha256:
                return Wrong(path, f"{name} was changed since it was installed")
        return Installed(path, record.verified)


def look(engine: str, folder: Path) -> None:
    """Check that ``folder`` has the files that ``engine`` needs. Raises ModelError."""
    if engine in _LOOKS:
        _LOOKS[engine](folder)
    elif not any(path.stat().st_size for path in folder.rglob("*.onnx")):
        raise ModelError(f"{folder} has no ONNX file: it is no model for {engine}, or a damaged one")


def find_model(models_dir: Path, id_or_path: str) -> Path:
    """The folder of the model of this name in ``models_dir``, or at this path. Raises ModelError."""
    path = models_dir / Path(id_or_path).expanduser()
    if not path.exists():
        raise ModelError(
            f"there is no model {id_or_path!r} in {models_dir}; 'xiaorong models list' names those to fetch"
        )
    return path


def file_sha256(path: Path, progress: Callable[[int], None] = lambda _: None) -> str:
    """The checksum of a file in hexadecimal; ``progress`` is told how many bytes were read."""
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            done += len(block)
            progress(done)
    return digest.hexdigest()


def _read_record(folder: Path) -> Record | None:
    """The record in ``folder``; None when it was put there by hand. Raises ModelError."""
    path = folder / RECORD
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Record(content["id"], content["sha256"], bool(content["verified"]), dict(content["files"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} cannot be read ({error!r}): fetch the model again") from error
