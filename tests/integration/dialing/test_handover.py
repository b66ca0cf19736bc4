"""Customers who ask for a person: one takes the call at once where one is there, or calls back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.dialogue.flow import load_flow
from bot.dialogue.prompts import PromptBook
from bot.dialogue.speech import Speech
from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from campaigns.agents import AgentSettings
from campaigns.dialing.handover import Handover
from campaigns.dialing.talk import Script
from campaigns.outcomes.whispers import load_handover
from campaigns.store.database import Database
from campaigns.store.facts import numbers_of
from campaigns.store.models import Call, FollowUp, Transfer
from telephony.simulated.agents import Agent, Agents
from tests.integration.dialing.test_inbound import IS_ME, STRANGER, ZONE, Desktop
from tests.integration.store.rows import add_customer

FIRST, SECOND = "+8613900000001", "+8613900000002"
ALWAYS = AgentSettings(
    numbers=(FIRST, SECOND), opens=time(0), closes=time(23, 59), days=frozenset(range(1, 8))
)
NEVER = ALWAYS.model_copy(update={"days": frozenset()})
BUSY = Agent(answers_after_s=None)


@pytest.fixture(scope="module")
def script(model_cache: Path) -> Script:
    folder = language_dir("zh")
    prompts = PromptBook.load(folder)
    interpreter = EmbeddedInterpreter.load(folder, model_cache, ZONE)
    return Script(load_flow(folder, "inbound", prompts), prompts, interpreter, ZONE)


class Handing:
    """A reception whose calls can be handed to people."""

    def __init__(self, database: Database, script: Script, settings: AgentSettings, agents: Agents) -> None:
        handover = Handover(settings, load_handover("zh"), Speech.load(language_dir("zh")), ZONE)
        self.desk = Desktop(database, script, handover, agents)

    def call(self, number: str, *lines: str) -> tuple[Call, Transfer | None, list[str]]:
        """The call, what came of its transfer, and what people have to do now."""
        call = self.desk.one(number, *lines)
        with self.desk.database.transaction() as session:
            transfer = session.scalar(select(Transfer).where(Transfer.call_id == call.id))
            return call, transfer, list(session.scalars(select(FollowUp.reason)))


@pytest.fixture
def number(clean_database: Database) -> str:
    with clean_database.transaction() as session:
        return numbers_of(session, add_customer(session).id)[0].e164


@pytest.fixture
def closing() -> Iterator[list[Handing]]:
    made: list[Handing] = []
    yield made
    for handing in made:
        handing.desk.store.close()


def test_a_person_takes_the_call_and_nobody_has_to_call_back(
    clean_database: Database, script: Script, number: str, closing: list[Handing]
) -> None:
    agents = Agents(known={FIRST: BUSY, SECOND: Agent(talks_s=45.0)})
    closing.append(handing := Handing(clean_database, script, ALWAYS, agents))
    call, transfer, left = handing.call(number, *IS_ME, "转人工")
    assert transfer is not None
    assert (call.disposition, transfer.state, transfer.agent) == ("human_requested", "taken", SECOND)
    assert transfer.talked_s == 45.0
    assert transfer.waited_s > ALWAYS.ring_s
    assert (call.ended_at - call.started_at).total_seconds() > 45.0 + ALWAYS.ring_s
    assert left == []
    assert "转接" in handing.desk.said(call)


def test_nobody_there_means_a_call_back(
    clean_database: Database, script: Script, number: str, closing: list[Handing]
) -> None:
    closing.append(handing := Handing(clean_database, script, ALWAYS, Agents(others=Agent(key="2"))))
    _, transfer, left = handing.call(number, *IS_ME, "转人工")
    assert transfer is not None
    assert (transfer.state, transfer.agent, transfer.talked_s) == ("nobody", None, 0.0)
    assert left == ["human_requested"]


def test_who_does_not_wait_is_on_record_and_called_back(
    clean_database: Database, script: Script, number: str, closing: list[Handing]
) -> None:
    closing.append(handing := Handing(clean_database, script, ALWAYS, Agents(others=BUSY, patience_s=12.0)))
    _, transfer, left = handing.call(number, *IS_ME, "转人工")
    assert transfer is not None
    assert (transfer.state, transfer.waited_s, left) == ("abandoned", 12.0, ["human_requested"])


def test_out_of_hours_nobody_is_asked(
    clean_database: Database, script: Script, number: str, closing: list[Handing]
) -> None:
    closing.append(handing := Handing(clean_database, script, NEVER, Agents()))
    call, transfer, left = handing.call(number, *IS_ME, "转人工")
    assert (transfer, left) == (None, ["human_requested"])
    assert "转接" not in handing.desk.said(call)


def test_a_stranger_may_be_handed_over_too(
    clean_database: Database, script: Script, closing: list[Handing]
) -> None:
    closing.append(handing := Handing(clean_database, script, ALWAYS, Agents()))
    call, transfer, left = handing.call(STRANGER, "转人工")
    assert transfer is not None
    assert (call.right_party, transfer.state, left) == (False, "taken", [])


def test_the_hours_are_those_of_the_lender() -> None:
    weekdays = AgentSettings(numbers=(FIRST,))
    morning = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, nine in Shanghai
    for at, there in (
        (morning, True),
        (morning.replace(hour=0, minute=59), False),
        (morning.replace(hour=9, minute=59), True),
        (morning.replace(hour=10), False),
        (morning.replace(day=1), False),
    ):
        assert weekdays.at_work(at.astimezone(ZONE)) is there
    assert FIRST not in repr(weekdays)
