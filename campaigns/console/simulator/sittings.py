"""Each user's desk in the simulator: one conversation, kept in memory, for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock, RLock
from typing import Final

from bot.simulation.desk import Desk
from bot.simulation.script import Script
from campaigns.errors import ConflictError, NotFoundError

MOST: Final = 40
"""Conversations at once: who has left theirs longest makes room."""

IDLE: Final = timedelta(hours=1)
LONGEST: Final = 120
"""Exchanges of one conversation: going back holds all of them again."""


@dataclass(frozen=True, slots=True)
class Then:
    """What a call on record did with the same words: what it understood, and the prompts of its answer."""

    intent: str | None
    prompts: tuple[str, ...]


@dataclass(slots=True)
class Sitting:
    """A user at their desk. ``lock`` is held while anything is done with it.

    ``call_id``: the call that is replayed, with what came ``then`` for each exchange. ``words``: what
    the far end said in it, without whose it was; of other people it may tell all the same.
    """

    desk: Desk
    script: Script
    opened_at: datetime
    touched_at: datetime
    call_id: int | None = None
    then: Sequence[Then] = ()
    words: frozenset[str] = frozenset()
    lock: RLock = field(default_factory=RLock)

    def check_room(self) -> None:
        """Raises ConflictError when no more may be said."""
        if self.desk.state.ended:
            raise ConflictError("the call is over: begin again, or go back")
        if self.desk.position >= LONGEST:
            raise ConflictError("this conversation is too long for the simulator: begin again")


class Sittings:
    """All of them, by user. Thread-safe."""

    def __init__(self, most: int = MOST, idle: timedelta = IDLE) -> None:
        self._most, self._idle = most, idle
        self._lock = Lock()
        self._kept: dict[int, Sitting] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def begin(self, user_id: int, sitting: Sitting) -> None:
        """Put it in the place of the user's last one."""
        with self._lock:
            self._drop_idle(sitting.touched_at)
            self._kept.pop(user_id, None)
            while len(self._kept) >= self._most:
                del self._kept[min(self._kept, key=lambda each: self._kept[each].touched_at)]
            self._kept[user_id] = sitting

    def of(self, user_id: int, now: datetime) -> Sitting | None:
        """The user's, if they have one."""
        with self._lock:
            self._drop_idle(now)
            found = self._kept.get(user_id)
            if found is not None:
                found.touched_at = now
            return found

    def needed(self, user_id: int, now: datetime) -> Sitting:
        """The user's. Raises NotFoundError."""
        found = self.of(user_id, now)
        if found is None:
            raise NotFoundError("this conversation is not there any more: begin a new one")
        return found

    def end(self, user_id: int) -> None:
        """Forget it."""
        with self._lock:
            self._kept.pop(user_id, None)

    def _drop_idle(self, now: datetime) -> None:
        for user_id in [each for each, s in self._kept.items() if now - s.touched_at > self._idle]:
            del self._kept[user_id]
