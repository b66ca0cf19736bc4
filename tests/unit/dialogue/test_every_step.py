"""What must hold in every step that waits for an answer, whatever the answer is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.dialogue.dispositions import CODES
from bot.dialogue.flow import Flow, flow_names, load_flow
from bot.dialogue.policy import Policy
from bot.dialogue.prompts import PromptBook
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import EndCall, RequestHuman, StopWordHit, Turn
from bot.language import language_dir
from tests.unit.dialogue.conftest import AT, BRIEF, FULL_BRIEF
from tests.unit.dialogue.fakes import INTENTS, STOP_WORDS, ScriptedInterpreter

ZH = language_dir("zh")
STEPS = [
    pytest.param(flow, name, id=f"{flow}-{name}")
    for flow in flow_names(ZH)
    for name, step in load_flow(ZH, flow).steps.items()
    if step.ask
]
ONCE = list({case.values[1]: case for case in reversed(STEPS)}.values())
"""Each step in one flow only: what is shared is the same in all."""
BEFORE_IDENTITY = {"identity", "relation", "identity_check", "stranger", "present", "relay"}
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
    brief = replace(FULL_BRIEF, party=replace(BRIEF.party, id_tail="1234"))
    policy = Policy(flow, prompts, brief, prompts.speech.zone)
    state, _ = policy.open(AT)
    before = state.step
    state = replace(state, step=step)
    if step in BEFORE_IDENTITY or flow.name == "third-party-message":
        return policy, replace(state, return_to=before if step in flow.detours else None)
    slots = dict(state.slots)
    if "amount" in slots:
        slots |= {"amount": 118450, "due": date(2026, 11, 25), "relief": True}
    if step == "rest":
        slots |= {"amount": 50000, "relief": None, "part": True}
    back = None if step not in flow.detours else "plan" if "plan" in flow.steps else "invitation"
    return policy, replace(state, identity_confirmed=True, slots=slots, return_to=back)


def say(policy: Policy, state: DialogueState, text: str) -> Turn:
    return policy.hear(state, INTERPRETER.parse(text, now=AT), AT)[1]


@pytest.mark.parametrize("word", STOP_WORDS)
@pytest.mark.parametrize(("name", "step"), [case for case in STEPS if case.values[1] != "stay_with_them"])
def test_stop_words_act_at_once(
    flows: dict[str, Flow], prompts: PromptBook, name: str, step: str, word: str
) -> None:
    turn = say(*at_step(flows[name], prompts, step), f"promise_pay date=2026-11-25 !{word}")
    assert turn.actions[0] == StopWordHit(word)
    if word in ENDS:
        assert turn.actions[-1] == EndCall(ENDS[word])
    else:
        assert turn.step == {"self_harm": "stay_with_them", "stop_calling": "confirm_stop"}[word]
    if word in SUMMONS:
        assert any(isinstance(action, RequestHuman) for action in turn.actions)


@pytest.mark.parametrize(("name", "step"), STEPS)
def test_every_answer_is_answered(flows: dict[str, Flow], prompts: PromptBook, name: str, step: str) -> None:
    flow = flows[name]
    policy, state = at_step(flow, prompts, step)
    for intent in [*INTENTS, "gibberish"]:
        for extra in (
            "",
            " date=2026-11-25",
            " date=2027-01-01",
            " +promise_pay date=2026-11-25 +busy_callback",
            " amount=50000",
            " share=50",
            " digits=1234",
        ):
            turn = say(policy, state, intent + extra)
            assert turn.says, intent + extra
            assert all(a.disposition in CODES for a in turn.actions if isinstance(a, EndCall))
            assert turn.ended or flow.steps[turn.step].ask


@pytest.mark.parametrize(("name", "step"), STEPS)
def test_silence_is_answered_and_comes_to_an_end(
    flows: dict[str, Flow], prompts: PromptBook, name: str, step: str
) -> None:
    policy, state = at_step(flows[name], prompts, step)
    for _ in range(25):
        state, turn = policy.hear_silence(state, AT)
        assert turn.says
        if turn.ended:
            break
    assert state.ended


@pytest.mark.parametrize(("name", "step"), ONCE)
def test_nothing_can_be_said_for_ever(
    flows: dict[str, Flow], prompts: PromptBook, name: str, step: str
) -> None:
    """Somebody who says the same thing again and again comes to a polite end, unless they need help."""
    flow = flows[name]
    policy, start = at_step(flow, prompts, step)
    for intent in INTENTS:
        state = start
        for _ in range(40):
            state, turn = policy.hear(state, INTERPRETER.parse(intent, now=AT), AT)
            if turn.ended or flow.steps[state.step].holds:
                break
        assert state.ended or flow.steps[state.step].holds, intent
