"""An installation whose line is Twilio, and the account behind it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.simulation.persona import load_personas
from bot.voice.manners import Manners
from campaigns.agents import AgentSettings
from campaigns.clock import Clock, Release
from campaigns.dialing import assembly
from campaigns.dialing.events import Ended, WorkerEvent
from campaigns.dialing.inbound import Reception
from campaigns.dialing.people import SimulatedPeople
from campaigns.dialing.serving import Served
from campaigns.dialing.talk import VoiceTools
from campaigns.dialing.turns import TurnTaker
from campaigns.dialing.voicing import Voicing
from campaigns.settings import Settings
from campaigns.store.briefs import subject_of_number
from campaigns.store.database import Database
from campaigns.store.models import CampaignMember, PhoneNumber
from telephony.far_end import FarEnd
from telephony.line import Dtmf, Incoming, Played, Sound
from telephony.twilio import api
from telephony.twilio.call import TwilioCall
from telephony.twilio.http import HttpxClient
from tests.integration.dialing.campaigning import MONDAY_MORNING, campaign, install
from tests.integration.twilio.coded import CodedRecognizer, CodedVoice
from tests.integration.twilio.idle_loop import IdleLoop, LoopClock
from tests.integration.twilio.network import NetworkAccount, free_port
from tests.unit.telephony.twilio.fake_account import ACCOUNT, CALLER, TOKEN
from tests.unit.telephony.twilio.published import FOLDER

CUSTOMERS = 12


@contextmanager
def coded_voicing(settings: Settings, language: Path, prompts: PromptBook) -> Iterator[Voicing]:
    """Speech that can be heard without a model."""
    tools = VoiceTools(CodedRecognizer(), CodedVoice(), Manners.load(language))
    unused: Any = None
    yield Voicing(tools, unused, frozenset(), unused, unused)


class World:
    """An installation whose line is Twilio, and the account behind it."""

    def __init__(
        self, home: Path, cache: Path, patch: pytest.MonkeyPatch, clock: Clock | None = None
    ) -> None:
        port = free_port()
        made = install(home, customers=CUSTOMERS, cache=cache, concurrency=4, calls_per_second=5.0)
        twilio: dict[str, Any] = {
            "account_sid": ACCOUNT,
            "auth_token": TOKEN,
            "public_url": f"http://127.0.0.1:{port}",
        }
        twilio |= {"listen_port": port, "machine_detection": "twilio"}
        self.settings = made.model_copy(update={"line": "twilio", "caller_id": CALLER, "twilio": twilio})
        self.database = Database(self.settings.store_url)
        self.loop_clock = LoopClock(MONDAY_MORNING)
        self.clock: Clock = clock or self.loop_clock
        language = language_dir("zh")
        prompts = PromptBook.load(language)
        personas = {"cooperative": load_personas(language, prompts)["cooperative"]}
        people = SimulatedPeople(
            self.database, personas, prompts.speech, self.settings, seed=3, clock=self.clock,
            zone=self.settings.zone,
        )  # fmt: skip
        self.people: dict[str, Callable[[str, str], FarEnd]] = {"called": people, "calls": people.calling_in}

        def far_end(number: str, call_sid: str) -> FarEnd:
            kind = "calls" if self.account.calls[call_sid].incoming else "called"
            return self.people[kind](number, call_sid)

        self.account = NetworkAccount(port, far_end, published=FOLDER.is_dir())
        self.account.now = MONDAY_MORNING
        with self.database.transaction() as session:  # a real line calls no number that was made up
            session.execute(update(PhoneNumber).values(generated=False))
        reachable = {"line_status": {"status": "active"}, "line_type_intelligence": {"type": "mobile"}}
        self.account.lookups = dict.fromkeys(self.numbers(), reachable)
        patch.setattr(api, "HttpxClient", lambda limit, _transport: HttpxClient(limit, self.account))
        patch.setattr(assembly, "open_voicing", coded_voicing)
        take = TurnTaker.take

        async def begin(turns: TurnTaker, served: Served, member_id: int, turn: int) -> None:
            self.loop_clock.begun += 1
            await take(turns, served, member_id, turn)

        receive = Reception._receive

        async def come_in(reception: Reception, incoming: Incoming, line: str, release: Release) -> None:
            self.loop_clock.begun += 1
            await receive(reception, incoming, line, release)

        wrap = asyncio.wrap_future

        def wait_for(future: Future[Any]) -> asyncio.Future[Any]:
            wrapped = wrap(future)
            loop = asyncio.get_running_loop()
            if isinstance(loop, IdleLoop):
                loop.wait_for(wrapped)
            return wrapped

        patch.setattr(asyncio, "wrap_future", wait_for)  # the disk of recordings is a thread's
        self.received: Counter[str] = Counter()  # frames that came through to whoever talks, by call
        hear = TwilioCall.receive

        async def count(call: TwilioCall, timeout_s: float) -> Sound | Dtmf | Played | None:
            thing = await hear(call, timeout_s)
            self.received[call.id] += isinstance(thing, Sound)
            return thing

        patch.setattr(TwilioCall, "receive", count)
        patch.setattr(TurnTaker, "take", begin)
        patch.setattr(Reception, "_receive", come_in)

    def numbers(self) -> list[str]:
        """The customers' numbers in the order in which they are dialled."""
        with self.database.transaction() as session:
            query = (
                select(PhoneNumber.e164)
                .join(CampaignMember, CampaignMember.customer_id == PhoneNumber.customer_id)
                .order_by(CampaignMember.id)
            )
            return list(dict.fromkeys(session.scalars(query)))

    def tail_of(self, number: str) -> str:
        """The last figures of the identity document of whose number it is."""
        with self.database.transaction() as session:
            subject = subject_of_number(session, number, MONDAY_MORNING.date())
            assert subject is not None
            return subject.party.id_tail

    def answers_of(self, number: str) -> tuple[str, ...]:
        """What its customer says to promise."""
        return ("我是", self.tail_of(number), "我要还多少钱", "我明天还", "对")

    @staticmethod
    def agents(*numbers: str) -> AgentSettings:
        """People who are always there."""
        return AgentSettings(numbers=numbers, opens=time(0), closes=time(23, 59), days=frozenset(range(1, 8)))

    def run(self, calls: int) -> list[WorkerEvent]:
        """Run the campaign until so many dials have ended."""
        events: list[WorkerEvent] = []

        def watch(event: WorkerEvent) -> None:
            events.append(event)
            if len({one.attempt_id for one in events if isinstance(one, Ended)}) >= calls:
                worker.stop()

        with assembly.open_worker(
            self.settings, self.database, campaign(self.database), self.clock, watch
        ) as worker:
            self.loop_clock.run(worker.run(), queued=True)
        return events
