"""What must hold in every step that waits for an answer, whatever the answer is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.dialogue.dispositions import CODES
from bot.dialogue.flow import Flow, load_flow
from bot.dialogue.policy import Policy
from bot.dialogue.prompts import PromptBook
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import EndCall, RequestHuman, StopWordHit, Turn
from bot.language import language_dir
from tests.unit.dialogue.conftest import AT, BRIEF
from tests.unit.dialogue.fakes import INTENTS, STOP_WORDS, ScriptedInterpreter

STEPS = [name for name, step in load_flow(language_dir("zh"), "repayment-reminder").steps.items() if step.ask]
BEFORE_IDENTITY = {"identity", "relation", "identity_check"}
ENDS = {
    "death": "deceased",
    "illness_hardship": "hardship",
    "complaint_regulator": "complaint",
    "lawyer_court": "legal",
    "fraud_identity": "fraud_claim",
    "recording_refused": "recording_refused",
    "wrong_party": "wrong_number",
    "dispute_paid": "paid_claim",
    "minor": "minor",
    "human_wanted": "human_requested",
}
SUMMONS = {"death", "illness_hardship", "complaint_regulator", "lawyer_court", "fraud_identity"}
INTERPRETER = ScriptedInterpreter(INTENTS)


def at_step(flow: Flow, prompts: PromptBook, step: str) -> tuple[Policy, DialogueState]:
    """A conversation that stands in ``step``, with a promise in the making where there can be one."""
    policy = Policy(
        flow, prompts, replace(BRIEF, party=replace(BRIEF.party, id_tail="1234")), prompts.speech.zone
    )
    state, _ = policy.open(AT)
    state = replace(state, step=step)
    if step in BEFORE_IDENTITY:
        return policy, state
    slots = {**state.slots, "amount": 118450, "due": date(2026, 11, 25), "relief": True}
    back = "plan" if step in flow.detours else None
    return policy, replace(state, identity_confirmed=True, slots=slots, return_to=back)


def say(policy: Policy, state: DialogueState, text: str) -> Turn:
    return policy.hear(state, INTERPRETER.parse(text, now=AT), AT)[1]


@pytest.mark.parametrize("word", STOP_WORDS)
@pytest.mark.parametrize("step", [step for step in STEPS if step != "stay_with_them"])
def test_stop_words_act_at_once(flow: Flow, prompts: PromptBook, step: str, word: str) -> None:
    turn = say(*at_step(flow, prompts, step), f"promise_pay date=2026-11-25 !{word}")
    assert turn.actions[0] == StopWordHit(word)
    if word in ENDS:
        assert turn.actions[-1] == EndCall(ENDS[word])
    else:
        assert turn.step == {"self_harm": "stay_with_them", "stop_calling": "confirm_stop"}[word]
    if word in SUMMONS:
        assert any(isinstance(action, RequestHuman) for action in turn.actions)


@pytest.mark.parametrize("step", STEPS)
def test_every_answer_is_answered(flow: Flow, prompts: PromptBook, step: str) -> None:
    policy, state = at_step(flow, prompts, step)
    for intent in [*INTENTS, "gibberish"]:
        for extra in (
            "",
            " date=2026-11-25",
            " date=2027-01-01",
            " amount=50000",
            " share=50",
            " digits=1234",
        ):
            turn = say(policy, state, intent + extra)
            assert turn.says, intent + extra
            assert all(a.disposition in CODES for a in turn.actions if isinstance(a, EndCall))
            assert turn.ended or flow.steps[turn.step].ask


@pytest.mark.parametrize("step", STEPS)
def test_silence_is_answered_and_comes_to_an_end(flow: Flow, prompts: PromptBook, step: str) -> None:
    policy, state = at_step(flow, prompts, step)
    for _ in range(25):
        state, turn = policy.hear_silence(state, AT)
        assert turn.says
        if turn.ended:
            break
    assert state.ended
