"""A call by voice as the customer lives it: waiting, cutting in, murmuring. Time is that of frames."""

from __future__ import annotations

import pytest

from bot.session import SessionResult
from bot.transcript import Entry
from tests.unit.voice.conftest import MakeCall, VoiceCall
from tests.unit.voice.fakes import CHARACTER_S, Happening, noise, speech

ASKED = 18.5  # the opening is over, and the name asked for
YES = (ASKED, "我就是")


def customer(result: SessionResult) -> list[str]:
    return [entry.text for entry in result.entries if entry.speaker == "customer"]


def prompts(result: SessionResult) -> list[str | None]:
    return [entry.prompt for entry in result.entries if entry.speaker == "bot"]


def said(result: SessionResult, prompt: str) -> Entry:
    return next(entry for entry in result.entries if entry.prompt == prompt)


def noted(call: VoiceCall) -> list[str]:
    return [name for name, _ in call.notes]


async def test_a_complete_answer_is_answered_within_a_third_of_a_second(make_call: MakeCall) -> None:
    call = make_call(YES, ends_at=30)
    result = await call.run()
    ended = ASKED + 3 * CHARACTER_S
    answered = call.when(
        said(result, "purpose_overdue" if "purpose_overdue" in prompts(result) else "identity_ok")
    )
    assert customer(result) == ["我就是"]
    assert 0.2 <= answered - ended <= 0.33


async def test_a_pause_within_a_sentence_is_waited_out(make_call: MakeCall) -> None:
    call = make_call(YES, (35, "我大概   下个星期   五还"), ends_at=45)
    assert customer(await call.run()) == ["我就是", "我大概下个星期五还"]


async def test_digits_dictated_with_pauses_are_heard_to_the_last(make_call: MakeCall) -> None:
    call = make_call(YES, (29, "三六     七     八"), id_tail="3678", ends_at=36)
    result = await call.run()
    assert customer(result) == ["我就是", "三六七八"]
    assert result.outcome.right_party


async def test_whoever_cuts_in_is_listened_to_at_once(make_call: MakeCall) -> None:
    call = make_call(YES, (25, "我想问一下怎么还款"), ends_at=40)
    result = await call.run()
    cut = next(entry for entry in result.entries if entry.speaker == "bot" and not entry.played)
    assert cut.heard
    assert cut.text.startswith(cut.heard)
    assert len(cut.heard) < len(cut.text)
    barged_in = dict(call.notes)["barge_in"]
    assert barged_in - 25 < 0.6
    assert customer(result)[1] == "我想问一下怎么还款"


async def test_the_bot_is_silent_a_tenth_of_a_second_after_somebody_cuts_in(make_call: MakeCall) -> None:
    call = make_call(YES, (25, "我想问一下怎么还款"), ends_at=26)
    await call.run()
    played = bytes(call.line.played)
    after = played[int(25.16 * 16000) : int(25.9 * 16000)]
    assert not any(after)
    assert any(played[int(24.0 * 16000) : int(25.0 * 16000)])


@pytest.mark.parametrize("murmur", ["嗯", "对", "好的", "嗯嗯", "知道了"])
async def test_a_murmur_does_not_take_the_word(make_call: MakeCall, murmur: str) -> None:
    call = make_call(YES, (24, murmur), ends_at=40)
    result = await call.run()
    assert customer(result) == ["我就是"]
    assert "false_interruption" in noted(call)
    assert said(result, "purpose_overdue").played


async def test_what_was_cut_by_a_murmur_is_said_again_from_its_clause(make_call: MakeCall) -> None:
    call = make_call(YES, (24, "嗯"), ends_at=40)
    await call.run()
    assert "您的信用卡还款日是月日星您的信用卡还款日是月日星期二到今天已经过了天" in call.line.heard
    assert call.line.heard.count("谢谢您的确认") == 1


async def test_an_answer_on_the_last_word_of_a_question_is_an_answer(make_call: MakeCall) -> None:
    call = make_call((12.8, "是的"), ends_at=20)
    result = await call.run()
    assert customer(result) == ["是的"]
    assert result.outcome.right_party


async def test_a_disclosure_cannot_be_cut_and_is_repeated_when_talked_over(make_call: MakeCall) -> None:
    call = make_call((3, "你是谁呀你找我干什么"), ends_at=25)
    result = await call.run()
    assert prompts(result)[:5] == [
        "disclose_institution",
        "disclose_ai",
        "disclose_ai",
        "disclose_recording",
        "identity_name",
    ]
    over = said(result, "disclose_ai")
    assert not over.played
    assert over.heard == over.text  # it went on to its end
    assert call.line.heard.count("您听到的声音由人工智能合成") == 2


@pytest.mark.parametrize("words", ["喂你好", "嗯", "啊"])
async def test_a_hello_over_a_disclosure_is_no_harm(make_call: MakeCall, words: str) -> None:
    result = await make_call((1, words), ends_at=15).run()
    assert len(prompts(result)) == len(set(prompts(result)))


async def test_a_stop_word_acts_at_once_even_over_a_disclosure(make_call: MakeCall) -> None:
    call = make_call((3, "别打了不要再打电话给我了"), ends_at=12)
    result = await call.run()
    cut = said(result, "disclose_ai")
    assert not cut.played
    assert len(cut.heard or "") < len(cut.text)
    assert said(result, "confirm_stop")
    assert result.outcome.disposition == "do_not_call"


async def test_somebody_in_despair_is_answered_at_once_and_not_left(make_call: MakeCall) -> None:
    result = await make_call((3, "我不想活了"), ends_at=60).run()
    assert result.hung_up_by == "customer"
    assert result.outcome.disposition == "vulnerable"
    assert said(result, "support")


async def test_keys_cut_in_and_are_read_together(make_call: MakeCall) -> None:
    call = make_call(YES, id_tail="3678", ends_at=34)
    call.line.happenings += [Happening(24.0 + 0.4 * i, keys=key) for i, key in enumerate("3678#")]
    result = await call.run()
    assert customer(result) == ["我就是", "3678#"]
    assert result.outcome.right_party


async def test_of_several_readings_the_one_that_makes_sense_is_taken(make_call: MakeCall) -> None:
    call = make_call(YES, ends_at=24)
    call.recognizer.readings = lambda words: ["哦酒量", words, "我就说"] if words else []
    result = await call.run()
    assert customer(result) == ["我就是"]


async def test_silence_is_asked_about_and_ends_the_call_in_the_end(make_call: MakeCall) -> None:
    result = await make_call(ends_at=120).run()
    assert result.outcome.disposition == "silent"
    assert result.hung_up_by == "bot"
    assert customer(result) == []


async def test_a_cough_is_no_answer(make_call: MakeCall) -> None:
    call = make_call((ASKED, noise(0.2, 8000)), (20.5, "我就是"), ends_at=30)
    assert customer(await call.run()) == ["我就是"]


async def test_speech_of_which_no_word_is_recognised_is_asked_again(make_call: MakeCall) -> None:
    call = make_call((ASKED, speech("我就是王晓明")), ends_at=26)
    call.recognizer.readings = lambda words: []
    result = await call.run()
    assert customer(result)[0] == "…"
    assert prompts(result).count("identity_name") == 2


async def test_the_answer_is_made_ready_before_the_customer_has_finished(make_call: MakeCall) -> None:
    call = make_call(YES, ends_at=ASKED + 3 * CHARACTER_S + 0.2)  # hangs up before the endpoint
    await call.run()
    assert any("信用卡" in text for text in call.voice.made)
