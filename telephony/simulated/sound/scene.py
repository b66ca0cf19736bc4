"""All beyond our end of an answered call: the network's delays, the connection, whoever picked up."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from telephony.pcm import FRAME_S
from telephony.playout import NOTHING, Taken
from telephony.simulated.duplex import Tick
from telephony.simulated.sound.channel import Channel
from telephony.simulated.sound.person import Person
from telephony.status import HangupCause


class Scene:
    """The far side of one call, ``delay`` frames away. The network loses the call at ``drop_after_s``."""

    def __init__(self, person: Person, channel: Channel, delay: int, drop_after_s: float | None) -> None:
        self._person, self._channel = person, channel
        self._drops_after_s = drop_after_s
        self._frames = 0
        self._there: deque[Taken] = deque([NOTHING] * delay)
        self._back: deque[Tick] = deque(Tick(channel.carry(None, NOTHING)) for _ in range(delay))

    async def prepare(self) -> None:
        await self._person.prepare()

    def tick(self, ours: Taken) -> Tick:
        self._there.append(ours)
        arrived = self._there.popleft()
        act = self._person.tick(arrived)
        ends = HangupCause.NORMAL if act.gone else None
        sound = self._channel.carry(act.speech, arrived)
        self._back.append(Tick(sound, act.text, act.keys, ends=ends))
        self._frames += 1
        tick = replace(self._back.popleft(), late_us=self._channel.late_us())
        if self._drops_after_s is not None and self._frames * FRAME_S >= self._drops_after_s:
            return replace(tick, ends=HangupCause.DROPPED)
        return tick
