"""The repayment reminder, from the opening to what is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.dialogue.brief import Offer
from bot.dialogue.turn import ConfirmIdentity, RecordPromise, ScheduleCallback, StopWordHit
from bot.errors import FlowError
from tests.unit.dialogue.conftest import AT, BRIEF, TalkFactory

EXPIRED = Offer("offer-0", 5000, date(2026, 11, 28), "supervisor", date(2026, 11, 22))


def test_opening_discloses_before_it_asks(talk: TalkFactory) -> None:
    opening = talk().turns[0]
    assert [say.prompt for say in opening.says] == [
        "disclose_institution",
        "disclose_ai",
        "disclose_recording",
        "identity_name",
    ]
    assert [say.interruptible for say in opening.says] == [False, False, False, True]
    assert "王晓明先生" in opening.says[-1].text


def test_promise_with_amount_and_date_is_read_back_and_recorded(talk: TalkFactory) -> None:
    call = talk()
    turn = call.say("confirm_identity")
    assert ConfirmIdentity() in turn.actions
    assert "1234元5角" in turn.text
    turn = call.say("promise_pay date=2026-11-27 amount=100000")
    assert turn.says[-1].prompt == "read_back"
    assert "11月27日星期五" in turn.text
    assert "1000元" in turn.text
    turn = call.say("affirm")
    assert RecordPromise(100000, date(2026, 11, 27)) in turn.actions
    assert turn.ended
    assert call.disposition == "promise"
    assert call.prompts() == ["close_promise", "closing_label"]


def test_a_day_without_an_amount_means_all_of_it(talk: TalkFactory) -> None:
    call = talk()
    call.say("affirm", "promise_pay date=2026-11-25", "affirm")
    assert call.conversation.outcome.promise == RecordPromise(123450, date(2026, 11, 25))


def test_no_promise_without_a_clear_yes(talk: TalkFactory) -> None:
    call = talk()
    call.say("affirm", "promise_pay date=2026-11-25", "thanks_bye")
    assert call.prompts() == ["read_back_yes_or_no", "read_back"]
    call.say("promise_pay", "promise_pay")
    assert call.disposition == "no_commitment"
    assert call.conversation.outcome.promise is None


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ("promise_pay date=2026-12-15", "limit_date"),
        ("promise_pay date=2026-11-20", "limit_date"),
        ("promise_pay date=2026-11-25 amount=999900", "limit_amount_high"),
        ("promise_pay date=2026-11-25 amount=100", "limit_amount_low"),
    ],
)
def test_what_is_out_of_range_is_asked_again_with_the_limit(talk: TalkFactory, said: str, limit: str) -> None:
    call = talk()
    call.say("affirm", said)
    assert limit in call.prompts()
    call.say("inform date=2026-11-25 amount=50000", "affirm")
    assert call.conversation.outcome.promise == RecordPromise(50000, date(2026, 11, 25))


def test_out_of_range_again_and_again_ends_without_a_promise(talk: TalkFactory) -> None:
    call = talk()
    call.say("affirm", *["promise_pay date=2027-01-15"] * 3)
    assert call.disposition == "no_commitment"


def test_a_correction_in_the_read_back_is_read_back_again(talk: TalkFactory) -> None:
    call = talk()
    call.say("affirm", "promise_pay date=2026-11-25 amount=100000", "deny date=2026-11-26")
    assert call.prompts() == ["read_back"]
    assert "11月26日" in call.turns[-1].text
    assert "1000元" in call.turns[-1].text
    call.say("affirm amount=80000")
    assert "800元" in call.turns[-1].text
    call.say("affirm")
    assert call.conversation.outcome.promise == RecordPromise(80000, date(2026, 11, 26))


def test_hardship_is_met_with_the_approved_offer(talk: TalkFactory) -> None:
    call = talk()
    turn = call.say("affirm", "hardship")
    assert "50元" in turn.text
    assert "1184元5角" in turn.text
    call.say("affirm", "inform date=2026-11-27", "affirm")
    assert call.conversation.outcome.promise == RecordPromise(118450, date(2026, 11, 27), "offer-1")
    assert call.disposition == "promise_with_relief"


def test_relief_is_not_promised_beyond_its_day(talk: TalkFactory) -> None:
    call = talk()
    call.say("affirm", "hardship", "affirm", "inform date=2026-11-29")
    assert "limit_relief_date" in call.prompts()
    call.say("inform date=2026-11-29")
    assert call.prompts() == ["read_back"]
    assert "减免" not in call.turns[-1].text
    call.say("affirm")
    assert call.conversation.outcome.promise == RecordPromise(123450, date(2026, 11, 29))


@pytest.mark.parametrize("offer", [None, EXPIRED])
def test_without_a_valid_offer_the_minimum_is_asked_for(talk: TalkFactory, offer: object) -> None:
    call = talk(offer=offer)
    turn = call.say("affirm", "hardship")
    assert call.prompts() == ["offer_minimum"]
    assert "200元" in turn.text
    call.say("promise_pay date=2026-11-24", "affirm")
    assert call.conversation.outcome.promise == RecordPromise(20000, date(2026, 11, 24))


def test_refusal_is_met_once_and_then_accepted(talk: TalkFactory) -> None:
    call = talk()
    call.say("affirm", "refuse_pay")
    assert call.prompts() == ["ask_last"]
    call.say("refuse_pay")
    assert call.disposition == "refused"


@pytest.mark.parametrize(
    ("days", "prompt"), [(13, "purpose_overdue"), (0, "purpose_due_today"), (-3, "purpose_upcoming")]
)
def test_purpose_fits_the_due_date(talk: TalkFactory, days: int, prompt: str) -> None:
    call = talk(debt=replace(BRIEF.debt, days_past_due=days))
    call.say("affirm")
    assert call.prompts() == [prompt, "ask_plan"]


@pytest.mark.parametrize(
    "spoken", ["inform digits=123X", "一二三叉", "inform 是幺二三x", "后四位 是 一二三艾克斯"]
)
def test_the_partial_check_hears_digits_as_they_are_spoken(talk: TalkFactory, spoken: str) -> None:
    call = talk(id_tail="123X")
    assert call.say("affirm").says[-1].prompt == "identity_tail"
    assert ConfirmIdentity() in call.say(spoken).actions


def test_two_wrong_tails_end_the_call_with_nothing_said(talk: TalkFactory) -> None:
    call = talk(id_tail="1234")
    call.say("affirm", "inform digits=9999")
    assert call.prompts() == ["identity_tail_wrong", "identity_tail"]
    call.say("inform digits=0000")
    assert call.disposition == "identity_failed"
    assert not call.conversation.outcome.right_party


def test_a_long_number_that_only_contains_the_tail_does_not_pass(talk: TalkFactory) -> None:
    call = talk(id_tail="1234")
    turn = call.say("affirm", "inform digits=12340000")
    assert ConfirmIdentity() not in turn.actions


@pytest.mark.parametrize(
    ("lines", "disposition"),
    [
        (["third_party"], "third_party"),
        (["wrong_person"], "wrong_number"),
        (["deny", "affirm"], "third_party"),
        (["deny", "deny"], "wrong_number"),
        (["thanks_bye"], "hung_up_early"),
        (["affirm", "thanks_bye"], "no_commitment"),
        (["affirm", "already_paid"], "paid_claim"),
        (["affirm", "ask_human"], "human_requested"),
        (["affirm", "stop_calling", "affirm"], "do_not_call"),
        (["stop_calling", "stop_calling"], "do_not_call"),
        (["affirm", "abuse", "abuse", "abuse"], "refused"),
        (["affirm", "hm", "hm", "hm", "hm", "hm"], "unclear"),
    ],
)
def test_ways_to_end(talk: TalkFactory, lines: list[str], disposition: str) -> None:
    call = talk()
    turn = call.say(*lines)
    assert turn.ended
    assert call.disposition == disposition
    assert call.prompts()[-1] == "closing_label"


def test_silence_is_met_three_times_each_in_other_words(talk: TalkFactory) -> None:
    call = talk()
    said = [call.stay_silent().says[0].text for _ in range(3)]
    assert len(set(said)) == 3
    call.stay_silent()
    assert call.disposition == "silent"


def test_a_word_between_starts_the_silences_anew(talk: TalkFactory) -> None:
    call = talk()
    call.stay_silent(3)
    call.say("ask_who")
    assert not call.stay_silent(3).ended


def test_callback_with_a_time_is_recorded(talk: TalkFactory) -> None:
    call = talk()
    turn = call.say("busy_callback datetime=2026-11-24T15:00:00+08:00")
    at = datetime(2026, 11, 24, 15, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert ScheduleCallback(at) in turn.actions
    assert "11月24日星期二下午3点" in turn.text
    assert call.disposition == "callback"


def test_callback_asks_for_the_time_and_not_for_a_past_one(talk: TalkFactory) -> None:
    call = talk()
    call.say("affirm", "busy_callback")
    assert call.prompts() == ["callback_time"]
    call.say("inform datetime=2026-11-23T09:00:00+08:00")
    assert call.prompts() == ["callback_past", "callback_time"]
    call.say("inform date=2026-11-25")
    assert call.conversation.outcome.callback_at == datetime(
        2026, 11, 25, 10, tzinfo=ZoneInfo("Asia/Shanghai")
    )


def test_digressions_return_to_the_step_left(talk: TalkFactory) -> None:
    call = talk()
    call.say("affirm")
    step = call.turns[-1].step
    for question in ("ask_who", "ask_amount", "ask_due_date", "ask_how_to_pay", "ask_robot", "ask_repeat"):
        call.say(question)
        assert call.prompts()[-1] == "ask_plan"
        assert call.turns[-1].step == step


def test_a_detour_that_is_taken_back_returns(talk: TalkFactory) -> None:
    call = talk()
    call.say("affirm", "stop_calling", "deny")
    assert call.prompts() == ["ask_plan"]
    assert call.conversation.far_end_hung_up(AT).disposition == "hung_up"


def test_a_question_inside_a_detour_stays_in_it(talk: TalkFactory) -> None:
    call = talk()
    call.say("affirm", "busy_callback", "ask_robot")
    assert call.prompts() == ["answer_robot", "callback_time"]


@pytest.mark.parametrize(
    ("lines", "disposition"),
    [
        ([], "hung_up_early"),
        (["affirm"], "hung_up"),
        (["affirm", "promise_pay date=2026-11-25"], "hung_up"),
        (["stop_calling"], "do_not_call"),
        (["busy_callback"], "callback"),
        (["affirm", "hm !self_harm"], "vulnerable"),
    ],
)
def test_what_a_hang_up_midway_means(talk: TalkFactory, lines: list[str], disposition: str) -> None:
    call = talk()
    call.say(*lines) if lines else None
    assert call.conversation.far_end_hung_up(AT).disposition == disposition


def test_winding_up_is_polite_and_keeps_what_was_settled(talk: TalkFactory) -> None:
    early, late = talk(), talk()
    assert early.conversation.wind_up(AT).ended
    assert early.disposition == "hung_up_early"
    late.say("affirm")
    turn = late.conversation.wind_up(AT)
    assert [say.prompt for say in turn.says] == ["close_wound_up", "closing_label"]
    assert late.disposition == "no_commitment"


def test_stop_words_are_reported_once_with_their_rule(talk: TalkFactory) -> None:
    call = talk()
    turn = call.say("stop_calling !stop_calling")
    assert turn.actions == (StopWordHit("stop_calling"),)
    turn = call.say("stop_calling !stop_calling")
    assert StopWordHit("stop_calling") not in turn.actions
    assert call.conversation.outcome.stop_words == ("stop_calling",)


def test_going_back_takes_the_last_turn_back(talk: TalkFactory) -> None:
    call = talk()
    first = call.say("affirm")
    before = call.conversation.state
    second = call.say("promise_pay date=2026-11-25")
    assert call.conversation.back() is before
    assert call.conversation.hear("promise_pay date=2026-11-25", call.at) == second
    assert first.step == before.step


def test_a_conversation_is_opened_once_and_not_held_beyond_its_end(talk: TalkFactory) -> None:
    call = talk()
    with pytest.raises(FlowError, match="open already"):
        call.conversation.open(AT)
    call.say("wrong_person")
    with pytest.raises(FlowError, match="over"):
        call.conversation.hear("affirm", AT)


def test_blank_text_is_silence(talk: TalkFactory) -> None:
    assert talk().say("  ").says[0].prompt == "silence_1"


def test_days_are_those_of_the_customer_whatever_zone_the_clock_is_in(talk: TalkFactory) -> None:
    call = talk()
    call.conversation.hear("affirm", AT)
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # past midnight in Shanghai
    turn = call.conversation.hear("pay_now", late)
    assert "今天11月24日" in turn.text
