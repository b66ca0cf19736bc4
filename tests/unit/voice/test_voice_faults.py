"""What can go wrong on a line: each fault has a bounded answer, and the call ends with a disposition."""

from __future__ import annotations

import pytest

from bot.session import SessionResult
from tests.unit.voice.conftest import MakeCall
from tests.unit.voice.fakes import FRAMES_A_CHARACTER, Happening, noise, vowel
from tests.unit.voice.test_turn_taking import ASKED, YES, customer, noted, prompts

DISPOSED = 400.0


async def test_a_recogniser_that_fails_once_hears_the_same_words_again(make_call: MakeCall) -> None:
    call = make_call(YES, ends_at=30)
    call.recognizer.failures = 1
    result = await call.run()
    assert customer(result) == ["我就是"]
    assert call.recognizer.streams[0] is not None


async def test_a_recogniser_that_dies_in_mid_sentence_loses_nothing(make_call: MakeCall) -> None:
    call = make_call(YES, ends_at=30)
    fail, died = call.recognizer.fail_if_due, list[bool]()

    def die_after_a_while() -> None:
        if call.recognizer.fed_s > 0.5 and not died:
            died.append(True)
            call.recognizer.failures = 1
        fail()

    call.recognizer.fail_if_due = die_after_a_while  # type: ignore[method-assign]
    result = await call.run()
    assert customer(result) == ["我就是"]
    assert len(call.recognizer.streams) == 2
    assert call.recognizer.streams[0].closed


async def test_without_a_recogniser_keys_are_offered_and_the_call_ends(make_call: MakeCall) -> None:
    says = [(ASKED + 12 * i, "我就是王晓明你说吧") for i in range(12)]
    call = make_call(*says, ends_at=DISPOSED)
    call.recognizer.failures = 10_000
    result = await call.run()
    assert set(customer(result)) == {"…"}
    assert result.outcome.disposition == "unclear"
    assert result.hung_up_by == "bot"
    assert call.decoder.deaf


async def test_keys_serve_where_nothing_is_recognised(make_call: MakeCall) -> None:
    says = [(ASKED + 8 * i, "我就是王晓明你说吧") for i in range(5)]
    call = make_call(*says, ends_at=120)
    call.recognizer.failures = 10_000
    call.line.happenings.append(Happening(62.0, keys="1#"))
    result = await call.run()
    assert "1#" in customer(result)
    assert result.outcome.right_party


async def test_a_sentence_that_cannot_be_spoken_ends_the_call_with_an_apology(make_call: MakeCall) -> None:
    call = make_call(YES, ends_at=60)
    call.voice.broken = {"今天方便"}
    result = await call.run()
    assert result.fault == "SynthesisError"
    assert result.outcome.disposition == "bot_fault"
    assert prompts(result)[-2:] == ["close_fault", "closing_label"]


async def test_a_dead_voice_ends_the_call(make_call: MakeCall) -> None:
    call = make_call(ends_at=60)
    call.voice.broken = {""}
    result = await call.run()
    assert result.outcome.disposition == "bot_fault"
    assert result.hung_up_by == "bot"
    assert call.line.hung_up


async def test_somebody_in_need_is_not_hung_up_on_by_a_dead_voice(make_call: MakeCall) -> None:
    call = make_call((3, "我不想活了"), ends_at=40)
    call.voice.broken = {"担心", "我还在", "挂电话", "陪"}
    result = await call.run()
    assert result.hung_up_by == "customer"
    assert result.outcome.disposition == "vulnerable"


async def test_frames_that_stop_for_some_seconds_cost_no_word(make_call: MakeCall) -> None:
    call = make_call(YES, ends_at=40)
    call.line.happenings.append(Happening(16.0, lost_s=2.0))
    assert customer(await call.run()) == ["我就是"]


async def test_a_line_without_frames_is_given_up(make_call: MakeCall) -> None:
    call = make_call(ends_at=600)
    call.line.happenings.append(Happening(5.0, lost_s=500.0))
    result = await call.run()
    assert result.hung_up_by == "customer"
    assert "dead_line" in noted(call)
    assert call.line.at < 30


async def test_marks_that_never_come_do_not_stop_the_call(make_call: MakeCall) -> None:
    call = make_call(ends_at=DISPOSED, marks_work=False)
    result = await call.run()
    assert result.outcome.disposition in ("hung_up_early", "silent")
    assert not result.outcome.right_party  # nobody can tell that the disclosures were heard
    assert result.hung_up_by == "bot"


@pytest.mark.parametrize("level", [1500, 6000])
async def test_noise_without_end_ends_in_a_disposition(make_call: MakeCall, level: int) -> None:
    call = make_call((4.0, noise(380, level)), ends_at=DISPOSED)
    result = await call.run()
    assert result.hung_up_by == "bot"
    assert result.outcome.disposition in ("silent", "unclear", "hung_up_early")


async def test_music_without_end_ends_in_a_disposition(make_call: MakeCall) -> None:
    tune = b"".join(vowel(0.02 * FRAMES_A_CHARACTER, 1500 + 2500 * (i % 3)) for i in range(1500))
    result = await make_call((4.0, tune), ends_at=DISPOSED).run()
    assert result.hung_up_by == "bot"
    assert result.outcome.disposition in ("silent", "unclear", "hung_up_early")


async def test_a_minute_of_silence_from_the_far_end_is_a_silent_call(make_call: MakeCall) -> None:
    call = make_call(YES, ends_at=DISPOSED)
    result = await call.run()
    assert result.outcome.disposition == "silent"


async def test_a_far_end_that_hangs_up_in_mid_sentence_leaves_what_it_heard(make_call: MakeCall) -> None:
    call = make_call(ends_at=60)
    call.line.happenings.append(Happening(4.0, hangs_up=True))
    result: SessionResult = await call.run()
    last = [entry for entry in result.entries if entry.speaker == "bot"][-1]
    assert not last.played
    assert last.heard == "我是人工智能语音"
    assert result.outcome.disposition == "hung_up_early"
