"""Handing a call over to a person: who is asked, what they are told first, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Whisper:
    """A text in ``language`` (BCP 47, such as zh-CN), for one side of the call alone."""

    text: str = field(repr=False)
    language: str


def _unheard() -> None:
    """Nobody waits to hear that a call was taken."""


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """Ask ``agents`` (E.164) one after another, each for ``ring_s`` seconds.

    Whoever answers hears ``whisper`` and accepts by the key ``accept``; anything else is a refusal, so that
    no mailbox can take a call. While they are asked the caller hears it ring. ``sorry`` is what the caller
    hears when nobody took the call, before it ends. ``taken`` is called once somebody has accepted.
    """

    agents: tuple[str, ...] = field(repr=False)
    whisper: Whisper
    sorry: Whisper
    ring_s: float = 25.0
    accept: str = "1"
    taken: Callable[[], None] = field(default=_unheard, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.agents:
            raise ValueError("a transfer needs somebody to be asked")
        if len(self.accept) != 1 or self.accept not in "0123456789*#":
            raise ValueError("a call is accepted by one key")


class TransferEnd(StrEnum):
    """What came of a transfer."""

    TAKEN = "taken"  # a person took the call, and they talked
    NOBODY = "nobody"  # nobody took it: the caller was told so
    ABANDONED = "abandoned"  # the caller hung up while they waited for a person
    FAILED = "failed"  # the line could not transfer it


@dataclass(frozen=True, slots=True)
class Transferred:
    """``agent``: who took it. ``waited_s``: until then, or in vain. ``talked_s``: of caller and agent."""

    end: TransferEnd
    agent: str | None = field(default=None, repr=False)
    waited_s: float = 0.0
    talked_s: float = 0.0


@runtime_checkable
class Transferable(Protocol):
    """A call that can be handed over. Lines that cannot have none; whoever wants it asks with isinstance."""

    async def transfer(self, order: TransferOrder) -> Transferred:
        """Hand the call over; returns when it is over. Raises CallEnded when it was over before.

        Nothing can be sent or received any more from here on. A fault of the line is an end, not an error.
        """
        ...
