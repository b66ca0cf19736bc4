"""What a dialogue test holds a call to, and how a difference is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot.dialogue.brief import Brief
from bot.dialogue.checks import REQUIRED_DISCLOSURES
from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import Flow
from bot.dialogue.prompts import PromptBook
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import RecordPromise, Turn
from bot.simulation.scenario import LineModel, PromiseModel, ScenarioModel

DEBT = "debt"
"""In ``never_says``: anything that gives the debt away."""


@dataclass(frozen=True, slots=True)
class Problem:
    """``what`` was not as ``expected``. ``line`` counts the talk from 1; 0 is the call as a whole."""

    line: int
    event: str
    what: str
    expected: str
    actual: str
    over: bool = False  # the call had ended before this line

    def __str__(self) -> str:
        place = f"line {self.line} ({self.event}): " if self.line else ""
        if self.over:
            return f"line {self.line}: the call is over ({self.actual})"
        return f"{place}{self.what} {self.actual}, not {self.expected}"


def of_line(number: int, line: LineModel, turn: Turn, state: DialogueState) -> Iterator[Problem]:
    """What one line's reply must be."""

    def differs(what: str, expected: object, actual: object) -> Problem:
        return Problem(number, line.event, what, _shown(expected), _shown(actual))

    heard = turn.heard
    intent = heard.intent if heard else None
    if line.intent is not None and line.intent not in (intent, heard.narrower if heard else None):
        yield differs("understood", line.intent, intent)
    hit = heard.stop_words if heard else ()
    if line.stop_words is not None and (set(line.stop_words) - set(hit) or (hit and not line.stop_words)):
        yield differs("stop words hit", line.stop_words, hit)
    said = [say.prompt for say in turn.says]
    if line.bot is not None and said != line.bot:
        yield differs("said", line.bot, said)
    for words in line.says:
        if words not in turn.text:
            yield differs("said", words, turn.text)
    if line.step is not None and turn.step != line.step:
        yield differs("in step", line.step, turn.step)
    for slot, wanted in line.slots.items():
        if slot not in state.slots:
            yield differs(f"slot {slot} is", wanted, "not there")
        elif (value := _held(state.slots[slot])) != _wanted(wanted):
            yield differs(f"slot {slot} is", _wanted(wanted), value)


def of_end(scenario: ScenarioModel, conversation: Conversation) -> Iterator[Problem]:
    """What must have come of the call."""
    outcome = conversation.outcome
    ended = outcome.disposition if conversation.ended else None
    if ended != scenario.ends:
        yield Problem(0, "", "ended with", _shown(scenario.ends), _shown(ended))
    if (promised := _promise(outcome.promise)) != scenario.promise:
        yield Problem(0, "", "promised", _shown(scenario.promise), _shown(promised))
    for name in ("right_party", "callback_at"):
        wanted, value = getattr(scenario, name), getattr(outcome, name)
        if wanted is not None and value != wanted:
            yield Problem(0, "", f"{name} is", _shown(wanted), _shown(value))
    if scenario.human is not None and outcome.human_requested != scenario.human:
        yield Problem(0, "", "human requested is", _shown(scenario.human), _shown(outcome.human_requested))


def of_speech(
    scenario: ScenarioModel, turns: Sequence[Turn], prompts: PromptBook, flow: Flow, brief: Brief
) -> Iterator[Problem]:
    """The disclosures hold for every scenario, whether it asks or not."""
    says = [say for turn in turns for say in turn.says]
    disclosed = [kind for say in says if (kind := prompts[say.prompt].disclosure)]
    if tuple(disclosed[: len(REQUIRED_DISCLOSURES)]) != REQUIRED_DISCLOSURES:
        yield Problem(0, "", "disclosed", _shown(REQUIRED_DISCLOSURES), _shown(disclosed))
    if missing := [kind for kind in scenario.disclosed if kind not in disclosed]:
        yield Problem(0, "", "disclosed", _shown(missing), _shown(disclosed))
    for say in says:
        for words in scenario.never_says:
            found = flow.lexicon.find(say.text, brief) if words == DEBT else words in say.text and words
            if found:
                yield Problem(0, "", "says", f"a word of {words}", f"{found!r} in {say.prompt}")


def _promise(promise: RecordPromise | None) -> PromiseModel | None:
    if promise is None:
        return None
    relief = promise.offer_id is not None
    return PromiseModel.model_construct(amount=promise.amount, due=promise.due, relief=relief)


def _held(value: object) -> object:
    """A slot's value as a scenario writes it: a whole number is money in minor units."""
    return Decimal(value) / 100 if isinstance(value, int) and not isinstance(value, bool) else _wanted(value)


def _wanted(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="minutes")
    return value.isoformat() if isinstance(value, date) else value


def _shown(value: object) -> str:
    if isinstance(value, PromiseModel):
        relief = ", with relief" if value.relief else ""
        return f"{Decimal(value.amount) / 100:.2f} on {value.due}{relief}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "none"
    return "nothing" if value is None else str(value)
