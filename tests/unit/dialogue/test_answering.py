"""Two answers at once, keys in place of words, a moment's wait, and the end of what goes round."""

from __future__ import annotations

from datetime import date

import pytest

from bot.dialogue.flow import Flow
from bot.dialogue.turn import ConfirmIdentity, RecordPromise, ScheduleCallback
from tests.unit.dialogue.conftest import AT, FULL_BRIEF, TalkFactory

TOMORROW = "datetime=2026-11-24T15:00:00+08:00"


@pytest.mark.parametrize("line", ["confirm_identity +driving", "driving +confirm_identity"])
def test_a_callback_said_with_the_name_is_recorded_without_a_further_question(
    talk: TalkFactory, line: str
) -> None:
    call = talk()
    turn = call.say(f"{line} {TOMORROW}")
    assert ConfirmIdentity() in turn.actions
    assert any(isinstance(action, ScheduleCallback) and action.at for action in turn.actions)
    assert call.prompts() == ["close_callback_timed", "closing_label"]


def test_the_digits_are_not_waived_for_it(talk: TalkFactory) -> None:
    turn = talk(id_tail="1234").say(f"confirm_identity +busy_callback {TOMORROW}")
    assert ConfirmIdentity() not in turn.actions
    assert turn.ended


def test_a_question_said_with_the_answer_is_answered_where_that_leads(talk: TalkFactory) -> None:
    call = talk()
    call.say("confirm_identity +ask_how_to_pay")
    assert call.prompts() == ["purpose_overdue", "answer_how_to_pay", "ask_plan"]


@pytest.mark.parametrize("other", ["request_extension", "deny", "dispute_amount", "correct_date"])
def test_a_yes_with_a_wish_makes_no_promise(talk: TalkFactory, other: str) -> None:
    for line in (f"affirm +{other}", f"{other} +affirm"):
        call = talk()
        call.say("affirm", "promise_pay date=2026-11-25", line)
        assert call.conversation.outcome.promise is None


@pytest.mark.parametrize("other", ["third_party", "wrong_person", "deny"])
def test_a_name_that_is_taken_back_confirms_nothing(talk: TalkFactory, other: str) -> None:
    call = talk()
    assert ConfirmIdentity() not in call.say(f"confirm_identity +{other}").actions


def test_keys_count_once_they_are_offered(talk: TalkFactory) -> None:
    call = talk()
    early = call.conversation.press("1", AT)
    assert ConfirmIdentity() not in early.actions
    call.say("hm", "hm", "hm")
    assert call.prompts() == ["unclear_keys", "identity_name"]
    assert ConfirmIdentity() in call.conversation.press("1", AT).actions


def test_the_partial_check_can_be_keyed_in(talk: TalkFactory) -> None:
    call = talk(id_tail="123X")
    call.say("affirm")
    assert ConfirmIdentity() in call.conversation.press("123*#", AT).actions


def test_a_moment_is_waited_for_and_then_asked_after(talk: TalkFactory) -> None:
    call = talk()
    turn = call.say("affirm", "ask_wait")
    assert turn.wait_s is not None
    assert turn.wait_s > 10
    assert call.stay_silent().says[0].prompt == "wait_check"
    assert call.stay_silent().says[0].prompt == "silence_2"


def test_one_question_again_and_again_comes_to_an_end(talk: TalkFactory) -> None:
    call = talk()
    call.say(*["ask_who"] * 7)
    assert call.prompts() == ["close_digressed", "closing_label"]


def test_changing_ones_mind_for_ever_comes_to_an_end(talk: TalkFactory) -> None:
    call = talk()
    call.say("affirm", "promise_pay date=2026-11-25")
    for day in (26, 27, 28, 26, 27, 28):
        if not call.conversation.ended:
            call.say(f"deny date=2026-11-{day}")
    assert call.conversation.ended
    assert call.conversation.outcome.promise is None


def test_a_part_now_is_promised_with_the_day_of_the_rest(talk: TalkFactory) -> None:
    call = talk()
    call.say("affirm", "partial_payment amount=50000", "inform date=2026-11-24")
    assert call.prompts() == ["ask_rest"]
    call.say("inform date=2026-12-05", "affirm")
    assert call.conversation.outcome.promise == RecordPromise(
        50000, date(2026, 11, 24), rest_due=date(2026, 12, 5)
    )


def test_the_approved_plan_is_promised_by_its_first_payment(
    talk: TalkFactory, flows: dict[str, Flow]
) -> None:
    call = talk(of=flows["later-stage"], instalments=FULL_BRIEF.instalments, offer=None)
    call.say("affirm", "hardship")
    assert call.prompts() == ["offer_instalments"]
    call.say("affirm", "affirm")
    assert call.disposition == "promise_with_instalments"
    assert call.conversation.outcome.promise == RecordPromise(41150, date(2026, 11, 28), plan_id="plan-1")


def test_a_plan_that_is_not_approved_is_not_promised(talk: TalkFactory, flows: dict[str, Flow]) -> None:
    call = talk(of=flows["later-stage"], offer=None)
    call.say("affirm", "hardship", "affirm")
    assert call.disposition == "instalment_requested"
    assert call.conversation.outcome.promise is None


def test_nothing_is_pressed_for_after_hardship(talk: TalkFactory) -> None:
    call = talk(offer=None)
    call.say("affirm", "hardship", "refuse_pay")
    assert call.disposition == "no_commitment"
    assert call.conversation.outcome.human_requested
