"""One simulated call in sound: what the network lets hear, who picks up, then sound both ways."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from telephony.clock import Clock
from telephony.early_media import EarlyMedia
from telephony.errors import CallEnded, LineError
from telephony.far_end import FarEnd
from telephony.line import Answered, Dtmf, NotAnswered, Played, Sound
from telephony.screening import Screening, Verdict
from telephony.simulated.agents import Agents
from telephony.simulated.duplex import Duplex
from telephony.simulated.population import Behaviour
from telephony.simulated.sound.dial import SoundDial
from telephony.simulated.sound.studio import Studio
from telephony.simulated.subscribers import DialPlan
from telephony.simulated.timeline import Timeline
from telephony.status import HangupCause, NumberStatus
from telephony.transfer import TransferOrder, Transferred


class SoundCall:
    """A call to one simulated subscriber, over a connection of the kind ``channel``: an ``AudioCall``."""

    def __init__(
        self,
        call_id: str,
        plan: DialPlan,
        *,
        channel: str,
        ring_timeout_s: float,
        clock: Clock,
        studio: Studio,
        pick_up: Callable[[], FarEnd],
        agents: Agents | None = None,
    ) -> None:
        self._id, self._plan, self._channel = call_id, plan, channel
        self._ring_timeout_s = ring_timeout_s
        self._clock, self._studio, self._pick_up = clock, studio, pick_up
        self._agents = agents or Agents()
        self._time = Timeline(clock)
        self._early = EarlyMedia(studio.announcements, studio.ears)
        self._screening = Screening(studio.announcements, studio.ears)
        self._media: Duplex | None = None
        self._result: Answered | NotAnswered | None = None

    @property
    def id(self) -> str:
        return self._id

    @property
    def carries(self) -> Literal["sound"]:
        return "sound"

    @property
    def cause(self) -> HangupCause | None:
        return self._time.cause

    async def answer(self) -> Answered | NotAnswered:
        """Wait until the call is answered or fails. A machine that picks up counts as not answered.

        What a person says on picking up is kept for ``receive``. A cancelled wait ends the call. Raises
        TrunkFault when the network's signal blames the trunk.
        """
        if self._result is None:
            try:
                self._time.check_alive()
                self._result = await self._ring()
            except CallEnded:  # hung up from here while it rang
                self._result = NotAnswered(HangupCause.NO_ANSWER, None, 0.0)
            except asyncio.CancelledError:
                await self.hang_up()
                raise
            finally:
                await self._early.close()
        return self._result

    async def receive(self, timeout_s: float) -> Sound | Dtmf | Played | None:
        """The next thing from the far end. Sound has the ``text`` of what begins in it. Raises CallEnded."""
        return await self._talking().receive(timeout_s)

    async def send(self, sound: Sound) -> None:
        """Play ``sound`` to the far end, which understands it by its ``text``. Raises CallEnded."""
        await self._talking().send(sound)

    async def mark(self, name: str) -> None:
        await self._talking().mark(name)

    async def clear(self) -> None:
        await self._talking().clear()

    async def transfer(self, order: TransferOrder) -> Transferred:
        """Hand the call over to a simulated agent. Raises CallEnded."""
        self._talking().drop()
        return await self._agents.take(self._time, order)

    async def hang_up(self) -> None:
        """End the call; harmless when it is over already."""
        self._time.hang_up()
        if self._media is not None:
            self._media.drop()
        await self._screening.close()

    async def _ring(self) -> Answered | NotAnswered:
        announcement = None
        plan, studio = self._plan, self._studio
        if plan.announcement is not None and plan.behaviour is not Behaviour.ASSISTANT:
            announcement = await studio.voices.network(plan.announcement, studio.profile(self._channel))
        network = studio.network(self._id, self._channel)
        dial = SoundDial(plan, announcement, network, self._early, self._time)
        result = await dial.run(self._ring_timeout_s)
        return result if isinstance(result, NotAnswered) else await self._answered(result)

    async def _answered(self, ring_s: float) -> Answered | NotAnswered:
        self._time.answered = True
        scene = await self._studio.scene(
            self._id,
            self._channel,
            self._pick_up(),
            human=self._plan.behaviour is not Behaviour.ASSISTANT,
            drop_after_s=self._plan.drop_after_s,
        )
        self._media = Duplex(self._clock, self._time, scene, self._overhear)
        picked_up = self._clock.now()
        try:
            while self._screening.verdict is None:
                await self._media.pass_frame()
        except CallEnded:
            pass  # what was said before is still to be received
        if self._screening.verdict is Verdict.MACHINE:
            self._media.drop()
            heard = self._screening.heard or None
            return NotAnswered(HangupCause.ASSISTANT, NumberStatus.ACTIVE, ring_s, 200, heard)
        return Answered(ring_s, (self._clock.now() - picked_up).total_seconds())

    async def _overhear(self, frame: bytes) -> None:
        if await self._screening.feed(frame) is Verdict.MACHINE:
            self._time.end(HangupCause.ASSISTANT)

    def _talking(self) -> Duplex:
        if self._media is None:
            self._time.check_alive()
            raise LineError("the call is not answered yet")
        return self._media
