"""Every rule is caught when it is broken, from what was said and recorded alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue.brief import Brief, Debt, Offer, Party
from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import load_flow
from bot.dialogue.outcome import Outcome
from bot.dialogue.prompts import load_prompts
from bot.dialogue.turn import Turn
from bot.language import language_dir
from bot.session import MOST_TURNS, SessionResult
from bot.simulation.rules import Inspector, Rule
from bot.simulation.threats import ThreatLexicon
from bot.transcript import Entry
from tests.unit.dialogue.fakes import INTENTS, ScriptedInterpreter

AT = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ZH = language_dir("zh")
PROMPTS = load_prompts(ZH)
FLOW = load_flow(ZH, "repayment-reminder", PROMPTS)
THREATS = ThreatLexicon.load(ZH)
BRIEF = Brief(
    "长河消费金融",
    "4001234567",
    Party("王晓明", "先生"),
    Debt("信用卡", 123450, 20000, "CNY", date(2026, 11, 10), 13),
    Offer("offer-1", 5000, date(2026, 11, 28), "supervisor", date(2026, 11, 30)),
)
TALK = ("confirm_identity", "promise_pay date=2026-11-25", "affirm")

Change = Callable[[Entry], Entry | None]


class Call:
    """One call, its log passed through ``change`` on the way to the inspector."""

    def __init__(self, change: Change = lambda entry: entry) -> None:
        self.conversation = Conversation(FLOW, PROMPTS, BRIEF, ScriptedInterpreter(INTENTS))
        self.inspector = Inspector(self.conversation, THREATS)
        self.change = change
        self.entries: list[Entry] = []

    def see(self, entry: Entry) -> None:
        changed = self.change(entry)
        if changed is not None:
            self.entries.append(changed)
            self.inspector.see(changed)

    def says(self, turn: Turn) -> None:
        for say in turn.says:
            self.see(Entry(AT, "bot", say.text, say.prompt, turn.step))

    def hold(self, *said: str) -> Call:
        self.see(Entry(AT, "line", event="opened"))
        self.says(self.conversation.open(AT))
        for words in said:
            turn = self.conversation.hear(words, AT)
            intent = turn.heard.intent if turn.heard else None
            self.see(Entry(AT, "customer", words, step=turn.step, intent=intent))
            self.says(turn)
        return self

    def rules(self, *, outcome: Outcome | None = None, fault: str | None = None) -> set[Rule]:
        result = SessionResult(outcome or self.conversation.outcome, tuple(self.entries), "bot", fault)
        return {violation.rule for violation in self.inspector.close(result)}


def test_a_proper_call_breaks_nothing() -> None:
    assert Call().hold(*TALK).rules() == set()
    assert Call().hold("ask_robot", *TALK).rules() == set()


def test_a_word_of_the_debt_before_identity_is_seen() -> None:
    def reveal(entry: Entry) -> Entry:
        return replace(entry, text="您欠款1234元") if entry.prompt == "identity_name" else entry

    assert Call(reveal).hold().rules() == {Rule.IDENTITY}


def test_a_debt_prompt_before_identity_is_seen_whatever_it_says() -> None:
    def other(entry: Entry) -> Entry:
        return replace(entry, prompt="ask_plan") if entry.prompt == "identity_name" else entry

    assert Call(other).hold().rules() == {Rule.IDENTITY}


@pytest.mark.parametrize("prompt", ["disclose_institution", "disclose_ai", "disclose_recording"])
def test_a_missing_disclosure_is_seen(prompt: str) -> None:
    assert Call(lambda e: None if e.prompt == prompt else e).hold(*TALK).rules() == {Rule.DISCLOSURE}


def test_a_disclosure_cut_off_and_never_repeated_is_seen() -> None:
    def cut(entry: Entry) -> Entry:
        return replace(entry, played=False) if entry.prompt == "disclose_ai" else entry

    assert Call(cut).hold(*TALK).rules() == {Rule.DISCLOSURE}


def test_a_promise_that_was_not_read_back_is_seen() -> None:
    def other(entry: Entry) -> Entry:
        return replace(entry, text="好的，对吗？") if entry.prompt == "read_back" else entry

    assert Call(other).hold(*TALK).rules() == {Rule.PROMISE}


@pytest.mark.parametrize(
    "brief",
    [
        replace(BRIEF, latest_promise_days=1),
        replace(BRIEF, debt=replace(BRIEF.debt, amount_due=100_000)),
        replace(BRIEF, debt=replace(BRIEF.debt, amount_due=200_000, minimum_due=150_000)),
    ],
)
def test_a_promise_out_of_its_limits_is_seen(brief: Brief) -> None:
    call = Call().hold(*TALK[:2])
    call.conversation.brief = brief
    turn = call.conversation.hear("affirm", AT)
    call.see(Entry(AT, "customer", "affirm", step=turn.step, intent="affirm"))
    assert Rule.PROMISE in call.rules()


def test_a_threat_is_seen() -> None:
    def threaten(entry: Entry) -> Entry:
        return replace(entry, text="不还我们就起诉您") if entry.prompt == "ask_plan" else entry

    assert Call(threaten).hold(*TALK).rules() == {Rule.THREAT}


def test_an_evasive_answer_about_the_robot_is_seen() -> None:
    def evade(entry: Entry) -> Entry:
        return replace(entry, text="我是小融。") if entry.prompt == "answer_robot" else entry

    assert Call(evade).hold("ask_robot", *TALK).rules() == {Rule.ROBOT}


def test_somebody_in_despair_hung_up_on_is_seen() -> None:
    call = Call().hold("confirm_identity")
    outcome = replace(call.conversation.outcome, disposition="refused", stop_words=("self_harm",))
    assert call.rules(outcome=outcome) == {Rule.LEFT_ALONE}


def test_an_end_without_a_known_result_is_seen() -> None:
    call = Call().hold(*TALK)
    assert call.rules(outcome=replace(call.conversation.outcome, disposition="shrug")) == {Rule.NO_RESULT}
    assert Call().hold(*TALK).rules(fault="KeyError") == {Rule.NO_RESULT}
    endless = Call().hold("confirm_identity")
    endless.entries += [Entry(AT, "customer", "x")] * MOST_TURNS
    assert endless.rules() == {Rule.NO_RESULT}
