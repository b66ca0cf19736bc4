"""People of the house have calls in progress handed over, or ended: what becomes of their orders."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.dialogue.speech import Speech
from bot.language import language_dir
from campaigns.agents import AgentSettings
from campaigns.dialing.events import ReceptionEvent, SaidIn
from campaigns.dialing.handover import Handover
from campaigns.dialing.staffing import StaffDesk
from campaigns.dialing.talk import Script
from campaigns.outcomes.whispers import load_handover
from campaigns.store.database import Database
from campaigns.store.facts import numbers_of
from campaigns.store.live_orders import OrderKind, OrderState, OrderView
from campaigns.store.models import Call, FollowUp, Transfer, TurnRecord
from telephony.simulated.agents import Agent, Agents
from tests.integration.dialing.test_handover import ALWAYS, BUSY, NEVER, script
from tests.integration.dialing.test_inbound import IS_ME, ZONE, Desktop
from tests.integration.store.rows import AT, add_customer
from tests.unit.dialogue.conftest import BRIEF

__all__ = ["script"]  # a fixture


class Floor:
    """A reception on whose calls an order is given once the bot has said ``after`` sentences."""

    def __init__(
        self,
        database: Database,
        script: Script,
        settings: AgentSettings | None = ALWAYS,
        agents: Agents | None = None,
        kind: OrderKind = OrderKind.HAND_OVER,
        after: int = 5,
    ) -> None:
        handover = None
        if settings is not None:
            handover = Handover(settings, load_handover("zh"), Speech.load(language_dir("zh")), ZONE)
        self.desk = Desktop(database, script, handover, agents)
        self.staff = self.desk.reception._staff
        self.order = OrderView(7, "in-1", kind, "asked", None, "wang", "上午已来电", AT, AT)
        self.after = after
        self.desk.on_event = self.hear

    def hear(self, event: ReceptionEvent) -> None:
        if isinstance(event, SaidIn) and event.entry.speaker == "bot":
            self.after -= 1
            if self.after <= 0:
                assert self.staff.give(event.line_call_id, self.order)
                assert self.staff.give(event.line_call_id, self.order)  # twice is once

    def call(self, number: str, *lines: str) -> Call:
        return self.desk.one(number, *lines)

    @property
    def states(self) -> list[tuple[OrderState, str | None]]:
        changes = self.staff.take_changes()
        assert {change.order_id for change in changes} <= {7}
        return [(change.state, change.detail) for change in changes]

    def came_of(self, call: Call) -> tuple[str | None, list[str], list[str]]:
        """Of its transfer, what people have to do now, and what the log says of the staff."""
        with self.desk.database.transaction() as session:
            transfer = session.scalar(select(Transfer.state).where(Transfer.call_id == call.id))
            turns = session.scalars(select(TurnRecord).where(TurnRecord.call_id == call.id)).all()
            log = [f"{t.details['event']} {t.text}" for t in turns if t.speaker == "line" and t.text]
            return transfer, list(session.scalars(select(FollowUp.reason))), log


@pytest.fixture
def opened() -> Iterator[list[Floor]]:
    floors: list[Floor] = []
    yield floors
    for floor in floors:
        floor.desk.store.close()


def test_an_agent_takes_the_call_and_nothing_is_left_to_do(
    sqlite_database: Database, script: Script, sqlite_number: str, opened: list[Floor]
) -> None:
    opened.append(floor := Floor(sqlite_database, script, agents=Agents(others=Agent(talks_s=45.0))))
    call = floor.call(sqlite_number, *IS_ME, "我一共要还多少钱")
    assert floor.came_of(call) == ("taken", [], ["handed_over wang"])
    assert "转接" in floor.desk.said(call)
    states = [OrderState.ACCEPTED, OrderState.HANDING_OVER, OrderState.HANDED_OVER]
    assert [state for state, _ in floor.states] == states


@pytest.mark.parametrize(
    ("agents", "state", "transfer"),
    [
        (Agents(others=BUSY), OrderState.NOBODY, "nobody"),
        (Agents(others=BUSY, patience_s=12.0), OrderState.ABANDONED, "abandoned"),
    ],
)
def test_where_nobody_takes_it_somebody_calls_back(
    sqlite_database: Database,
    script: Script,
    sqlite_number: str,
    opened: list[Floor],
    agents: Agents,
    state: OrderState,
    transfer: str,
) -> None:
    opened.append(floor := Floor(sqlite_database, script, agents=agents))
    call = floor.call(sqlite_number, *IS_ME, "我一共要还多少钱")
    assert floor.came_of(call)[:2] == (transfer, ["human_requested"])
    assert floor.states[-1] == (state, None)


@pytest.mark.parametrize(("settings", "why"), [(None, "no_agents"), (NEVER, "hours")])
def test_without_agents_the_customer_is_not_cut_off(
    sqlite_database: Database,
    script: Script,
    sqlite_number: str,
    opened: list[Floor],
    settings: AgentSettings | None,
    why: str,
) -> None:
    opened.append(floor := Floor(sqlite_database, script, settings))
    call = floor.call(sqlite_number, *IS_ME, "我一共要还多少钱", "我明天还", "对")
    assert call.disposition == "promise"
    transfer, left, log = floor.came_of(call)
    assert (transfer, left, log[0]) == (None, ["human_requested"], "human_noted wang")
    assert floor.states[:2] == [(OrderState.ACCEPTED, None), (OrderState.CALL_BACK, why)]


def test_the_bot_says_goodbye_when_it_is_wanted(
    sqlite_database: Database, script: Script, sqlite_number: str, opened: list[Floor]
) -> None:
    opened.append(floor := Floor(sqlite_database, script, kind=OrderKind.END))
    call = floor.call(sqlite_number, *IS_ME, "我一共要还多少钱")
    assert floor.came_of(call) == (None, [], ["wound_up wang"])
    assert floor.states[-1] == (OrderState.ENDED, None)


def test_who_hangs_up_first_was_faster(
    sqlite_database: Database, script: Script, sqlite_number: str, opened: list[Floor]
) -> None:
    """Given with the last word of a call: nobody can act on it any more."""
    opened.append(floor := Floor(sqlite_database, script, after=1_000))
    floor.call(sqlite_number, *IS_ME)
    desk = StaffDesk(None, floor.desk.clock)
    assert not desk.give("gone", floor.order)
    with desk.on("here", None) as staff:  # type: ignore[arg-type]
        staff.give(floor.order)
    assert [change.state for change in desk.take_changes()] == [OrderState.ACCEPTED, OrderState.TOO_LATE]


@pytest.fixture
def sqlite_number(sqlite_database: Database) -> str:
    with sqlite_database.transaction() as session:
        return numbers_of(session, add_customer(session).id)[0].e164


def test_what_the_agent_is_told_says_who_wants_it() -> None:
    words = load_handover("zh")
    speech = Speech.load(language_dir("zh"))
    for right_party in (True, False):
        by_staff = words.whisper(BRIEF, speech, right_party=right_party, by_staff=True)
        asked = words.whisper(BRIEF, speech, right_party=right_party)
        assert "值班人员请您接手" in by_staff
        assert "值班人员" not in asked
    assert "应还" not in words.whisper(BRIEF, speech, right_party=False, by_staff=True)
