"""Many calls at once through everything that a call to us passes, every frame accounted for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from campaigns.dialing import assembly
from telephony.far_end import FarReply
from tests.integration.twilio.world import World
from tests.unit.telephony.fakes import ScriptedFarEnd
from tests.unit.telephony.twilio.fake_account import Phone


@dataclass(frozen=True)
class Figures:
    """Of all calls together; frames of 20 ms. ``dry``: how often a phone ran out of sound in a sentence."""

    calls: int
    said: int
    received: int
    heard: int
    dry: int
    on_record: int

    @property
    def lost(self) -> int:
        return self.said - self.received


async def hold(world: World, calls: int, seconds: float, lines: tuple[str, ...] = ("我是",)) -> Figures:
    """Let so many customers call at once, a little after each other, and hang up after ``seconds``."""
    account = world.account
    world.people["calls"] = lambda _number, _call: ScriptedFarEnd(
        *(FarReply(line) for line in lines), FarReply("好的"), FarReply("嗯")
    )
    with assembly.open_reception(world.settings, world.database, world.clock) as (reception, inbound):
        serving = asyncio.ensure_future(reception.serve(inbound))
        await asyncio.sleep(0.2)
        ringing = []
        for number in range(calls):
            phone = Phone(hangs_up_after_s=seconds)
            ringing.append(await account.ring_us(phone, f"+1415555{number:04}"))
            await asyncio.sleep(0.0137)
        await asyncio.gather(*(call.over.wait() for call, _ in ringing))
        await asyncio.sleep(1.0)
        reception.stop()
        await serving
        failed = reception.failed
    handsets = list(account.handsets.values())
    return Figures(
        calls=len(handsets),
        said=sum(handset.sent for handset in handsets),
        received=world.received.total(),
        heard=sum(handset.frames for handset in handsets),
        dry=sum(handset.dry for handset in handsets),
        on_record=calls - failed,
    )
