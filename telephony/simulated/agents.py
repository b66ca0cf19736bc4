"""The people whom calls are handed to on the simulated line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from telephony.errors import CallEnded
from telephony.simulated.speaking import speaking_s
from telephony.simulated.timeline import Timeline
from telephony.status import HangupCause
from telephony.transfer import TransferEnd, TransferOrder, Transferred

_KEY_S: Final = 8.0  # an agent who presses no key for so long does not want the call


class Agent(BaseModel):
    """What a person does who is asked to take a call; times in seconds.

    ``answers_after_s`` None: they do not answer. ``key`` is what they press then, if any.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    answers_after_s: float | None = Field(default=6.0, ge=0)
    key: str = Field(default="1", max_length=1)
    talks_s: float = Field(default=90.0, ge=0)


class Agents(BaseModel):
    """``known``: number → agent; the others are like ``others``. Callers wait for ``patience_s``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    known: Mapping[str, Agent] = {}
    others: Agent = Agent()
    patience_s: float = Field(default=90.0, gt=0)

    async def take(self, time: Timeline, order: TransferOrder) -> Transferred:
        """Hand the call over whose course ``time`` is. Raises CallEnded when it was over before."""
        time.check_alive()
        waited_s = 0.0
        try:
            for number in order.agents:
                agent = self.known.get(number, self.others)
                asked_s, takes = _asked(agent, order)
                if waited_s + asked_s > self.patience_s:
                    await time.advance(self.patience_s - waited_s)
                    time.end(HangupCause.NORMAL)
                    return Transferred(TransferEnd.ABANDONED, None, self.patience_s)
                await time.advance(asked_s)
                waited_s += asked_s
                if takes:
                    order.taken()
                    return await _talk(time, number, agent, waited_s)
            await time.advance(speaking_s(order.sorry.text))
        except CallEnded:  # the network lost it meanwhile
            return Transferred(TransferEnd.ABANDONED, None, waited_s)
        time.hang_up()
        return Transferred(TransferEnd.NOBODY, None, waited_s)


def _asked(agent: Agent, order: TransferOrder) -> tuple[float, bool]:
    """How long it takes to ask ``agent``, and whether they take the call."""
    if agent.answers_after_s is None or agent.answers_after_s > order.ring_s:
        return order.ring_s, False
    heard_s = agent.answers_after_s + speaking_s(order.whisper.text)
    return heard_s + (0.0 if agent.key else _KEY_S), agent.key == order.accept


async def _talk(time: Timeline, number: str, agent: Agent, waited_s: float) -> Transferred:
    try:
        await time.advance(agent.talks_s)
    except CallEnded:
        return Transferred(TransferEnd.TAKEN, number, waited_s, 0.0)
    time.hang_up()
    return Transferred(TransferEnd.TAKEN, number, waited_s, agent.talks_s)
