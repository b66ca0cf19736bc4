"""Checks of a flow at load time: names that lead nowhere, and the rules no author may write around."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from bot.datafile import line_of
from bot.dialogue.context import GUARD_NAMES
from bot.dialogue.dispositions import Disposition
from bot.dialogue.expression import Expression
from bot.dialogue.model import RETURN, STAY, CommonFile, FlowFile, Move, PartFile, Step
from bot.dialogue.prompts import PromptBook
from bot.errors import DataFileError

REQUIRED_DISCLOSURES = ("institution", "ai_identity", "recording_notice")
"""Played to their end, in this order, before anything else is said."""

Location = tuple[str | int, ...]


def check_flow(
    path: Path,
    own: FlowFile,
    common_path: Path,
    common: CommonFile,
    prompts: PromptBook,
    *,
    steps: Mapping[str, Step],
    slots: frozenset[str],
    parts: Mapping[Path, PartFile],
) -> None:
    """``steps`` and ``slots`` are those of all files together. Raises DataFileError for the first mistake."""
    _Checker(path, steps, slots, prompts, own.debt).check_own(own)
    for part_path, part in parts.items():
        _Checker(part_path, steps, slots, prompts, own.debt).check_part(part)
    _Checker(common_path, steps, slots, prompts, own.debt).check_common(common)


class _Checker:
    def __init__(
        self,
        path: Path,
        steps: Mapping[str, Step],
        slots: frozenset[str],
        prompts: PromptBook,
        debt: bool,
    ) -> None:
        self.path, self.steps, self.slots, self.prompts = path, steps, slots, prompts
        self.debt = debt
        self.readable = GUARD_NAMES | slots

    def check_own(self, own: FlowFile) -> None:
        if own.start not in self.steps:
            self._fail(f"there is no step {own.start!r}", "start")
        self._check_disclosures(own.disclosures)
        self._check_steps(own.steps)

    def check_part(self, part: PartFile) -> None:
        self._check_anywhere(part.anywhere, "anywhere")
        self._check_steps(part.steps)

    def check_common(self, common: CommonFile) -> None:
        wind_up = common.steps.get(common.wind_up)
        if wind_up is None or wind_up.end is None:
            self._fail("this must be an end step of the common flow", "wind_up")
        hand_over = common.steps.get(common.hand_over)
        if hand_over is None or hand_over.end is not Disposition.HUMAN_REQUESTED:
            self._fail("this must be a step of the common flow that ends human_requested", "hand_over")
        digressed = common.steps.get(common.digressed)
        if digressed is None or digressed.ask is not None:
            self._fail("this must be a step of the common flow that asks nothing", "digressed")
        self._check_prompts(common.closing, ("closing",))
        if not any(self.prompts.is_labelled(name) for name in common.closing):
            self._fail("one of these must tell that the voice is artificial", "closing")
        self._check_prompts([common.fault], ("fault",))
        for prompt in (*common.closing, common.fault):
            if self.prompts[prompt].reveals_debt:
                self._fail(
                    f"prompt {prompt!r} reveals the debt, and this is said before identity too", "closing"
                )
        self._check_anywhere(common.stop_words, "stop_words")
        self._check_anywhere(common.anywhere, "anywhere")
        self._check_steps(common.steps)

    def _check_anywhere(self, moves: list[Move], section: str) -> None:
        for index, move in enumerate(moves):
            self._check_move(move, (section, index))
            if "record_promise" in move.do or "confirm_identity" in move.do:
                self._fail("only a step's own answer may do this", section, index, "do")

    def _check_disclosures(self, names: list[str]) -> None:
        self._check_prompts(names, ("disclosures",))
        kinds = tuple(self.prompts[name].disclosure for name in names)
        if kinds != REQUIRED_DISCLOSURES:
            self._fail(f"must disclose, in this order: {', '.join(REQUIRED_DISCLOSURES)}", "disclosures")

    def _check_steps(self, steps: dict[str, Step]) -> None:
        for name, step in steps.items():
            here: Location = ("steps", name)
            self._check_prompts(step.say, (*here, "say"))
            self._check_prompts([step.ask] if step.ask else [], (*here, "ask"))
            self._check_prompts([step.again] if step.again else [], (*here, "again"))
            for index, move in enumerate(step.moves):
                at = (*here, "moves", index)
                self._check_move(move, at)
                if "record_promise" in move.do and not (step.reads_back and move.intents == ["affirm"]):
                    self._fail("a promise needs a clear yes (affirm, alone) in a step that reads_back", *at)

    def _check_move(self, move: Move, at: Location) -> None:
        if move.to not in self.steps and move.to not in (STAY, RETURN):
            self._fail(f"there is no step {move.to!r}", *at, "to")
        if move.wait_s is not None and move.to != STAY:
            self._fail("only who stays can wait", *at, "wait_s")
        self._check_prompts(move.say, (*at, "say"))
        for slot in move.set.keys() - self.slots:
            self._fail(f"slot {slot!r} is not declared", *at, "set", slot)
        for expression, key in _expressions(move):
            if unknown := expression.names - self.readable:
                self._fail(f"reads what does not exist: {', '.join(sorted(unknown))}", *at, *key)

    def _check_prompts(self, names: list[str], at: Location) -> None:
        for name in names:
            if name not in self.prompts:
                self._fail(f"there is no prompt {name!r}", *at)
            if not self.debt and self.prompts[name].reveals_debt:
                self._fail(f"prompt {name!r} reveals the debt, and this flow never speaks of it", *at)

    def _fail(self, message: str, *location: str | int) -> NoReturn:
        key = ".".join(str(part) for part in location)
        raise DataFileError(str(self.path), message, line=line_of(self.path, *location), key=key)


def _expressions(move: Move) -> Iterator[tuple[Expression, Location]]:
    if move.when is not None:
        yield move.when, ("when",)
    for slot, expression in move.set.items():
        yield expression, ("set", slot)
