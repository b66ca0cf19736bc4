"""Running a dialogue test: the call is held with the real engine, and what is not as it must be is told."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import Flow
from bot.dialogue.prompts import PromptBook
from bot.dialogue.turn import Turn
from bot.errors import BotError
from bot.nlu.interpreter import Interpreter
from bot.simulation.scenario import LineModel, ScenarioFile, ScenarioModel
from bot.simulation.scenario_checks import Problem, of_end, of_line, of_speech

TURN_TAKES = timedelta(seconds=8)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the call as it was held: what happened (None: the opening) and what the bot answered."""

    event: str | None
    turn: Turn


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """How a scenario went. Passed when there are no problems."""

    name: str
    problems: tuple[Problem, ...]
    transcript: tuple[Line, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.problems


def run_scenario(
    file: ScenarioFile, scenario: ScenarioModel, flow: Flow, prompts: PromptBook, interpreter: Interpreter
) -> list[str]:
    """Hold the call; gives what was not as it must be, line by line. Empty: passed."""
    return [str(problem) for problem in hold_scenario(file, scenario, flow, prompts, interpreter).problems]


def hold_scenario(
    file: ScenarioFile, scenario: ScenarioModel, flow: Flow, prompts: PromptBook, interpreter: Interpreter
) -> ScenarioResult:
    """Hold the call; gives how it went. An error of the conversation is a problem of the line that met it."""
    began = time.perf_counter()
    brief = file.brief(scenario)
    conversation = Conversation(flow, prompts, brief, interpreter)
    call = _Call(conversation, scenario.at or file.at)
    problems = call.hold(scenario)
    if not call.broken_off:
        problems += of_end(scenario, conversation)
    turns = [line.turn for line in call.transcript]
    problems += of_speech(scenario, turns, prompts, flow, brief)
    return ScenarioResult(scenario.name, tuple(problems), tuple(call.transcript), time.perf_counter() - began)


class _Call:
    """One call while it is held."""

    def __init__(self, conversation: Conversation, at: datetime) -> None:
        self.conversation, self.at = conversation, at
        self.transcript: list[Line] = []
        self.broken_off = False

    def hold(self, scenario: ScenarioModel) -> list[Problem]:
        problems: list[Problem] = []
        try:
            self.transcript.append(Line(None, self.conversation.open(self.at)))
        except BotError as error:
            self.broken_off = True
            return [Problem(0, "", "the opening", "no error", f"{type(error).__name__}: {error}")]
        for number, line in enumerate(scenario.talk, 1):
            problems += self._line(number, line)
            if self.broken_off:
                return problems
        if scenario.hangs_up:
            self.conversation.far_end_hung_up(self.at)
        return problems

    def _line(self, number: int, line: LineModel) -> list[Problem]:
        for _ in range(line.silence or 1):
            if self.conversation.ended:
                self.broken_off = True
                disposition = self.conversation.outcome.disposition
                return [Problem(number, line.event, "the call", "going on", disposition, over=True)]
            self.at += TURN_TAKES
            try:
                turn = self._happen(line)
            except BotError as error:
                self.broken_off = True
                return [Problem(number, line.event, "answer", "no error", f"{type(error).__name__}: {error}")]
            self.transcript.append(Line(line.event, turn))
        return list(of_line(number, line, self.transcript[-1].turn, self.conversation.state))

    def _happen(self, line: LineModel) -> Turn:
        if line.pressed is not None:
            return self.conversation.press(line.pressed, self.at)
        if line.user is not None:
            return self.conversation.hear(line.user, self.at)
        return self.conversation.hear_silence(self.at)
