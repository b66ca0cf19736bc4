"""Dialogue tests as data: what is said, what must come back, how the call must end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from bot.datafile import load_model
from bot.dialogue.brief import Brief, Debt, Offer, Party
from bot.dialogue.checks import REQUIRED_DISCLOSURES
from bot.dialogue.conversation import Conversation
from bot.dialogue.dispositions import Disposition
from bot.dialogue.flow import Flow
from bot.dialogue.prompts import PromptBook
from bot.dialogue.turn import Turn
from bot.nlu.interpreter import Interpreter

DEBT = "debt"
"""In ``never_says``: anything that gives the debt away."""

TURN_TAKES = timedelta(seconds=8)


def _minor_units(value: object) -> int:
    amount = Decimal(str(value)) * 100
    if amount != amount.to_integral_value():
        raise ValueError("an amount has at most two decimals")
    return int(amount)


Money = Annotated[int, BeforeValidator(_minor_units)]
"""Written in major units (1234.50), held in minor ones."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OfferModel(_Strict):
    waives: Money
    pay_by: date
    valid_until: date


class CustomerModel(_Strict):
    """The customer of a scenario; what is left out is as in the file's own ``customer``."""

    institution: str = "长河消费金融"
    hotline: str = "4001234567"
    name: str = "王晓明"
    honorific: str = "先生"
    id_tail: str = ""
    product: str = "信用卡"
    amount_due: Money = 123450
    minimum_due: Money = 20000
    due_date: date
    days_past_due: int
    latest_promise_days: int = 7
    offer: OfferModel | None = None

    def brief(self) -> Brief:
        offer = self.offer
        return Brief(
            self.institution,
            self.hotline,
            Party(self.name, self.honorific, self.id_tail),
            Debt(self.product, self.amount_due, self.minimum_due, "CNY", self.due_date, self.days_past_due),
            Offer("offer", offer.waives, offer.pay_by, "scenario", offer.valid_until) if offer else None,
            self.latest_promise_days,
        )


class PromiseModel(_Strict):
    amount: Money
    due: date
    relief: bool = False


class LineModel(_Strict):
    """One thing that happens, and what must come of it.

    Either the ``user`` says something, or there is ``silence`` so many times in a row. ``intent`` is what must
    be understood, ``stop_words`` the rules that must be hit (an empty list: none), ``bot`` the prompts of the
    reply in order, ``says`` words that must be in it.
    """

    user: str | None = None
    silence: int = 0
    intent: str | None = None
    stop_words: list[str] | None = None
    bot: list[str] | None = None
    says: list[str] = []

    @model_validator(mode="after")
    def _has_one_event(self) -> LineModel:
        if (self.user is None) == (self.silence == 0):
            raise ValueError("either the user says something or there is silence")
        return self


class ScenarioModel(_Strict):
    """One dialogue test. Without ``ends`` the call must still be going on."""

    name: str
    customer: dict[str, object] = {}
    talk: list[LineModel] = Field(min_length=1)
    ends: Disposition | None = None
    hangs_up: bool = False  # the customer hangs up after the last line
    right_party: bool | None = None
    promise: PromiseModel | None = None
    callback_at: datetime | None = None
    human: bool | None = None
    never_says: list[str] = []


class ScenarioFile(_Strict):
    """A file of scenarios that share a flow, a customer and a clock."""

    flow: str
    at: datetime
    customer: CustomerModel
    scenarios: list[ScenarioModel] = Field(min_length=1)

    def brief(self, scenario: ScenarioModel) -> Brief:
        return CustomerModel.model_validate(self._written() | scenario.customer).brief()

    def _written(self) -> dict[str, object]:
        """The customer in the units it is written in."""
        fields = self.customer.model_dump()
        holders = [fields] + ([fields["offer"]] if fields["offer"] else [])
        for holder in holders:
            for name in {"amount_due", "minimum_due", "waives"} & holder.keys():
                holder[name] = Decimal(holder[name]) / 100
        return fields


def load_scenarios(path: Path) -> ScenarioFile:
    """Raises DataFileError naming file, line and key."""
    return load_model(path, ScenarioFile)


def run_scenario(
    file: ScenarioFile, scenario: ScenarioModel, flow: Flow, prompts: PromptBook, interpreter: Interpreter
) -> list[str]:
    """Hold the call; gives what was not as it must be, line by line. Empty: passed."""
    brief = file.brief(scenario)
    conversation = Conversation(flow, prompts, brief, interpreter)
    turns = [conversation.open(file.at)]
    problems: list[str] = []
    at = file.at
    for number, line in enumerate(scenario.talk, 1):
        for _ in range(line.silence or 1):
            if conversation.ended:
                return [*problems, f"line {number}: the call is over ({conversation.outcome.disposition})"]
            at += TURN_TAKES
            said = conversation.hear_silence(at) if line.user is None else conversation.hear(line.user, at)
            turns.append(said)
        problems += [f"line {number} ({line.user}): {problem}" for problem in _of_line(line, turns[-1])]
    if scenario.hangs_up:
        conversation.far_end_hung_up(at)
    problems += _of_end(scenario, conversation)
    problems += _of_speech(scenario, turns, prompts, flow, brief)
    return problems


def _of_line(line: LineModel, turn: Turn) -> Iterator[str]:
    heard = turn.heard
    if line.intent is not None and (heard is None or heard.intent != line.intent):
        yield f"understood {heard.intent if heard else None}, not {line.intent}"
    hit = heard.stop_words if heard else ()
    if line.stop_words is not None and (set(line.stop_words) - set(hit) or (hit and not line.stop_words)):
        yield f"hit the stop words {list(hit)}, not {line.stop_words}"
    prompts = [say.prompt for say in turn.says]
    if line.bot is not None and prompts != line.bot:
        yield f"said {prompts}, not {line.bot}"
    for words in line.says:
        if words not in turn.text:
            yield f"{words!r} is not in {turn.text!r}"


def _of_end(scenario: ScenarioModel, conversation: Conversation) -> Iterator[str]:
    outcome = conversation.outcome
    ended = outcome.disposition if conversation.ended else None
    if ended != scenario.ends:
        yield f"ended with {ended}, not {scenario.ends}"
    promise = outcome.promise
    got = promise and PromiseModel.model_construct(
        amount=promise.amount, due=promise.due, relief=promise.offer_id is not None
    )
    if got != scenario.promise:
        yield f"promised {got}, not {scenario.promise}"
    for name in ("right_party", "callback_at"):
        wanted, value = getattr(scenario, name), getattr(outcome, name)
        if wanted is not None and value != wanted:
            yield f"{name} is {value}, not {wanted}"
    if scenario.human is not None and outcome.human_requested != scenario.human:
        yield f"a human was{'' if outcome.human_requested else ' not'} requested"


def _of_speech(
    scenario: ScenarioModel, turns: list[Turn], prompts: PromptBook, flow: Flow, brief: Brief
) -> Iterator[str]:
    """The disclosures hold for every scenario, whether it asks or not."""
    says = [say for turn in turns for say in turn.says]
    disclosed = tuple(kind for say in says if (kind := prompts[say.prompt].disclosure))
    if disclosed[: len(REQUIRED_DISCLOSURES)] != REQUIRED_DISCLOSURES:
        yield f"disclosed {disclosed}"
    for say in says:
        for words in scenario.never_says:
            found = flow.lexicon.find(say.text, brief) if words == DEBT else words in say.text and words
            if found:
                yield f"says {found!r} in {say.prompt}"
