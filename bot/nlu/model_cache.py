"""Fitted models on disk, named by a hash of what they were made of. Safe with many processes."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

from bot.errors import DamagedFileError
from bot.nlu.model import IntentModel
from bot.sealed import read_sealed, write_sealed

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
        body = read_sealed(path)
    except DamagedFileError:
        logger.warning("cached intent model %s is damaged and made again", path.name)
        body = None
    if body is not None:
        return IntentModel.from_bytes(body)
    model = make()
    try:
        write_sealed(path, model.to_bytes())
    except OSError as error:
        logger.warning("the intent model cannot be cached in %s: %s", cache_dir, error)
    return model
