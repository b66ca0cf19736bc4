"""Running a dialogue test: the call is held with the real engine, and what is not as it must be is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.dialogue.brief import Brief
from bot.dialogue.checks import REQUIRED_DISCLOSURES
from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import Flow
from bot.dialogue.prompts import PromptBook
from bot.dialogue.turn import Turn
from bot.nlu.interpreter import Interpreter
from bot.simulation.scenario import LineModel, PromiseModel, ScenarioFile, ScenarioModel

DEBT = "debt"
"""In ``never_says``: anything that gives the debt away."""

TURN_TAKES = timedelta(seconds=8)


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
