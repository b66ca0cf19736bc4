"""One turn in the making: what has been said and done so far, and the state it leads to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.dialogue.brief import Brief
from bot.dialogue.checks import REQUIRED_DISCLOSURES
from bot.dialogue.context import guard_facts, prompt_facts
from bot.dialogue.flow import Flow
from bot.dialogue.heard import NOTHING, Heard
from bot.dialogue.model import ANY, HumanModel, Move
from bot.dialogue.promising import make_promise
from bot.dialogue.prompts import PromptBook
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import (
    Action,
    ConfirmIdentity,
    EndCall,
    RequestHuman,
    Say,
    ScheduleCallback,
    StopWordHit,
    Turn,
)
from bot.errors import FlowError, IdentityGateError
from bot.nlu.interpreter import Understanding

LATEST_CALLBACK = timedelta(days=30)
"""A call-back further ahead is taken for a misunderstanding, and recorded without a time."""


SURE_ENOUGH = 0.7
"""Below this confidence a yes neither confirms identity nor makes a promise: it is asked again."""


@dataclass(slots=True)
class Draft:
    """Mutable for the length of one event; ``finish`` gives the immutable result."""

    flow: Flow
    prompts: PromptBook
    brief: Brief
    state: DialogueState
    at: datetime
    today: date
    understanding: Understanding | None = None
    heard: Heard = NOTHING
    meaning: str | None = None  # the intent being answered, where the utterance holds two
    wait_s: float | None = None
    says: list[Say] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    _known: tuple[DialogueState, dict[str, Any]] | None = field(default=None, init=False, repr=False)

    @property
    def intent(self) -> str | None:
        if self.meaning is not None:
            return self.meaning
        return self.understanding.intent if self.understanding else None

    @property
    def confidence(self) -> float:
        return self.understanding.confidence if self.understanding else 0.0

    @property
    def stop_words(self) -> tuple[str, ...]:
        return self.understanding.stop_words if self.understanding else ()

    @contextmanager
    def meaning_only(self, intent: str) -> Iterator[None]:
        """While it lasts, the utterance means ``intent``."""
        before, self.meaning = self.meaning, intent
        try:
            yield
        finally:
            self.meaning = before

    def update(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)

    def finish(self) -> tuple[DialogueState, Turn]:
        heard = self.understanding
        turn = Turn(tuple(self.says), tuple(self.actions), self.state.step, heard, self.wait_s)
        return self.state, turn

    def allows(self, move: Move) -> bool:
        """Whether the move's entities were heard, surely enough for what it binds to, and its guard holds."""
        if move.entities and not self.heard.has(move.entities):
            return False
        if move.binds and ANY not in move.intents and (self.confidence < SURE_ENOUGH or self.state.unasked):
            return False
        if move.binds and self._is_contradicted(move):
            return False
        return move.when is None or bool(move.when.evaluate(self._guard_facts()))

    def _is_contradicted(self, move: Move) -> bool:
        """Whether the yes comes in one breath with what takes it back."""
        said = {self.understanding.intent, *self.understanding.also} if self.understanding else set()
        return any(said & self.flow.contradicts.get(str(do), frozenset()) for do in move.do)

    # Speaking

    def say(self, prompt_ids: Sequence[str]) -> None:
        """Render these prompts. The identity gate stands here: every sentence of the bot passes it."""
        for prompt_id in prompt_ids:
            prompt = self.prompts[prompt_id]
            confirmed = self.state.identity_confirmed
            if prompt.private and not confirmed:
                raise IdentityGateError(
                    f"prompt {prompt_id!r} reveals the debt before the right party is confirmed"
                )
            if prompt.reveals_debt and not self.flow.speaks_of_debt:
                raise FlowError(f"prompt {prompt_id!r} reveals the debt in a flow that never speaks of it")
            count = self.state.said.get(prompt_id, 0)
            text = prompt.render(self._prompt_facts(), count).strip()
            if not confirmed:
                self.flow.lexicon.guard(prompt_id, text, self.brief)
            self.update(said={**self.state.said, prompt_id: count + 1})
            self.says.append(Say(prompt_id, text, prompt.interruptible, self.state.manner))

    def drop_question(self) -> None:
        """Take the question of the present step back, when it was the last thing put in this turn."""
        question = self.flow.steps[self.state.step].ask
        if question is not None and self.says and self.says[-1].prompt == question:
            self.says.pop()
            self.update(said={**self.state.said, question: self.state.said[question] - 1})

    def ask_again(self) -> None:
        """Put the question of the present step once more."""
        step = self.flow.steps[self.state.step]
        if question := step.again or step.ask:
            self.say([question])

    # Acting

    def hit_stop_words(self, rules: Iterable[str]) -> None:
        """Report each rule once a call."""
        for rule in rules:
            if rule not in self.state.stop_words:
                self.update(stop_words=(*self.state.stop_words, rule))
                self.actions.append(StopWordHit(rule))

    def act(self, move: Move) -> None:
        """Set slots, count, and take the actions of a move, in that order."""
        if move.set:
            facts = self._guard_facts()
            values = {slot: expression.evaluate(facts) for slot, expression in move.set.items()}
            self.update(slots={**self.state.slots, **values})
        if move.count is not None:
            counts = self.state.counts
            self.update(counts={**counts, move.count: counts.get(move.count, 0) + 1})
        if move.hung_up_as is not None:
            self.update(hung_up_as=move.hung_up_as.value)
        if move.wait_s is not None:
            self.wait_s = move.wait_s
            self.update(waiting=True)
        if move.speak is not None:
            self.update(manner=self.state.manner.adapted(move.speak))
        for do in move.do:
            if isinstance(do, HumanModel):
                self.request_human(RequestHuman(do.request_human, do.urgent))
            elif do == "confirm_identity":
                self._confirm_identity()
            elif do == "record_promise":
                self._record_promise()
            else:
                self._schedule_callback()

    def end(self, disposition: str, closing: Sequence[str]) -> None:
        self.say(closing)
        self.update(disposition=str(disposition), return_to=None)
        self.actions.append(EndCall(str(disposition)))

    def _confirm_identity(self) -> None:
        played = [self.prompts[name].disclosure for name in self.state.said if name not in self.state.owed]
        if self.state.owed or any(kind not in played for kind in REQUIRED_DISCLOSURES):
            raise FlowError("identity cannot be confirmed before every disclosure was played to its end")
        if not self.state.identity_confirmed:
            self.update(identity_confirmed=True)
            self.actions.append(ConfirmIdentity())

    def _record_promise(self) -> None:
        promise = make_promise(self.state, self.brief, self.today)
        self.update(promise=promise)
        self.actions.append(promise)

    def _schedule_callback(self) -> None:
        at = self.state.slots.get("callback_at")
        if at is not None and not self.at < at <= self.at + LATEST_CALLBACK:
            at = None
        self.update(callback_requested=True, callback_at=at)
        self.actions.append(ScheduleCallback(at))

    def request_human(self, request: RequestHuman) -> None:
        """Once a call, unless it has become urgent since."""
        known = self.state.human
        if known is None or (request.urgent and not known.urgent):
            self.update(human=request)
            self.actions.append(request)

    # Facts

    def _prompt_facts(self) -> Mapping[str, Any]:
        """Gathered once a state: a turn weighs dozens of moves in one and the same."""
        if self._known is None or self._known[0] is not self.state:
            debt_slots = frozenset(name for name, slot in self.flow.slots.items() if slot.reveals)
            self._known = self.state, prompt_facts(self.brief, self.state, self.today, debt_slots)
        return self._known[1]

    def _guard_facts(self) -> dict[str, Any]:
        facts = {**self._prompt_facts(), "now": self.at}
        keys = bool(self.flow.steps[self.state.step].keys)
        return guard_facts(facts, self.state, self.intent, self.heard, keys=keys)
