"""The channel ports: how a session speaks and listens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.dialogue.turn import Say


class HungUpError(Exception):
    """The far end has hung up. Not a fault: every session expects it."""


class Keys(str):
    """Keys of the telephone, pressed one after another, where speech would be text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, begun ``at`` a time: whether it was played to its end, and what was heard of it.

    ``heard`` is None where the channel cannot tell.
    """

    say: Say
    at: datetime
    complete: bool
    heard: str | None


class Channel(Protocol):
    """One live call, as a session sees it."""

    def play(
        self, says: Sequence[Say], go_on: Callable[[], bool], *, final: bool = False
    ) -> AsyncIterator[Said]:
        """Speak; gives each sentence that was begun, once it is over, and ends with the first that was cut.

        ``go_on`` is asked before each sentence begins. ``final`` sentences end the call: nobody need be
        listened to any more but for grave words. Raises HungUpError, after what was begun was given.
        """
        ...

    async def listen(self, timeout_s: float) -> str | None:
        """What the far end said, or None after ``timeout_s`` seconds of silence. Raises HungUpError.

        Keys pressed come as ``Keys``, one at a time or more.
        """
        ...

    def overheard(self) -> str | None:
        """Words so grave that a sentence was cut for them: they are answered first. Given once."""
        ...

    async def last_words(self) -> str | None:
        """What was being said when the far end hung up, if it was not given yet."""
        ...

    async def hang_up(self) -> None: ...


class TextChannel(Protocol):
    """A simple far end, spoken to sentence by sentence. ``BySentence`` makes a channel of it."""

    async def say(self, text: str, *, interruptible: bool) -> bool:
        """Speak; returns whether the sentence was played to its end. Raises HungUpError."""
        ...

    async def listen(self, timeout_s: float) -> str | None:
        """As a channel's."""
        ...

    async def hang_up(self) -> None: ...


class BySentence:
    """A channel over a text channel, whose time ``now`` tells."""

    def __init__(self, channel: TextChannel, now: Callable[[], datetime]) -> None:
        self._channel, self._now = channel, now

    async def play(
        self,
        says: Sequence[Say],
        go_on: Callable[[], bool],
        *,
        final: bool = False,  # noqa: ARG002
    ) -> AsyncIterator[Said]:
        for say in says:
            if not go_on():
                return
            at = self._now()
            try:
                complete = await self._channel.say(say.text, interruptible=say.interruptible)
            except HungUpError:
                yield Said(say, at, False, "")
                raise
            yield Said(say, at, complete, say.text if complete else None)
            if not complete:
                return

    async def listen(self, timeout_s: float) -> str | None:
        return await self._channel.listen(timeout_s)

    def overheard(self) -> str | None:
        return None

    async def last_words(self) -> str | None:
        return None

    async def hang_up(self) -> None:
        await self._channel.hang_up()
