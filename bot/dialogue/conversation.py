"""One conversation with one customer: what is heard goes in, what to say and do comes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from bot.dialogue.brief import Brief
from bot.dialogue.flow import Flow
from bot.dialogue.outcome import Outcome, outcome_of
from bot.dialogue.policy import Policy, Result
from bot.dialogue.prompts import PromptBook
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import Turn
from bot.errors import FlowError
from bot.nlu.interpreter import AsksAhead, Interpreter
from bot.tracing import span


class Conversation:
    """Deterministic: the same flow, brief and events give the same turns. Every time ``at`` is aware.

    Days are those of ``zone``, by default the one in which the language's customers name days. After an error
    the conversation stands where it stood before the event.
    """

    def __init__(
        self,
        flow: Flow,
        prompts: PromptBook,
        brief: Brief,
        interpreter: Interpreter,
        *,
        zone: tzinfo | None = None,
    ) -> None:
        self.flow, self.prompts, self.brief = flow, prompts, brief
        self._interpreter = interpreter
        self._zone = zone or prompts.speech.zone
        self._policy = Policy(flow, prompts, brief, self._zone)
        self._history: list[DialogueState] = []

    @property
    def state(self) -> DialogueState:
        """Where the conversation stands. Raises FlowError before it was opened."""
        if not self._history:
            raise FlowError("the conversation has not been opened")
        return self._history[-1]

    @property
    def position(self) -> int:
        """How many events the conversation has been through."""
        return len(self._history)

    @property
    def ended(self) -> bool:
        return bool(self._history) and self.state.ended

    @property
    def holding(self) -> bool:
        """Whether the bot must stay on the line now, whatever cap on a call there is."""
        live = bool(self._history) and not self.state.ended
        return live and self.flow.steps[self.state.step].holds

    @property
    def owing(self) -> bool:
        """Whether disclosures are still to be played before anything else."""
        return not self._history or self._policy.owes(self.state)

    @property
    def handing_over(self) -> bool:
        """Whether the bot has taken its leave because a person takes the call over."""
        return self.ended and self.state.step == self.flow.hand_over

    @property
    def outcome(self) -> Outcome:
        """What came of it; of a conversation still going on, what it would be if the far end hung up now."""
        return outcome_of(self.state)

    def open(self, at: datetime) -> Turn:
        """The first turn: the disclosures and the first question."""
        if self._history:
            raise FlowError("the conversation is open already")
        return self._keep(self._policy.open(at))

    async def prepare(self, *texts: str) -> None:
        """Let an interpreter that asks a server ask now, so that hearing one of ``texts`` does not wait."""
        if isinstance(self._interpreter, AsksAhead):
            await self._interpreter.prepare(texts)

    def hear(self, text: str, at: datetime) -> Turn:
        """The answer to an utterance. Blank text is silence."""
        if not text.strip():
            return self.hear_silence(at)
        return self._keep(self._weigh(text, at))

    def preview(self, text: str, at: datetime) -> Turn:
        """What the answer to ``text`` would be, should it be heard now. Nothing changes."""
        return self._weigh(text, at)[1]

    def press(self, digits: str, at: datetime) -> Turn:
        """The answer to keys pressed one after another: 0 to 9, ``*`` for the letter X, ``#`` for the end."""
        self._must_be_live()
        pressed = digits.rstrip("#").replace("*", "X")
        return self._keep(self._policy.press(self.state, pressed, at))

    def hear_silence(self, at: datetime) -> Turn:
        """The answer to a silence that lasted as long as the channel waits."""
        self._must_be_live()
        return self._keep(self._policy.hear_silence(self.state, at))

    def interrupted(self, prompt_ids: Sequence[str], at: datetime) -> Turn:
        """Tell that these sentences were not played to their end; disclosures among them come back.

        Unless it is told so, a sentence counts as played.
        """
        return self._keep(self._policy.interrupted(self.state, prompt_ids, at))

    def cut_short(self, prompt_ids: Sequence[str]) -> None:
        """These were cut, and what cut in is answered first: disclosures stay owed, a question is unasked."""
        self._history.append(self._policy.cut_short(self.state, prompt_ids))

    def reopen(self) -> None:
        """Take the end of the call back, for words over the goodbye that are too grave to leave."""
        self._history.append(self._policy.reopen(self.state))

    def stop_words(self, text: str, at: datetime) -> tuple[str, ...]:
        """The stop-word rules that ``text`` hits, whatever the state. Nothing changes."""
        return self._interpreter.parse(text, now=at.astimezone(self._zone)).stop_words

    def wind_up(self, at: datetime) -> Turn:
        """End politely, because the call may not go on: the window closes, or it has lasted too long."""
        self._must_be_live()
        return self._keep(self._policy.wind_up(self.state, at))

    def hand_over(self, at: datetime) -> Turn:
        """Take leave, because people of the house want a person to take over. Raises FlowError."""
        self._must_be_live()
        return self._keep(self._policy.hand_over(self.state, at))

    def note_human(self, at: datetime) -> None:
        """They want one, and none can take the call now: one is to call back, and the talk goes on."""
        self._must_be_live()
        self._history.append(self._policy.note_human(self.state, at))

    def fail(self, at: datetime) -> Turn:
        """End with an apology after an error of the bot's own, whatever state it left."""
        state = self._history[-1] if self._history else self._policy.initial(at)
        return self._keep(self._policy.fail(state, at))

    def far_end_hung_up(self, at: datetime) -> Outcome:  # noqa: ARG002 (every event has its time)
        """The far end hung up: the outcome, derived from how far the conversation came."""
        self._history.append(self._policy.far_end_hung_up(self.state))
        return self.outcome

    def back(self) -> DialogueState:
        """Take the last event back; the opening stays. Gives the state it leads to."""
        if len(self._history) > 1:
            self._history.pop()
        return self.state

    def _weigh(self, text: str, at: datetime) -> Result:
        self._must_be_live()
        expected = self.flow.steps[self.state.step].expected
        with span("understand"):
            understanding = self._interpreter.parse(text, now=at.astimezone(self._zone), expected=expected)
        with span("policy"):
            return self._policy.hear(self.state, understanding, at)

    def _must_be_live(self) -> None:
        if self.state.ended:
            raise FlowError("the conversation is over")

    def _keep(self, result: Result) -> Turn:
        state, turn = result
        self._history.append(state)
        return turn
