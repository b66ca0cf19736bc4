"""One simulated call: ringing, the network's announcements, then talk with the far end, in text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from telephony.announcements import AnnouncementListener, Announcements
from telephony.clock import Clock
from telephony.errors import CallEnded, LineError, TrunkFault
from telephony.far_end import FarEnd
from telephony.line import Answered, Dtmf, NotAnswered, Text
from telephony.outcome import Evidence, conclude
from telephony.simulated.agents import Agents
from telephony.simulated.speaking import speaking_s
from telephony.simulated.subscribers import DialPlan
from telephony.simulated.talk import Talk
from telephony.simulated.timeline import Timeline
from telephony.status import HangupCause, NumberStatus
from telephony.transfer import TransferOrder, Transferred


class SimulatedCall:
    """A call to one simulated subscriber. It ends when the task that waits on it is cancelled."""

    def __init__(
        self,
        call_id: str,
        plan: DialPlan,
        *,
        ring_timeout_s: float,
        clock: Clock,
        announcements: Announcements,
        pick_up: Callable[[], FarEnd],
        agents: Agents | None = None,
    ) -> None:
        self._id = call_id
        self._plan = plan
        self._ring_timeout_s = ring_timeout_s
        self._time = Timeline(clock)
        self._announcements = announcements
        self._pick_up = pick_up
        self._agents = agents or Agents()
        self._talk: Talk | None = None
        self._result: Answered | NotAnswered | None = None

    @property
    def id(self) -> str:
        return self._id

    @property
    def carries(self) -> Literal["text"]:
        return "text"

    @property
    def cause(self) -> HangupCause | None:
        return self._time.cause

    async def answer(self) -> Answered | NotAnswered:
        """Wait until the call is answered or fails. A machine that picks up counts as not answered.

        Raises TrunkFault when the network's signal blames the trunk.
        """
        if self._result is None:
            try:
                self._time.check_alive()
                self._result = await self._ring()
            except CallEnded:  # hung up from here while it rang
                self._result = NotAnswered(HangupCause.NO_ANSWER, None, 0.0)
        return self._result

    async def play(self, media: Text, *, interruptible: bool = True) -> bool:
        """Speak to the far end; whether it was heard to the end. Raises CallEnded."""
        return await self._talking().play(media.text, interruptible=interruptible)

    async def hear(self, timeout_s: float) -> Text | Dtmf | None:
        """What the far end says next, or None after ``timeout_s`` of silence. Raises CallEnded."""
        return await self._talking().hear(timeout_s)

    async def transfer(self, order: TransferOrder) -> Transferred:
        """Hand the call over to a simulated agent. Raises CallEnded."""
        self._talking()
        return await self._agents.take(self._time, order)

    async def hang_up(self) -> None:
        """End the call; harmless when it is over already."""
        self._time.hang_up()

    async def _ring(self) -> Answered | NotAnswered:
        signal, act_after_s = self._plan.signal, self._plan.act_after_s
        if signal is not None and act_after_s is None:
            return await self._early_media()
        if act_after_s is None or act_after_s > self._ring_timeout_s:
            await self._time.advance(self._ring_timeout_s)
            return self._failed(Evidence(rang=True, timed_out=True), self._ring_timeout_s)
        await self._time.advance(act_after_s)
        if signal is not None:
            return self._failed(Evidence(sip_code=signal.sip, q850=signal.q850, rang=True), act_after_s)
        return await self._answered(act_after_s)

    async def _early_media(self) -> NotAnswered:
        """Listen until the announcement is believed, the network releases the call or our patience ends."""
        signal, text = self._plan.signal, self._plan.announcement or ""
        listener = AnnouncementListener(self._announcements)
        plays = self._plan.announcement_plays if text else 0
        patience_s = self._ring_timeout_s
        for played in range(1, plays + 1):
            if speaking_s(text) > patience_s:
                await self._time.advance(patience_s)
                return self._failed(Evidence(listener.best, timed_out=True), 0.0, listener.text)
            await self._time.advance(speaking_s(text))
            patience_s -= speaking_s(text)
            if listener.feed(text) is not None and played < plays:
                return self._failed(Evidence(listener.best), 0.0, listener.text)
        seen = Evidence(listener.best, signal.sip if signal else None, signal.q850 if signal else None)
        return self._failed(seen, 0.0, listener.text)

    def _failed(self, seen: Evidence, ring_s: float, heard: str | None = None) -> NotAnswered:
        try:
            outcome = conclude(seen)
        except TrunkFault:
            self._time.end(HangupCause.UNREACHABLE)
            raise
        self._time.end(outcome.cause)
        return NotAnswered(outcome.cause, outcome.status, ring_s, seen.sip_code, heard)

    async def _answered(self, ring_s: float) -> Answered | NotAnswered:
        self._time.answered = True
        if self._plan.drop_after_s is not None:
            self._time.end_in(self._plan.drop_after_s, HangupCause.DROPPED)
        self._talk = Talk(self._pick_up(), self._time, self._announcements)
        machine = await self._talk.screen()
        if machine is not None:
            return NotAnswered(HangupCause.ASSISTANT, NumberStatus.ACTIVE, ring_s, 200, machine)
        return Answered(ring_s)

    def _talking(self) -> Talk:
        self._time.check_alive()
        if self._talk is None:
            raise LineError("the call is not answered yet")
        return self._talk
