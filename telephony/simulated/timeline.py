"""How time passes on one call: the only place where a simulated call sleeps, and where it can end."""

from __future__ import annotations

import asyncio

from telephony.clock import Clock
from telephony.errors import CallEnded
from telephony.status import HangupCause


class Timeline:
    """One call's course in time, and how it ended. All durations in seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ends_in: tuple[float, HangupCause] | None = None
        self.answered = False
        self.cause: HangupCause | None = None

    async def advance(self, seconds: float) -> None:
        """Let time pass. Raises CallEnded when the call ends meanwhile. A cancelled wait ends the call."""
        due = self._ends_in if self._ends_in is not None and self._ends_in[0] <= seconds else None
        wait = due[0] if due else seconds
        if wait > 0:
            try:
                await self._clock.sleep(wait)
            except asyncio.CancelledError:
                self.hang_up()
                raise
        if due:
            self.end(due[1])
        self.check_alive()
        if self._ends_in is not None:
            self._ends_in = (self._ends_in[0] - seconds, self._ends_in[1])

    def end_in(self, seconds: float, cause: HangupCause) -> None:
        """Have the call end after ``seconds``, unless it is to end sooner already."""
        if self._ends_in is None or seconds < self._ends_in[0]:
            self._ends_in = (seconds, cause)

    def end(self, cause: HangupCause) -> None:
        """The call is over; the first cause stays."""
        self.cause = self.cause or cause

    def hang_up(self) -> None:
        """End the call from our side."""
        self.end(HangupCause.NORMAL if self.answered else HangupCause.NO_ANSWER)

    def is_over(self) -> bool:
        """Whether the call has ended."""
        return self.cause is not None

    def check_alive(self) -> None:
        """Raises CallEnded when the call is over."""
        if self.cause is not None:
            raise CallEnded(f"the call is over: {self.cause.value}")
