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
    """The move for the intent of an utterance, or else for the nearest wider one that has a move here.

    What is out of scope meets only moves that take anything.
    """
    intent = draft.intent
    if intent is None or intent == OUT_OF_SCOPE:
        return move_on(flow, draft, ANY)
    move = move_on(flow, draft, intent, ANY)
    for wider in draft.understanding.broader if draft.understanding else ():
        if move is None and wider != OUT_OF_SCOPE:
            draft.meaning = wider
            move = move_on(flow, draft, wider)
    return move


def own_move(flow: Flow, draft: Draft, intent: str) -> Move | None:
    """The move by which the present step itself takes ``intent`` for an answer."""
    moves = flow.steps[draft.state.step].moves
    return next((move for move in moves if intent in move.intents and draft.allows(move)), None)


def move_on(flow: Flow, draft: Draft, *events: str) -> Move | None:
    """The first move here that waits for one of these events and whose guard holds."""
    awaited = frozenset(events)
    for move in _moves(flow, draft):
        if not awaited.isdisjoint(move.intents) and draft.allows(move):
            return move
    return None


def _moves(flow: Flow, draft: Draft) -> Sequence[Move]:
    step = flow.steps[draft.state.step]
    return step.moves if step.holds else (*step.moves, *flow.anywhere, *flow.stop_words)
