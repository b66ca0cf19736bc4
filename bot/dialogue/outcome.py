"""What came of a conversation, as the business records it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.dialogue.dispositions import Disposition
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import RecordPromise

TWO_WAY_SPEECH = timedelta(seconds=30)
"""From here on a call counts as an effective talk even without identity (house rule; in doubt, count)."""

_NOT_THE_PARTY = frozenset(
    {
        Disposition.WRONG_NUMBER,
        Disposition.THIRD_PARTY,
        Disposition.THIRD_PARTY_REFUSED,
        Disposition.MINOR,
    }
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``disposition`` is a code of Disposition; ``callback_at`` is None when no time was named."""

    disposition: str
    right_party: bool
    effective: bool
    promise: RecordPromise | None = None
    callback_requested: bool = False
    callback_at: datetime | None = None
    stop_words: tuple[str, ...] = ()
    human_requested: bool = False
    human_urgent: bool = False


def outcome_of(state: DialogueState) -> Outcome:
    """The outcome as of ``state``; of a call still going on, what it would be if the far end hung up now."""
    disposition = state.disposition or if_hung_up(state)
    opened, heard = state.opened_at, state.last_heard_at
    long = opened is not None and heard is not None and heard - opened >= TWO_WAY_SPEECH
    return Outcome(
        disposition,
        right_party=state.identity_confirmed and disposition not in _NOT_THE_PARTY,
        effective=state.identity_confirmed or long,
        promise=state.promise,
        callback_requested=state.callback_requested or disposition == Disposition.CALLBACK,
        callback_at=state.callback_at,
        stop_words=state.stop_words,
        human_requested=state.human is not None,
        human_urgent=state.human is not None and state.human.urgent,
    )


def if_hung_up(state: DialogueState) -> str:
    """The disposition when the far end hangs up: what was settled stands."""
    if state.hung_up_as is not None:
        return state.hung_up_as
    if state.promise is not None:
        return promised(state.promise)
    return (Disposition.HUNG_UP if state.identity_confirmed else Disposition.HUNG_UP_EARLY).value


def promised(promise: RecordPromise) -> str:
    if promise.plan_id is not None:
        return Disposition.PROMISE_WITH_INSTALMENTS.value
    return (Disposition.PROMISE if promise.offer_id is None else Disposition.PROMISE_WITH_RELIEF).value
