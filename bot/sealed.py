"""Files that can be made again: written whole or not at all, and known for damaged when they are."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from bot.errors import DamagedFileError

_SEAL = hashlib.sha256().digest_size  # a file begins with the hash of the rest


def read_sealed(path: Path) -> bytes | None:
    """What was written to ``path``; None when there is no such file. Raises DamagedFileError."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    seal, body = content[:_SEAL], content[_SEAL:]
    if hashlib.sha256(body).digest() != seal:
        raise DamagedFileError(path.name)
    return body


def write_sealed(path: Path, body: bytes) -> None:
    """Write all or nothing: readers see the old file, none, or the whole new one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(body).digest() + body)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
