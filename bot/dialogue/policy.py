"""The policy: a state and an event in; the next state, what to say and what to do out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from bot.dialogue.brief import Brief
from bot.dialogue.choosing import answering_move, move_on, urgent_move
from bot.dialogue.combining import answer_both
from bot.dialogue.dispositions import Disposition
from bot.dialogue.draft import Draft
from bot.dialogue.flow import Flow
from bot.dialogue.heard import read
from bot.dialogue.model import RETURN, SILENCE, STAY, UNCLEAR, Move
from bot.dialogue.outcome import if_hung_up, promised
from bot.dialogue.prompts import PromptBook
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import RequestHuman, Turn
from bot.errors import FlowError
from bot.nlu.interpreter import OUT_OF_SCOPE, Entity, Understanding

Result = tuple[DialogueState, Turn]

LONGEST_CHAIN = 20
"""Steps passed through for one event; more means that the flow goes round without asking anything."""

BY_STAFF = "staff"
"""Why a person is asked for whom the customer has not asked for."""

KEYS_OFFERED = 4
"""From so many utterances not understood in a row on, the common flow offers keys in place of words."""


class Policy:
    """Walks one flow with the facts of one call."""

    def __init__(self, flow: Flow, prompts: PromptBook, brief: Brief, zone: tzinfo) -> None:
        self.flow, self.prompts, self.brief, self.zone = flow, prompts, brief, zone

    def initial(self, at: datetime) -> DialogueState:
        """Before anything was said."""
        return DialogueState(self.flow.start, slots=dict.fromkeys(self.flow.slots), opened_at=at)

    def open(self, at: datetime) -> Result:
        """The disclosures, then the first step."""
        draft = self._draft(self.initial(at), at)
        draft.say(self.flow.disclosures)
        self._enter(draft, self.flow.start)
        return draft.finish()

    def hear(self, state: DialogueState, understanding: Understanding, at: datetime) -> Result:
        """An utterance. To a question that was not heard nothing is promised and nobody confirmed."""
        after, turn = self._hear(state, understanding, at)
        return replace(after, unasked=False), turn

    def _hear(self, state: DialogueState, understanding: Understanding, at: datetime) -> Result:
        """Stop words first, then the step's own moves, then what is answered anywhere."""
        state = replace(state, silences=0, utterances=state.utterances + 1, last_heard_at=at, waiting=False)
        draft = self._draft(state, at, understanding)
        draft.hit_stop_words(understanding.stop_words)
        owed = self.owes(state)
        move = urgent_move(self.flow, draft)
        if move is None and not owed:
            if answer_both(self.flow, draft, self._take):
                draft.update(unclears=0)
                return draft.finish()
            move = answering_move(self.flow, draft)
        if move is not None:
            draft.update(unclears=0)
            self._take(draft, move)
        elif owed:
            self._repeat_disclosures(draft)
        elif state.unasked:
            draft.ask_again()
        else:
            self._not_understood(draft)
        return draft.finish()

    def press(self, state: DialogueState, digits: str, at: datetime) -> Result:
        """Keys pressed. One key answers for the intent that the step gives it, once keys were offered."""
        keys = self.flow.steps[state.step].keys if state.unclears >= KEYS_OFFERED else {}
        entity = Entity("digits", digits, digits, 0, len(digits))
        intent = keys.get(digits, OUT_OF_SCOPE)
        return self.hear(state, Understanding(digits, intent, 1.0, ((intent, 1.0),), (entity,)), at)

    def hear_silence(self, state: DialogueState, at: datetime) -> Result:
        draft = self._draft(replace(state, silences=state.silences + 1, unasked=False), at)
        if self.owes(state):
            self._repeat_disclosures(draft)
            return draft.finish()
        move = move_on(self.flow, draft, SILENCE)
        if move is None:
            raise FlowError(f"step {state.step!r} has no answer to silence")
        self._take(draft, move)
        draft.update(waiting=False)
        return draft.finish()

    def interrupted(self, state: DialogueState, prompt_ids: Sequence[str], at: datetime) -> Result:
        """These prompts were cut: the disclosures among them are owed, and said again in order."""
        state = self.cut_short(state, prompt_ids)
        draft = self._draft(state, at)
        if state.owed and not state.ended:
            self._repeat_disclosures(draft)
        return draft.finish()

    def cut_short(self, state: DialogueState, prompt_ids: Sequence[str]) -> DialogueState:
        """These were cut: the disclosures from the first among them on are owed, the question is unasked."""
        cut = [i for i, name in enumerate(self.flow.disclosures) if name in prompt_ids]
        step = self.flow.steps[state.step]
        unasked = any(name in (step.ask, step.again) for name in prompt_ids)
        return replace(state, owed=self.flow.disclosures[cut[0] :] if cut else (), unasked=unasked)

    def reopen(self, state: DialogueState) -> DialogueState:
        """As if the call had not been ended; the step stays."""
        return replace(state, disposition=None)

    def wind_up(self, state: DialogueState, at: datetime) -> Result:
        """The call must stop now: a polite word and the end, with what was settled standing."""
        draft = self._draft(state, at)
        step = self.flow.steps[self.flow.wind_up]
        draft.update(step=self.flow.wind_up)
        draft.say(step.say)
        if state.identity_confirmed and state.promise is None and state.hung_up_as is None:
            disposition: str = step.end or if_hung_up(state)
        else:
            disposition = if_hung_up(state)
        draft.end(disposition, self.flow.closing)
        return draft.finish()

    def hand_over(self, state: DialogueState, at: datetime) -> Result:
        """People of the house want a person to take the call over. Raises FlowError before that may be."""
        if self.owes(state) or self.flow.steps[state.step].holds:
            raise FlowError("a call is not handed over before its disclosures, nor while the bot must stay")
        draft = self._draft(state, at)
        draft.request_human(RequestHuman(BY_STAFF))
        self._enter(draft, self.flow.hand_over)
        return draft.finish()

    def note_human(self, state: DialogueState, at: datetime) -> DialogueState:
        """The same where nobody can take it over: the talk goes on, and a person is to call back."""
        draft = self._draft(state, at)
        draft.request_human(RequestHuman(BY_STAFF))
        return draft.state

    def fail(self, state: DialogueState, at: datetime) -> Result:
        """The bot itself failed: a word of apology and the end."""
        draft = self._draft(state, at)
        draft.say([self.flow.fault])
        draft.end(Disposition.BOT_FAULT, self.flow.closing)
        return draft.finish()

    def far_end_hung_up(self, state: DialogueState) -> DialogueState:
        return state if state.ended else replace(state, disposition=if_hung_up(state))

    def _not_understood(self, draft: Draft) -> None:
        draft.update(unclears=draft.state.unclears + 1)
        move = move_on(self.flow, draft, UNCLEAR)
        if move is None:
            raise FlowError(f"step {draft.state.step!r} has no answer to what is not understood")
        self._take(draft, move)

    def _take(self, draft: Draft, move: Move) -> None:
        """Act, speak and go. A stop-word rule hit by its intent alone is reported too."""
        draft.hit_stop_words([word for word in move.stop_words if draft.intent in move.intents][:1])
        if move.to == RETURN and self._digresses(draft):
            self._enter(draft, self.flow.digressed)
            return
        draft.act(move)
        draft.say(move.say)
        origin = draft.state.step
        if move.to == STAY:
            return
        if move.to == RETURN:
            if any(move is own for own in self.flow.steps[origin].moves):
                self._leave_detour(draft)
            draft.ask_again()
            return
        if move.to not in self.flow.detours:
            draft.update(return_to=None)
        elif origin not in self.flow.detours:
            draft.update(return_to=origin)
        self._enter(draft, move.to)

    def _digresses(self, draft: Draft) -> bool:
        """Count an utterance that leads back to the same question; whether that was once too often."""
        if draft.understanding is None or draft.state.unclears or self.flow.steps[draft.state.step].holds:
            return False  # silence and what is not understood are counted by themselves
        draft.update(digressions=draft.state.digressions + 1)
        return draft.state.digressions > self.flow.most_digressions

    def _too_often(self, draft: Draft, name: str) -> bool:
        visits = draft.state.visits
        draft.update(visits={**visits, name: visits.get(name, 0) + 1})
        return draft.state.visits[name] > self.flow.most_visits

    def _enter(self, draft: Draft, name: str) -> None:
        """Enter a step, and pass through those that do not ask."""
        draft.update(digressions=0)
        for _ in range(LONGEST_CHAIN):
            step = self.flow.steps[name]
            if step.ask is not None and not step.holds and self._too_often(draft, name):
                name = self.flow.digressed
                step = self.flow.steps[name]
            draft.update(step=name)
            draft.say(step.say)
            if step.end is not None:
                promise = draft.state.promise
                draft.end(promised(promise) if promise else step.end, self.flow.closing)
                return
            if step.ask is not None:
                draft.say([step.ask])
                return
            move = next((move for move in step.moves if draft.allows(move)), None)
            if move is None:
                raise FlowError(f"step {name!r} leads nowhere")
            draft.act(move)
            draft.say(move.say)
            if move.to == RETURN:
                self._leave_detour(draft)
                draft.ask_again()
                return
            name = move.to
        raise FlowError(f"step {name!r} goes round without asking anything")

    def _leave_detour(self, draft: Draft) -> None:
        """Back to the step that was left; what the detour would have made of a hang-up is void."""
        if draft.state.return_to is not None:
            draft.update(step=draft.state.return_to, return_to=None, hung_up_as=None)

    def owes(self, state: DialogueState) -> bool:
        """Whether disclosures must be played before anything else. Not to somebody in need of help."""
        return bool(state.owed) and not self.flow.steps[state.step].holds

    def _repeat_disclosures(self, draft: Draft) -> None:
        owed = draft.state.owed
        draft.update(owed=())
        draft.say(owed)
        draft.ask_again()

    def _draft(self, state: DialogueState, at: datetime, understanding: Understanding | None = None) -> Draft:
        today = at.astimezone(self.zone).date()
        draft = Draft(self.flow, self.prompts, self.brief, state, at, today, understanding)
        if understanding is not None:
            debt = self.brief.debt if state.identity_confirmed else None
            tail = self.brief.party.id_tail
            draft.heard = read(understanding, at, self.zone, self.prompts.speech, tail, debt)
        return draft
