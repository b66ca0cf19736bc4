"""Simulated customers of every persona: each call ends, in bounds, with a known result, no word too early."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.channel import BySentence, HungUpError
from bot.dialogue.brief import Brief, Debt, Offer, Party
from bot.dialogue.conversation import Conversation
from bot.dialogue.dispositions import CODES
from bot.dialogue.flow import Flow
from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.nlu.interpreter import Interpreter
from bot.session import MOST_TURNS, Session, SessionResult
from bot.simulation.customer import SimulatedCustomer
from bot.simulation.persona import Persona, load_personas
from bot.simulation.phrases import CustomerFacts
from tests.effort import times

AT = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
OFFER = Offer("offer-1", 5000, date(2026, 11, 28), "supervisor", date(2026, 11, 30))
BRIEF = Brief(
    "长河消费金融",
    "4001234567",
    Party("王晓明", "先生"),
    Debt("信用卡", 123450, 20000, "CNY", date(2026, 11, 10), 13),
)
SEEDS = times(60, long=1000)
PERSONAS = sorted(
    path.stem for path in (language_dir("zh") / "personas").glob("*.yml") if path.stem != "phrases"
)


class CustomerChannel:
    """A text channel with a simulated customer at its far end, in virtual time."""

    def __init__(self, customer: SimulatedCustomer) -> None:
        self.customer, self.time, self.heard, self.gone = customer, AT, "", False

    def now(self) -> datetime:
        return self.time

    async def say(self, text: str, *, interruptible: bool) -> bool:
        self._check()
        cut = self.customer.cuts_in(text) if interruptible else None
        self.time += timedelta(seconds=cut or len(text) / 4)
        self.heard += text if cut is None else text[: int(cut * 4)]
        return cut is None

    async def listen(self, timeout_s: float) -> str | None:
        self._check()
        reply, self.heard = self.customer.hear(self.heard), ""
        self.gone = reply.hang_up
        if reply.text is None:
            self._check()
            self.time += timedelta(seconds=timeout_s)
            return None
        self.time += timedelta(seconds=reply.delay_s + len(reply.text) / 4)
        return reply.text

    async def hang_up(self) -> None:
        self.gone = True

    def _check(self) -> None:
        if self.gone:
            raise HungUpError


@pytest.fixture(scope="module")
def personas(prompts: PromptBook) -> dict[str, Persona]:
    return load_personas(language_dir("zh"), prompts)


async def hold(
    persona: Persona, seed: int, flow: Flow, prompts: PromptBook, interpreter: Interpreter
) -> tuple[SessionResult, Brief]:
    party = replace(BRIEF.party, id_tail="123X" if seed % 2 else "")
    brief = replace(BRIEF, party=party, offer=OFFER if seed % 3 else None)
    channel = CustomerChannel(SimulatedCustomer(persona, CustomerFacts.of(brief), seed))
    conversation = Conversation(flow, prompts, brief, interpreter)
    return await Session(conversation, BySentence(channel, channel.now), channel.now).run(), brief


@pytest.mark.parametrize("name", PERSONAS)
async def test_every_call_ends_well(
    name: str, personas: dict[str, Persona], flow: Flow, prompts: PromptBook, interpreter: Interpreter
) -> None:
    ends = Counter[str]()
    for seed in range(SEEDS):
        result, brief = await hold(personas[name], seed, flow, prompts, interpreter)
        outcome = result.outcome
        ends[outcome.disposition] += 1
        assert outcome.disposition in CODES
        assert result.fault is None
        turns = sum(entry.speaker == "customer" or entry.event == "silence" for entry in result.entries)
        assert turns < MOST_TURNS
        if outcome.promise is not None:
            assert outcome.disposition in ("promise", "promise_with_relief")
            assert outcome.promise.amount <= brief.debt.amount_due
        if not outcome.right_party and outcome.disposition != "wrong_number":
            said = [entry for entry in result.entries if entry.speaker == "bot"]
            assert not [
                flow.lexicon.find(entry.text, brief) for entry in said if flow.lexicon.find(entry.text, brief)
            ]
    assert _as_expected(name, ends), ends


def _as_expected(name: str, ends: Counter[str]) -> bool:
    """The least that each kind of customer must come to, of a hundred."""
    wanted: dict[str, tuple[set[str], float]] = {
        "cooperative": ({"promise", "promise_with_relief"}, 0.9),
        "hardship": ({"promise", "promise_with_relief", "no_commitment", "hardship"}, 0.9),
        "busy": ({"callback", "hung_up_early", "hung_up", "promise"}, 0.9),
        "wrong_person": ({"wrong_number", "hung_up_early"}, 0.9),
        "family": ({"third_party", "wrong_number", "hung_up_early"}, 0.95),
        "disputes": ({"paid_claim", "complaint", "fraud_claim", "identity_failed"}, 0.9),
        "despair": ({"vulnerable"}, 0.9),
        "silent": ({"silent", "hung_up", "hung_up_early", "unclear"}, 0.8),
    }
    codes, share = wanted.get(name, (set(CODES) - {"bot_fault"}, 1.0))
    return sum(ends[code] for code in codes) >= share * ends.total()


async def test_a_call_is_the_same_for_the_same_seed(
    personas: dict[str, Persona], flow: Flow, prompts: PromptBook, interpreter: Interpreter
) -> None:
    first, _ = await hold(personas["hardship"], 11, flow, prompts, interpreter)
    second, _ = await hold(personas["hardship"], 11, flow, prompts, interpreter)
    assert first == second


async def test_nobody_in_despair_is_hung_up_on(
    personas: dict[str, Persona], flow: Flow, prompts: PromptBook, interpreter: Interpreter
) -> None:
    for seed in range(50):
        result, _ = await hold(personas["despair"], seed, flow, prompts, interpreter)
        if "self_harm" in result.outcome.stop_words:
            assert result.hung_up_by == "customer"
            assert result.outcome.human_urgent
