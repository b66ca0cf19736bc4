"""Grave words are heard wherever they fall, and no yes binds to what was not heard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.voice.channel import DOUBT_S
from tests.unit.voice.conftest import MakeCall
from tests.unit.voice.fakes import Happening, noise
from tests.unit.voice.test_turn_taking import ASKED, YES, customer, noted, prompts, said


@pytest.mark.parametrize(
    ("words", "disposition"),
    [("我不想活了", "vulnerable"), ("不要录音", "recording_refused"), ("我已经还过了", "paid_claim")],
)
async def test_last_words_before_a_hang_up_count(make_call: MakeCall, words: str, disposition: str) -> None:
    call = make_call((ASKED, words))
    call.line.happenings.append(Happening(ASKED + 0.2 * len(words) + 0.3, hangs_up=True))
    result = await call.run()
    assert customer(result) == [words]
    assert result.outcome.disposition == disposition


async def test_last_words_over_a_disclosure_count_too(make_call: MakeCall) -> None:
    call = make_call((3, "我不想活了"))
    call.line.happenings.append(Happening(4.3, hangs_up=True))
    assert (await call.run()).outcome.disposition == "vulnerable"


@pytest.mark.parametrize("words", ["好你说", "是啊你说", "你说吧我就是"])
@pytest.mark.parametrize("at", [10.3, 10.5, 10.7])
async def test_a_yes_to_a_question_that_was_not_heard_confirms_nobody(
    make_call: MakeCall, words: str, at: float
) -> None:
    call = make_call((at, words), ends_at=17)
    result = await call.run()
    assert not result.outcome.right_party
    assert "信用卡" not in call.line.heard
    assert prompts(result).count("identity_name") == 2  # it is asked again


async def test_a_yes_to_the_question_asked_again_confirms(make_call: MakeCall) -> None:
    call = make_call((10.6, "好你说"), (17.5, "我就是"), ends_at=25)
    assert (await call.run()).outcome.right_party


@pytest.mark.parametrize("at", [19.6, 22.0])
async def test_a_goodbye_is_left_for_somebody_in_despair(make_call: MakeCall, at: float) -> None:
    call = make_call((17.0, "打错了"), (at, "我不想活了"), ends_at=60)
    result = await call.run()
    assert result.hung_up_by == "customer"
    assert result.outcome.disposition == "vulnerable"
    assert said(result, "support")


async def test_a_goodbye_is_said_to_its_end_over_a_goodbye(make_call: MakeCall) -> None:
    call = make_call((17.0, "打错了"), (19.6, "谢谢你再见了啊"), ends_at=60)
    result = await call.run()
    assert result.hung_up_by == "bot"
    assert prompts(result)[-1] == "closing_label"
    assert result.entries[-1].played


@pytest.mark.parametrize(
    ("words", "at"), [("你听我说我不想活了", 9.1), ("我不想活了", 9.5), ("我真的不想活了", 9.3)]
)
async def test_a_grave_word_over_the_end_of_a_disclosure_is_heard(
    make_call: MakeCall, words: str, at: float
) -> None:
    result = await make_call((at, words), ends_at=40).run()
    assert result.outcome.disposition == "vulnerable"


async def test_a_grave_word_that_is_read_out_late_is_heard(make_call: MakeCall) -> None:
    call = make_call((3, "我不想活了"), ends_at=40)
    call.recognizer.shows_partials = False
    assert (await call.run()).outcome.disposition == "vulnerable"


async def test_murmurs_without_end_do_not_hold_a_sentence_up(make_call: MakeCall) -> None:
    call = make_call(YES, *[(20.5 + 2 * i, "嗯") for i in range(30)], ends_at=90)
    result = await call.run()
    sentence = said(result, "purpose_overdue")
    assert sentence.until is not None
    assert sentence.until - sentence.at < timedelta(seconds=16 + 2 * DOUBT_S)
    assert call.line.heard.count("您的信用卡还款日") <= 3


async def test_a_long_tune_does_not_hold_a_call_up(make_call: MakeCall) -> None:
    call = make_call(*[(11 + 2.2 * i, noise(0.3, 7000)) for i in range(400)], ends_at=900)
    result = await call.run()
    assert result.hung_up_by == "bot"
    assert call.line.at < 200


async def test_words_still_interrupt_after_many_murmurs(make_call: MakeCall) -> None:
    call = make_call(YES, (20.5, "嗯"), (22.5, "嗯"), (25.5, "我想问一下怎么还款"), ends_at=40)
    result = await call.run()
    assert "我想问一下怎么还款" in customer(result)
    assert noted(call).count("false_interruption") == 2
    assert not said(result, "purpose_overdue").played


async def test_a_short_answer_is_heard_after_coughs_over_the_question(make_call: MakeCall) -> None:
    coughs = [(10.8, noise(0.2, 8000)), (12.6, noise(0.2, 8000))]
    call = make_call(*coughs, (21.0, "是"), ends_at=40)
    assert (await call.run()).outcome.right_party


async def test_long_speech_of_which_no_word_is_recognised_is_talk_over_a_disclosure(
    make_call: MakeCall,
) -> None:
    call = make_call((0.5, "我就是王晓明你说吧你是谁呀你找我"), ends_at=25)
    call.recognizer.readings = lambda words: []
    call.recognizer.shows_partials = False
    result = await call.run()
    assert "talked_over" in noted(call)
    assert len(prompts(result)) > len(set(prompts(result)))


async def test_what_was_said_before_the_next_question_does_not_answer_it(make_call: MakeCall) -> None:
    call = make_call((18.5, "我就是"), (34.0, "好的好的没问题"), id_tail="3678", ends_at=60)
    call.line.happenings += [Happening(32.0 + 0.2 * i, keys=key) for i, key in enumerate("3678")]
    result = await call.run()
    assert result.outcome.right_party
    assert "好的好的没问题" not in customer(result)
    assert "read_back" not in prompts(result)


async def test_an_unexpected_fault_of_understanding_ends_with_an_apology(
    make_call: MakeCall,
) -> None:
    call = make_call((ASKED, "我明天还"), ends_at=60)
    parse = call.conversation._interpreter.parse

    def broken(text: str, **given: object) -> object:
        if "明天" in text:
            raise ValueError(text)
        return parse(text, **given)  # type: ignore[arg-type]

    call.conversation._interpreter = type("Broken", (), {"parse": staticmethod(broken)})()
    result = await call.run()
    assert result.fault == "ValueError"
    assert result.outcome.disposition == "bot_fault"
