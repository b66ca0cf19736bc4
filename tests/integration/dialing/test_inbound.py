"""Calls that come in: who calls is found by number, and nobody else is told anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from bot.dialogue.flow import load_flow
from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from campaigns.clock import VirtualClock
from campaigns.compliance.effective import load_effective
from campaigns.dialing.audience import Audience
from campaigns.dialing.events import CameIn, EndedIn, GoneIn, RangIn, ReceptionEvent
from campaigns.dialing.handover import Handover
from campaigns.dialing.house import House
from campaigns.dialing.inbound import Desk, Reception
from campaigns.dialing.talk import Script
from campaigns.outcomes.messages import load_messages
from campaigns.outcomes.retry import shipped_retry_policy
from campaigns.store.campaigns import create_campaign
from campaigns.store.database import Database
from campaigns.store.facts import Surroundings, call_facts, latest_event_at, numbers_of
from campaigns.store.inbound import inbound_calls, inbound_rows
from campaigns.store.member_turns import MemberTurn
from campaigns.store.models import (
    Account,
    Attempt,
    Base,
    Call,
    CampaignMember,
    FollowUp,
    Message,
    PhoneNumber,
    Promise,
    Suppression,
    TurnRecord,
)
from campaigns.store.outcomes import suppress
from campaigns.store.threads import StoreThreads
from telephony.announcements import load_announcements
from telephony.far_end import FarReply
from telephony.line import Answered, NotAnswered
from telephony.simulated.agents import Agents
from telephony.simulated.inbound import Caller, InboundSettings, SimulatedInbound, SimulatedInboundCall
from telephony.status import HangupCause
from tests.integration.store.rows import AT, add_customer
from tests.unit.telephony.fakes import ScriptedFarEnd

ZONE = ZoneInfo("Asia/Shanghai")
IS_ME = ("是我", "一二三四")
STRANGER = "+8613800000001"


@pytest.fixture(scope="module")
def script(model_cache: Path) -> Script:
    folder = language_dir("zh")
    prompts = PromptBook.load(folder)
    interpreter = EmbeddedInterpreter.load(folder, model_cache, ZONE)
    return Script(load_flow(folder, "inbound", prompts), prompts, interpreter, ZONE)


class Desktop:
    """A reception on a database, to which scripted people call."""

    def __init__(
        self,
        database: Database,
        script: Script,
        handover: Handover | None = None,
        agents: Agents | None = None,
    ) -> None:
        self.database = database
        self.clock = VirtualClock(AT)
        self.events: list[ReceptionEvent] = []
        self.store = StoreThreads(database)
        house = House(
            load_effective("cn-mainland"),
            shipped_retry_policy(),
            load_messages(),
            "长河消费金融",
            "4001234567",
            ZONE,
            handover=handover,
        )
        self._agents = agents or Agents()
        self.on_event: Callable[[ReceptionEvent], None] = self.events.append
        desk = Desk(self.store, self.clock, script, house, lambda event: self.on_event(event))
        self.reception = Reception(desk)
        self._announcements = load_announcements(language_dir("zh") / "announcements.yml")

    def receive(self, *calls: tuple[str | None, tuple[str, ...]]) -> None:
        """Let people call a second apart, each with the lines to say; after the last they hang up."""
        waiting = [
            ScriptedFarEnd(*(FarReply(line) for line in lines), FarReply(None, hang_up=True))
            for _, lines in calls
        ]
        callers = tuple(Caller(number=number, after_s=n) for n, (number, _) in enumerate(calls))
        inbound = SimulatedInbound(
            InboundSettings(callers=callers, agents=self._agents),
            self.clock,
            self._announcements,
            lambda number, call_id: waiting.pop(0),
        )
        asyncio.run(self.reception.serve(inbound))

    def one(self, number: str | None, *lines: str) -> Call:
        """The record of one call."""
        self.receive((number, lines))
        assert self.reception.failed == 0
        with self.database.transaction() as session:
            return session.scalars(select(Call).order_by(Call.id.desc()).limit(1)).one()

    def said(self, call: Call) -> str:
        with self.database.transaction() as session:
            turns = select(TurnRecord.text).where(TurnRecord.call_id == call.id, TurnRecord.speaker == "bot")
            return "".join(session.scalars(turns.order_by(TurnRecord.seq)))

    def count(self, table: type[Base]) -> int:
        with self.database.transaction() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def desk(clean_database: Database, script: Script) -> Iterator[Desktop]:
    desk = Desktop(clean_database, script)
    yield desk
    desk.store.close()


@pytest.fixture
def number(desk: Desktop) -> str:
    """The number of a customer."""
    with desk.database.transaction() as session:
        customer = add_customer(session)
        return numbers_of(session, customer.id)[0].e164


def test_a_customer_who_calls_is_told_and_may_promise(desk: Desktop, number: str) -> None:
    call = desk.one(number, *IS_ME, "我一共要还多少钱", "我明天还", "对")
    assert (call.direction, call.e164, call.attempt_id, call.campaign_id) == ("inbound", number, None, None)
    assert (call.disposition, call.right_party, call.effective) == ("promise", True, True)
    assert call.brief is not None
    assert "1200元" in desk.said(call)
    with desk.database.transaction() as session:
        promise = session.scalars(select(Promise)).one()
        account = session.get_one(Account, promise.account_id)
        assert (promise.amount, promise.owed, promise.call_id) == (120_000, 120_000, call.id)
        assert account.customer_id == call.customer_id == promise.customer_id
        assert session.scalars(select(Message.template)).all() == ["promise_confirmed"]
    rang, came, *_, ended, gone = desk.events
    assert isinstance(rang, RangIn)
    assert number not in repr(rang)
    assert isinstance(gone, GoneIn)
    assert isinstance(came, CameIn)
    assert came.known
    assert isinstance(ended, EndedIn)
    assert (ended.call_id, ended.disposition, ended.promised) == (call.id, "promise", 120_000)


def test_a_call_in_is_no_attempt_of_ours_but_a_talk(desk: Desktop, number: str) -> None:
    call = desk.one(number, *IS_ME, "没有了")
    assert call.disposition == "enquiry_answered"
    assert desk.count(Attempt) == 0
    assert call.customer_id is not None
    with desk.database.transaction() as session:
        later = AT + timedelta(hours=1)
        around = Surroundings(later, True, True, AT - timedelta(days=8), later.date())
        account_id = session.scalars(select(Account.id)).one()
        turn = MemberTurn(1, 1, call.customer_id, account_id, 1, "running")
        (facts,) = call_facts(session, turn, numbers_of(session, call.customer_id), around)
        assert [talk.at for talk in facts.talks] == [call.answered_at]
        assert facts.debtor_attempts == facts.number_attempts == ()
        assert latest_event_at(session) == call.ended_at


def spoil(desk: Desktop, number: str, how: str) -> str | None:
    """Make ``number`` one that does not tell who calls; the number to call from."""
    with desk.database.transaction() as session:
        owner = session.scalars(select(PhoneNumber).where(PhoneNumber.e164 == number)).one()
        match how:
            case "shared":
                other = add_customer(session)
                session.add(PhoneNumber(customer_id=other.id, e164=number))
            case "contact":
                owner.relation = "emergency_contact"
            case "recycled":
                owner.status = "recycled"
            case "wrong_party":
                suppress(session, reason="wrong_party", at=AT, e164=number)
            case "withheld":
                return None
            case "unknown":
                return STRANGER
    return number


@pytest.mark.parametrize("how", ["shared", "contact", "recycled", "wrong_party", "withheld", "unknown"])
def test_from_a_number_that_does_not_tell_who_calls_nothing_is_told(
    desk: Desktop, number: str, how: str
) -> None:
    caller = spoil(desk, number, how)
    call = desk.one(caller, "我是王小明，我要还多少钱", *IS_ME, "那好吧，请人工联系我")
    assert (call.customer_id, call.e164, call.right_party) == (None, caller, False)
    said = desk.said(call)
    assert "王小明" not in said
    assert "元" not in said
    assert call.disposition == "human_requested"
    with desk.database.transaction() as session:
        asked = session.scalars(select(FollowUp)).all()
        assert {(case.customer_id, case.call_id, case.reason) for case in asked} == {
            (None, call.id, "human_requested")
        }
        assert desk.events
        assert session.scalars(select(Message)).all() == []


def test_a_suppressed_customer_who_calls_is_served(desk: Desktop, number: str) -> None:
    with desk.database.transaction() as session:
        customer_id = session.scalars(select(PhoneNumber.customer_id)).one()
        suppress(session, reason="do_not_call", at=AT, customer_id=customer_id)
        suppress(session, reason="third_party_refused", at=AT, e164=number)
    call = desk.one(number, *IS_ME, "我一共要还多少钱", "没有了")
    assert call.right_party
    assert "1200元" in desk.said(call)


def test_who_has_paid_is_told_so_and_promises_nothing(desk: Desktop, number: str) -> None:
    with desk.database.transaction() as session:
        session.execute(update(Account).values(amount_due=0, minimum_due=0))
    call = desk.one(number, *IS_ME, "我明天还", "没有了")
    assert call.disposition == "enquiry_answered"
    assert "没有应还" in desk.said(call)
    assert desk.count(Promise) == 0


@pytest.mark.parametrize("known", [True, False])
def test_who_wants_no_more_calls_is_barred_by_whatever_is_known(
    desk: Desktop, number: str, known: bool
) -> None:
    call = desk.one(number if known else STRANGER, "别再给我打电话了", "对，不要再打了")
    assert call.disposition == "do_not_call"
    with desk.database.transaction() as session:
        bar = session.scalars(select(Suppression)).one()
        assert (bar.customer_id is not None, bar.e164) == (known, None if known else STRANGER)


def test_a_time_they_ask_for_becomes_that_of_the_next_call_or_a_persons_work(
    desk: Desktop, number: str
) -> None:
    lines = ("我在忙，明天下午三点再打给我",)
    desk.one(number, *lines)
    with desk.database.transaction() as session:
        assert session.scalars(select(FollowUp.reason)).all() == ["callback"]
        create_campaign(session, "c", "f", Audience(), concurrency=1, calls_per_second=1, at=AT)
    desk.one(number, *lines)
    with desk.database.transaction() as session:
        member = session.scalars(select(CampaignMember)).one()
        asked_for = (AT.astimezone(ZONE) + timedelta(days=1)).replace(hour=15, minute=0)
        assert member.next_at == member.callback_at == asked_for
        assert session.scalar(select(func.count()).select_from(FollowUp)) == 1


def test_calls_overlap_and_one_that_fails_leaves_the_others_alone(
    desk: Desktop, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.database.transaction() as session:
        other = numbers_of(session, add_customer(session).id)[0].e164
    answer, answered = SimulatedInboundCall.answer, []

    async def break_the_second(self: SimulatedInboundCall) -> Answered | NotAnswered:
        answered.append(self.id)
        if len(answered) == 2:
            raise ConnectionError("the trunk is gone")
        return await answer(self)

    monkeypatch.setattr(SimulatedInboundCall, "answer", break_the_second)
    desk.receive((number, (*IS_ME, "没有了")), (STRANGER, ()), (other, (*IS_ME, "我明天还", "对")))
    assert desk.reception.failed == 1
    with desk.database.transaction() as session:
        first, last = session.scalars(select(Call).order_by(Call.started_at))
        assert (first.disposition, last.disposition) == ("enquiry_answered", "promise")
        assert last.started_at == AT + timedelta(seconds=2) < first.ended_at


def test_a_caller_who_gave_up_before_we_answered_is_on_record(
    desk: Desktop, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(_self: SimulatedInboundCall) -> NotAnswered:
        return NotAnswered(HangupCause.NO_ANSWER, None, 3.0)

    monkeypatch.setattr(SimulatedInboundCall, "answer", gone)
    call = desk.one(number)
    assert (call.disposition, call.answered_at, call.effective) == ("no_answer", None, False)
    assert desk.count(Message) == 0


def test_a_listener_that_fails_costs_no_call(desk: Desktop, number: str) -> None:
    def fail(_event: ReceptionEvent) -> None:
        raise ValueError("a bug in a board")

    desk.on_event = fail
    assert desk.one(number, *IS_ME, "没有了").disposition == "enquiry_answered"


def test_calls_in_are_reported_apart_and_masked(desk: Desktop, number: str) -> None:
    desk.receive((number, (*IS_ME, "我明天还", "对")), (STRANGER, ("不用了",)), (None, ()))
    with desk.database.transaction() as session:
        rows = {row.disposition: (row.calls, row.known, row.promises) for row in inbound_rows(session, ())}
        assert rows["promise"] == (1, 1, 1)
        assert sum(calls for calls, *_ in rows.values()) == 3
        calls = list(inbound_calls(session, ZONE))
    assert [call.customer is not None for call in calls] == [True, False, False]
    assert calls[0].promised == 120_000
    assert calls[2].number is None
    assert all(call.number is None or "****" in call.number for call in calls)
