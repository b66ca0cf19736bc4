"""Has the sound of an answer made before it is needed, so that it leaves as soon as it is its turn."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from bot.dialogue.turn import Say
from bot.errors import VoiceError
from bot.voice.ports import Voice


class Preparation:
    """One call's. The voice keeps what it made; what is asked for twice is made once."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._says: Sequence[Say] = ()
        self._task: asyncio.Task[None] | None = None

    def start(self, says: Sequence[Say]) -> None:
        """Begin with these sentences, in place of those asked for before. At most one is made at a time."""
        if says == self._says:
            return
        self._says = says
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._make())

    def stop(self) -> None:
        """No more."""
        self._says = ()
        if self._task is not None:
            self._task.cancel()

    async def _make(self) -> None:
        done: Sequence[Say] = ()
        while done is not self._says:
            done = self._says
            for say in done:
                if self._says is not done:
                    break
                with suppress(VoiceError):  # whoever says it will be told
                    await self._voice.clauses(say.text, say.manner, say.prompt)
