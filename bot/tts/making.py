"""Making the sound of a clause once: from memory, from disk, or spoken now, and by a reserve if need be."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

from bot.audio.loudness import apply_gain
from bot.dialogue.manner import USUAL, Manner
from bot.errors import SynthesisError, VoiceError
from bot.tts.clip_store import DiskClips, MemoryClips
from bot.tts.recordings import Recording
from bot.tts.synthesizer import Synthesizer

logger = logging.getLogger(__name__)

MEMORY_BYTES: Final = 64 * 2**20
"""House figure: an hour of speech, ten times what all static clauses take."""

DISK_BYTES: Final = 256 * 2**20
"""House figure: four hours."""

_TRIES = 2

Key = tuple[str, float, str, float]
"""Voice, rate, text and gain: what makes a sound what it is."""


class ClipMaker:
    """The sound of each clause, made once however many calls want it. Belongs to one event loop.

    ``kept`` are the texts whose sound may be kept on disk: those that say nothing of any customer.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        *,
        reserve: Synthesizer | None = None,
        kept: AbstractSet[str] = frozenset(),
        cache_dir: Path | None = None,
        memory_bytes: int = MEMORY_BYTES,
        disk_bytes: int = DISK_BYTES,
    ) -> None:
        self._synthesizer, self._reserve, self._kept = synthesizer, reserve, kept
        self.memory = MemoryClips(memory_bytes)
        self._disk = DiskClips(cache_dir / "speech", disk_bytes) if cache_dir is not None else None
        self._making: dict[Key, asyncio.Task[bytes]] = {}

    def ready(self, text: str, manner: Manner, recording: Recording | None = None) -> bytes | None:
        """The sound, when it is at hand."""
        if recording is not None and not manner.gain_db:
            return recording.pcm
        return self.memory.get(self._key(text, manner, recording))

    async def clip(self, text: str, manner: Manner, recording: Recording | None = None) -> bytes:
        """The sound of ``text``, from ``recording`` if there is one; empty when there is nothing to say.

        A recording keeps its own pace. Raises SynthesisError.
        """
        known = self.ready(text, manner, recording)
        if known is not None:
            return known
        key = self._key(text, manner, recording)
        task = self._making.get(key)
        if task is None:
            task = self._making[key] = asyncio.create_task(self._make(key, text, manner, recording))
            task.add_done_callback(lambda done: self._made(key, done))
        return await asyncio.shield(task)  # one caller who hangs up takes nothing from the others

    def _key(self, text: str, manner: Manner, recording: Recording | None) -> Key:
        if recording is not None:
            return f"recording {recording.name}", USUAL.rate, text, manner.gain_db
        return self._synthesizer.id, manner.rate, text, manner.gain_db

    def _made(self, key: Key, task: asyncio.Task[bytes]) -> None:
        del self._making[key]
        if not task.cancelled():
            task.exception()  # those who wait have it; when nobody does any more, nothing is to be said

    async def _make(self, key: Key, text: str, manner: Manner, recording: Recording | None) -> bytes:
        if not manner.gain_db:
            return await self._at_usual_loudness(key, text, manner.rate)
        usual = await self.clip(text, Manner(rate=manner.rate), recording)
        louder = await asyncio.to_thread(apply_gain, usual, manner.gain_db)
        self.memory.put(key, louder)
        return louder

    async def _at_usual_loudness(self, key: Key, text: str, rate: float) -> bytes:
        name = "\n".join(map(str, key))
        disk = self._disk if text in self._kept else None
        if disk is not None and (found := await asyncio.to_thread(disk.get, name)) is not None:
            self.memory.put(key, found)
            return found
        try:
            spoken = await self._spoken(text, rate)
        except VoiceError as error:
            return await self._in_reserve(text, rate, error)
        self.memory.put(key, spoken)
        if disk is not None:
            await asyncio.to_thread(disk.put, name, spoken)
        return spoken

    async def _spoken(self, text: str, rate: float) -> bytes:
        for _ in range(_TRIES - 1):
            try:
                return await self._synthesizer.synthesize(text, rate=rate)
            except SynthesisError as error:
                logger.warning("a clause of %d characters is tried again: %s", len(text), error)
        return await self._synthesizer.synthesize(text, rate=rate)

    async def _in_reserve(self, text: str, rate: float, error: VoiceError) -> bytes:
        """Said by the reserve, but not remembered: the next time the usual voice is tried again."""
        told = f"a clause of {len(text)} characters cannot be spoken: {error}"
        if self._reserve is None:
            raise SynthesisError(told) from error
        logger.warning("%s; the reserve speaks", told)
        try:
            return await self._reserve.synthesize(text, rate=rate)
        except VoiceError as worse:
            raise SynthesisError(f"{told}; nor by the reserve: {worse}") from worse
