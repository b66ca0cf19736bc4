"""Calls to us over Twilio: webhook, stream, the inbound flow, the record; alone and beside a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from campaigns.dialing import assembly
from campaigns.dialing.events import EndedIn, ReceptionEvent
from campaigns.recordings import open_recordings
from campaigns.store.models import Call, FollowUp, Promise, Transfer
from telephony.far_end import FarReply
from tests.integration.dialing.campaigning import campaign
from tests.integration.twilio.world import World
from tests.unit.telephony.fakes import ScriptedFarEnd
from tests.unit.telephony.twilio.fake_account import Agent, Phone

AGENT = "+8613900000001"


@pytest.fixture
def world(tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World(tmp_path, model_cache, monkeypatch)
    yield world
    world.database.close()


def test_a_customer_calls_and_promises_and_the_rest_are_busy_once_we_stop(world: World) -> None:
    number = world.numbers()[0]
    world.settings.twilio["record"] = True
    world.people["calls"] = lambda _number, _call: ScriptedFarEnd(
        *(FarReply(line) for line in world.answers_of(number)), FarReply("再见", hang_up=True)
    )
    events: list[ReceptionEvent] = []

    async def work() -> None:
        with assembly.open_reception(world.settings, world.database, world.clock, listener=events.append) as (
            reception,
            inbound,
        ):
            serving = asyncio.ensure_future(reception.serve(inbound))
            await asyncio.sleep(0.1)
            call, _ = await world.account.ring_us(Phone(), number)
            await asyncio.sleep(5.0)
            reception.stop()
            _, told = await world.account.ring_us(Phone(), number)
            assert "<Reject" in told  # the call in progress goes on meanwhile
            await serving
            assert reception.failed == 0
            assert call.status == "completed"
            assert world.account.handsets[call.sid].frames > 50 * 20

    world.loop_clock.run(work())
    [ended] = [event for event in events if isinstance(event, EndedIn)]
    assert (ended.disposition, ended.right_party) == ("promise", True)
    with world.database.transaction() as session:
        call = session.scalars(select(Call)).one()
        assert (call.direction, call.line, call.e164, call.cause) == ("inbound", "twilio", number, "normal")
        assert session.scalars(select(Promise).where(Promise.call_id == call.id)).one().amount > 0
        assert call.carrier_recording is not None
    with open_recordings(world.settings) as recordings, recordings.open(call.carrier_recording) as kept:
        assert kept.seconds > 20
    assert world.account.recorded == {}  # nothing is left of it at Twilio


def test_beside_a_worker_calls_come_in_over_the_same_server(world: World) -> None:
    """And a customer who asks for a person gets one, who hears of the debt only then."""
    numbers = world.numbers()
    world.account.phones = {number: Phone(end="busy", sip=486) for number in numbers}
    world.account.agents = {AGENT: Agent()}
    world.settings = world.settings.model_copy(update={"agents": world.agents(AGENT)})
    world.people["calls"] = lambda _number, _call: ScriptedFarEnd(
        FarReply("我是"), FarReply(world.tail_of(numbers[0])), FarReply("转人工")
    )

    async def work() -> None:
        with assembly.open_switchboard(
            world.settings, world.database, campaign(world.database), world.clock
        ) as switchboard:
            running = asyncio.ensure_future(switchboard.run())
            await asyncio.sleep(3.0)
            call, _ = await world.account.ring_us(Phone(), numbers[0])
            await call.over.wait()
            assert [len(call.whispered), len(call.said)] == [2, 0]
            assert "本人已确认" in call.whispered[0]
            switchboard.stop()
            await running

    world.loop_clock.run(work(), queued=True)
    with world.database.transaction() as session:
        call = session.scalars(select(Call).where(Call.direction == "inbound")).one()
        transfer = session.scalars(select(Transfer).where(Transfer.call_id == call.id)).one()
        assert (call.disposition, transfer.state, transfer.agent) == ("human_requested", "taken", AGENT)
        assert transfer.talked_s == pytest.approx(60.0, abs=1.0)
        assert session.scalars(select(FollowUp)).all() == []
        assert session.scalars(select(Call.disposition).where(Call.direction == "outbound")).first() == "busy"
