"""The text channel port: how a session speaks and listens when no audio is involved."""

from __future__ import annotations

from typing import Protocol


class HungUpError(Exception):
    """The far end has hung up. Not a fault: every session expects it."""


class Keys(str):
    """Keys of the telephone, pressed one after another, where speech would be text."""

    __slots__ = ()


class TextChannel(Protocol):
    """One live call, in text."""

    async def say(self, text: str, *, interruptible: bool) -> bool:
        """Speak; returns whether the sentence was played to its end. Raises HungUpError."""
        ...

    async def listen(self, timeout_s: float) -> str | None:
        """What the far end said, or None after ``timeout_s`` seconds of silence. Raises HungUpError.

        Keys pressed come as ``Keys``, one at a time or more.
        """
        ...

    async def hang_up(self) -> None: ...
