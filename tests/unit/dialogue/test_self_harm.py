"""Words of self-harm: the bot stays, a person is summoned, and nothing leads away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import Flow
from bot.dialogue.prompts import PromptBook
from bot.dialogue.turn import RequestHuman, StopWordHit
from tests.unit.dialogue.conftest import AT, BRIEF, Talk, TalkFactory
from tests.unit.dialogue.fakes import INTENTS, STOP_WORDS, ScriptedInterpreter


@pytest.mark.parametrize(
    "before", [[], ["affirm"], ["affirm", "promise_pay date=2026-11-25"], ["busy_callback"]]
)
def test_a_person_is_summoned_at_once_in_every_state(talk: TalkFactory, before: list[str]) -> None:
    call = talk()
    if before:
        call.say(*before)
    turn = call.say("refuse_pay !self_harm")
    assert turn.actions == (StopWordHit("self_harm"), RequestHuman("self_harm", urgent=True))
    assert call.conversation.holding
    assert "12356" in turn.text


def test_it_goes_before_every_other_stop_word(talk: TalkFactory) -> None:
    call = talk()
    call.say("complaint !self_harm !complaint_regulator")
    assert call.conversation.holding
    assert call.conversation.outcome.stop_words == ("self_harm", "complaint_regulator")


@given(
    st.lists(
        st.one_of(
            st.sampled_from([*INTENTS, "gibberish", ""]),
            st.sampled_from([f"refuse_pay !{word}" for word in STOP_WORDS]),
        ),
        max_size=30,
    )
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_the_customer_says_makes_the_bot_hang_up(
    flow: Flow, prompts: PromptBook, lines: list[str]
) -> None:
    talk = Talk(Conversation(flow, prompts, BRIEF, ScriptedInterpreter(INTENTS)))
    talk.say("hm !self_harm")
    for line in lines:
        in_a_row = talk.conversation.state.silences
        turn = talk.stay_silent() if not line else talk.say(line)
        assert turn.says
        assert not turn.ended or in_a_row >= 19
        if turn.ended:
            break


def test_only_a_dead_line_ends_it(talk: TalkFactory) -> None:
    call = talk()
    call.say("hm !self_harm")
    assert not call.stay_silent(19).ended
    assert call.stay_silent().ended
    assert call.disposition == "vulnerable"


def test_disclosures_do_not_come_between(talk: TalkFactory) -> None:
    call = talk()
    call.conversation.interrupted(["disclose_recording"], AT)
    call.say("hm !self_harm")
    turn = call.conversation.hear("affirm", AT + timedelta(seconds=30))
    assert [say.prompt for say in turn.says] == ["support_listen"]


def test_the_truth_about_the_voice_is_told_here_too(talk: TalkFactory) -> None:
    call = talk()
    turn = call.say("hm !self_harm", "ask_robot")
    assert "人工智能" in turn.text
    assert "合成" in turn.text
    assert call.conversation.holding
