"""The engine's own check of a promise, whatever a flow's guards say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.dialogue.promising import make_promise
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import RecordPromise
from bot.errors import FlowError, IdentityGateError
from tests.unit.dialogue.conftest import BRIEF

TODAY = date(2026, 11, 23)
DUE = date(2026, 11, 25)


def state(**slots: object) -> DialogueState:
    wanted = {"amount": 50000, "due": DUE, "relief": None} | slots
    return DialogueState("readback", identity_confirmed=True, slots=wanted)


def test_a_sound_promise() -> None:
    assert make_promise(state(), BRIEF, TODAY) == RecordPromise(50000, DUE)
    relieved = make_promise(state(amount=118450, relief=True), BRIEF, TODAY)
    assert relieved == RecordPromise(118450, DUE, "offer-1")


@pytest.mark.parametrize(
    "slots",
    [
        {"amount": None},
        {"amount": 0},
        {"amount": -100},
        {"amount": 123451},
        {"amount": True},
        {"due": None},
        {"due": date(2026, 11, 22)},
        {"due": date(2026, 12, 1)},
        {"relief": True, "amount": 118449},
        {"relief": True, "amount": 118450, "due": date(2026, 11, 29)},
    ],
)
def test_an_unsound_promise_is_refused(slots: dict[str, object]) -> None:
    with pytest.raises(FlowError):
        make_promise(state(**slots), BRIEF, TODAY)


def test_relief_needs_an_offer_that_still_holds() -> None:
    for brief in (replace(BRIEF, offer=None), replace(BRIEF, debt=replace(BRIEF.debt, amount_due=5000))):
        with pytest.raises(FlowError):
            make_promise(state(amount=5000, relief=True), brief, TODAY)


def test_no_promise_before_identity() -> None:
    with pytest.raises(IdentityGateError):
        make_promise(replace(state(), identity_confirmed=False), BRIEF, TODAY)
