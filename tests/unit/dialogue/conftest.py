from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue.brief import Brief, BrokenPromise, Debt, InstalmentPlan, Invitation, Offer, Party
from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import Flow, flow_names, load_flow
from bot.dialogue.prompts import PromptBook, load_prompts
from bot.dialogue.turn import Turn
from bot.language import language_dir
from tests.unit.dialogue.fakes import INTENTS, ScriptedInterpreter

AT = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday
BRIEF = Brief(
    institution="长河消费金融",
    hotline="4001234567",
    party=Party("王晓明", "先生"),
    debt=Debt("信用卡", 123450, 20000, "CNY", date(2026, 11, 10), 13),
    offer=Offer("offer-1", 5000, date(2026, 11, 28), "supervisor", date(2026, 11, 30)),
)
FULL_BRIEF = replace(
    BRIEF,
    instalments=InstalmentPlan("plan-1", 3, 41150, date(2026, 11, 28), "supervisor", date(2026, 11, 30)),
    broken_promise=BrokenPromise(60000, date(2026, 11, 20)),
    invitation=Invitation("我们为老客户准备了一份礼遇", date(2026, 12, 31)),
)
"""Every fact that a flow may speak of."""


class Talk:
    """A conversation with a customer who says one line after another, ten seconds apart."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.at = AT
        self.turns: list[Turn] = [conversation.open(AT)]

    def say(self, *lines: str) -> Turn:
        for line in lines:
            self.at += timedelta(seconds=10)
            self.turns.append(self.conversation.hear(line, self.at))
        return self.turns[-1]

    def stay_silent(self, times: int = 1) -> Turn:
        for _ in range(times):
            self.at += timedelta(seconds=6)
            self.turns.append(self.conversation.hear_silence(self.at))
        return self.turns[-1]

    def prompts(self) -> list[str]:
        return [say.prompt for say in self.turns[-1].says]

    @property
    def disposition(self) -> str:
        return self.conversation.outcome.disposition


@pytest.fixture(scope="session")
def prompts() -> PromptBook:
    return load_prompts(language_dir("zh"))


@pytest.fixture(scope="session")
def flow(prompts: PromptBook) -> Flow:
    return load_flow(language_dir("zh"), "repayment-reminder", prompts)


@pytest.fixture(scope="session")
def flows(prompts: PromptBook) -> dict[str, Flow]:
    """Every flow that ships, by name."""
    return {name: load_flow(language_dir("zh"), name, prompts) for name in flow_names(language_dir("zh"))}


TalkFactory = Callable[..., Talk]


@pytest.fixture
def talk(flow: Flow, prompts: PromptBook) -> TalkFactory:
    """Starts a talk in flow ``of``; keyword arguments change the brief, ``id_tail`` the party's."""

    def start(*, id_tail: str = "", of: Flow = flow, **changes: Any) -> Talk:
        party = replace(changes.pop("party", BRIEF.party), id_tail=id_tail)
        brief = replace(BRIEF, party=party, **changes)
        return Talk(Conversation(of, prompts, brief, ScriptedInterpreter(INTENTS)))

    return start
