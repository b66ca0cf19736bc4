"""Two answers in one utterance: "it is I, but I am driving, call me tomorrow"."""

from __future__ import annotations

from collections.abc import Callable

from bot.dialogue.choosing import own_move
from bot.dialogue.draft import Draft
from bot.dialogue.flow import Flow
from bot.dialogue.model import RETURN, STAY, Move
from bot.nlu.interpreter import OUT_OF_SCOPE

Take = Callable[[Draft, Move], None]


def answer_both(flow: Flow, draft: Draft, take: Take) -> bool:
    """Take up an utterance that answers the question and says something else as well; whether it was one.

    Something that leads away (to be called later, a person, no more calls) goes before the rest of the talk:
    of the answer only a confirmed identity is kept. Anything else is answered where the answer leads.
    """
    intents = _intents(draft)
    answer, move = _answer(flow, draft, intents)
    other = next((intent for intent in intents if intent != answer and intent in flow.together), None)
    if answer is None or move is None or other is None:
        return False
    away = _leading_away(flow, draft, other)
    with draft.meaning_only(answer):
        if away is None:
            take(draft, move)
        elif "confirm_identity" in move.do:
            draft.act(move)
    with draft.meaning_only(other):
        if away is not None:
            take(draft, away)
        elif not draft.state.ended:
            _take_up(flow, draft, other, take)
    return True


def _intents(draft: Draft) -> list[str]:
    understanding = draft.understanding
    if understanding is None or not understanding.also:
        return []
    return [intent for intent in (understanding.intent, *understanding.also) if intent != OUT_OF_SCOPE]


def _answer(flow: Flow, draft: Draft, intents: list[str]) -> tuple[str | None, Move | None]:
    """The first of ``intents`` that the present step itself takes, with the move for it."""
    for intent in intents:
        with draft.meaning_only(intent):
            if (move := own_move(flow, draft, intent)) is not None:
                return intent, move
    return None, None


def _leading_away(flow: Flow, draft: Draft, intent: str) -> Move | None:
    with draft.meaning_only(intent):
        for move in (*flow.anywhere, *flow.stop_words):
            if intent in move.intents and draft.allows(move):
                return move if move.to not in (RETURN, STAY) else None
    return None


def _take_up(flow: Flow, draft: Draft, intent: str, take: Take) -> None:
    """Answer what was said beside the answer, in the step to which the answer led."""
    for move in (*flow.steps[draft.state.step].moves, *flow.anywhere, *flow.stop_words):
        if intent in move.intents and draft.allows(move):
            draft.drop_question()
            take(draft, move)
            return
