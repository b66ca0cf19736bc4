"""Which move answers an event: stop words, then the step's own moves, then what is answered anywhere."""

from __future__ import annotations

from collections.abc import Sequence

from bot.dialogue.draft import Draft
from bot.dialogue.flow import Flow
from bot.dialogue.model import ANY, Move
from bot.nlu.interpreter import OUT_OF_SCOPE


def urgent_move(flow: Flow, draft: Draft) -> Move | None:
    """The move for the gravest stop word that has one here. No word leads out of a step that holds."""
    step = flow.steps[draft.state.step]
    moves = step.moves if step.holds else flow.stop_words
    for word in draft.stop_words:
        for move in moves:
            if word in move.stop_words and draft.allows(move):
                return move
    return None


def answering_move(flow: Flow, draft: Draft) -> Move | None:
    """The move for the intent of an utterance; what is out of scope meets only moves that take anything."""
    if draft.intent is None or draft.intent == OUT_OF_SCOPE:
        return move_on(flow, draft, ANY)
    return move_on(flow, draft, draft.intent, ANY)


def move_on(flow: Flow, draft: Draft, *events: str) -> Move | None:
    """The first move here that waits for one of these events and whose guard holds."""
    for move in _moves(flow, draft):
        if any(event in move.intents for event in events) and draft.allows(move):
            return move
    return None


def _moves(flow: Flow, draft: Draft) -> Sequence[Move]:
    step = flow.steps[draft.state.step]
    return step.moves if step.holds else (*step.moves, *flow.anywhere, *flow.stop_words)
