"""Fitted models on disk, named by a hash of what they were made of. Safe with many processes."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from bot.nlu.model import IntentModel

_SEAL = hashlib.sha256().digest_size  # a file begins with the hash of the rest

logger = logging.getLogger(__name__)


def cached_model(cache_dir: Path | None, parts: list[bytes], make: Callable[[], IntentModel]) -> IntentModel:
    """The model made of ``parts``, from the cache or made now; a damaged file is made again.

    A cache that cannot be written costs time, not the call: it is logged and the model is used from memory.
    """
    if cache_dir is None:
        return make()
    digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    path = cache_dir / f"intents-{digest[:32]}.model"
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    if content:
        seal, body = content[:_SEAL], content[_SEAL:]
        if hashlib.sha256(body).digest() == seal:
            return IntentModel.from_bytes(body)
        logger.warning("cached intent model %s is damaged and made again", path.name)
    model = make()
    try:
        body = model.to_bytes()
        _write(path, hashlib.sha256(body).digest() + body)
    except OSError as error:
        logger.warning("the intent model cannot be cached in %s: %s", cache_dir, error)
    return model


def _write(path: Path, content: bytes) -> None:
    """Write all or nothing: readers see the old file, none, or the whole new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
