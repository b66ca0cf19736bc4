"""An installation whose line is Twilio, and the account behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.simulation.persona import load_personas
from bot.voice.manners import Manners
from campaigns.dialing import assembly
from campaigns.dialing.events import Ended, WorkerEvent
from campaigns.dialing.people import SimulatedPeople
from campaigns.dialing.talk import VoiceTools
from campaigns.dialing.turns import TurnTaker
from campaigns.dialing.voicing import Voicing
from campaigns.settings import Settings
from campaigns.store.database import Database
from campaigns.store.models import CampaignMember, PhoneNumber
from telephony.twilio import api
from telephony.twilio.http import HttpxClient
from tests.integration.dialing.campaigning import MONDAY_MORNING, campaign, install
from tests.integration.twilio.coded import CodedRecognizer, CodedVoice
from tests.integration.twilio.idle_loop import LoopClock
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

    def __init__(self, home: Path, cache: Path, patch: pytest.MonkeyPatch) -> None:
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
        self.clock = LoopClock(MONDAY_MORNING)
        language = language_dir("zh")
        prompts = PromptBook.load(language)
        personas = {"cooperative": load_personas(language, prompts)["cooperative"]}
        people = SimulatedPeople(
            self.database, personas, prompts.speech, self.settings, seed=3, clock=self.clock,
            zone=self.settings.zone,
        )  # fmt: skip
        self.account = NetworkAccount(port, people, published=FOLDER.is_dir())
        self.account.now = MONDAY_MORNING
        with self.database.transaction() as session:  # a real line calls no number that was made up
            session.execute(update(PhoneNumber).values(generated=False))
        reachable = {"line_status": {"status": "active"}, "line_type_intelligence": {"type": "mobile"}}
        self.account.lookups = dict.fromkeys(self.numbers(), reachable)
        patch.setattr(api, "HttpxClient", lambda limit, _transport: HttpxClient(limit, self.account))
        patch.setattr(assembly, "open_voicing", coded_voicing)
        take = TurnTaker.take

        async def begin(turns: TurnTaker, member_id: int, turn: int) -> None:
            self.clock.begun += 1
            await take(turns, member_id, turn)

        patch.setattr(TurnTaker, "take", begin)

    def numbers(self) -> list[str]:
        """The customers' numbers in the order in which they are dialled."""
        with self.database.transaction() as session:
            query = (
                select(PhoneNumber.e164)
                .join(CampaignMember, CampaignMember.customer_id == PhoneNumber.customer_id)
                .order_by(CampaignMember.id)
            )
            return list(dict.fromkeys(session.scalars(query)))

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
            self.clock.run(worker.run(), queued=True)
        return events
