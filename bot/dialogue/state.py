"""Where a conversation stands: one immutable value, so that going back is taking an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.dialogue.manner import USUAL, Manner
from bot.dialogue.turn import RecordPromise, RequestHuman

_EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DialogueState:
    """``owed`` are the disclosures not yet played to their end, in order.

    ``return_to`` is the step a detour will go back to. ``said`` counts each prompt, ``visits`` how often each
    question was come to, ``counts`` are the flow's own counters. ``silences`` and ``unclears`` are how many
    came in a row, ``digressions`` how many answers in a row led back to one question. ``waiting`` is True
    while the customer has asked for a moment.
    """

    step: str
    owed: tuple[str, ...] = ()
    identity_confirmed: bool = False
    slots: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    counts: Mapping[str, int] = field(default_factory=lambda: _EMPTY)
    said: Mapping[str, int] = field(default_factory=lambda: _EMPTY)
    silences: int = 0
    unclears: int = 0
    digressions: int = 0
    waiting: bool = False
    unasked: bool = False  # the present question was cut before it was heard
    manner: Manner = USUAL
    visits: Mapping[str, int] = field(default_factory=lambda: _EMPTY)
    return_to: str | None = None
    opened_at: datetime | None = None
    last_heard_at: datetime | None = None
    utterances: int = 0
    stop_words: tuple[str, ...] = ()
    promise: RecordPromise | None = None
    callback_requested: bool = False
    callback_at: datetime | None = None
    human: RequestHuman | None = None
    hung_up_as: str | None = None  # the result, should the customer hang up now
    disposition: str | None = None  # set when the call is over

    @property
    def ended(self) -> bool:
        return self.disposition is not None
