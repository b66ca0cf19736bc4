"""Speaking in calls: each clause is made once, at once when known, by a reserve when need be."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from bot.audio.loudness import active_level_db
from bot.audio.pcm import seconds, silence
from bot.datafile import load_model
from bot.dialogue.manner import USUAL, Manner
from bot.dialogue.prompts import PromptBook
from bot.errors import ModelError, SynthesisError
from bot.language import language_dir
from bot.tts.clip_store import MemoryClips
from bot.tts.fake import CHARACTER_S, FakeSynthesizer, tone
from bot.tts.making import ClipMaker
from bot.tts.reading_words import ReadingWords
from bot.tts.speaker import Speaker, open_speaker

ZH = language_dir("zh")
WORDS = load_model(ZH / "reading.yml", ReadingWords)
SENTENCE = "您好，请问您是张三本人吗？"
CONSTANTS = {"institution": "融安消费金融", "hotline": "4008001234"}


def speaker(
    synthesizer: FakeSynthesizer, cache_dir: Path | None = None, reserve: FakeSynthesizer | None = None
) -> Speaker:
    clips = ClipMaker(synthesizer, reserve=reserve, kept={"您好，"}, cache_dir=cache_dir)
    return Speaker(clips, WORDS)


async def test_a_sentence_comes_in_clauses_with_a_pause_behind_each() -> None:
    clauses = await speaker(FakeSynthesizer()).clauses(SENTENCE)
    assert [clause.text for clause in clauses] == ["您好，", "请问您是张三本人吗？"]
    assert clauses[0].pcm == tone("您好，") + silence(WORDS.pauses[","])
    assert clauses[1].pcm == tone("请问您是张三本人吗？") + silence(WORDS.pauses["?"])


async def test_slower_speech_pauses_longer_too() -> None:
    manner = Manner(rate=0.76)
    (clause,) = await speaker(FakeSynthesizer()).clauses("您好，", manner)
    assert seconds(clause.pcm) == pytest.approx((2 * CHARACTER_S + WORDS.pauses[","]) / 0.76, abs=0.001)


async def test_louder_speech_is_the_same_speech_louder() -> None:
    voice = FakeSynthesizer()
    talk = speaker(voice)
    (usual,), (louder,) = await talk.clauses("您好"), await talk.clauses("您好", Manner(gain_db=4.0))
    assert active_level_db(louder.pcm) == pytest.approx((active_level_db(usual.pcm) or 0) + 4, abs=0.1)
    assert voice.asked["您好"] == 1
    assert talk.ready("您好", Manner(gain_db=4.0)) == (louder,)
    assert talk.ready("您好", Manner(gain_db=8.0)) is None


async def test_what_was_said_before_is_ready_at_once() -> None:
    voice = FakeSynthesizer()
    talk = speaker(voice)
    assert talk.ready(SENTENCE) is None
    said = await talk.clauses(SENTENCE)
    assert talk.ready(SENTENCE) == said
    assert talk.ready("您好，请问您是李四本人吗？") is None
    await talk.clauses("您好，请问您是李四本人吗？")
    assert set(voice.asked.values()) == {1}


async def test_calls_that_want_the_same_clause_at_once_share_one_synthesis() -> None:
    voice = FakeSynthesizer()
    voice.held = asyncio.Event()
    talk = speaker(voice)
    calls = [asyncio.create_task(talk.clauses(SENTENCE)) for _ in range(20)]
    await asyncio.sleep(0)
    voice.held.set()
    said = await asyncio.gather(*calls)
    assert len(set(said)) == 1
    assert set(voice.asked.values()) == {1}


async def test_a_call_that_hangs_up_takes_nothing_from_the_others() -> None:
    voice = FakeSynthesizer()
    voice.held = asyncio.Event()
    talk = speaker(voice)
    gone, stays = (asyncio.create_task(talk.clauses("您好")) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone])
    voice.held.set()
    assert (await stays)[0].pcm == tone("您好")
    assert voice.asked["您好"] == 1


async def test_the_first_clause_can_be_played_while_the_second_is_made() -> None:
    voice = FakeSynthesizer()
    stream = speaker(voice).stream(SENTENCE)
    first = await anext(stream)
    assert first.text == "您好，"
    assert voice.asked == {"您好，": 1}
    await stream.aclose()  # type: ignore[attr-defined]


async def test_a_long_sentence_holds_up_no_other_call() -> None:
    """While one call has its long sentence made, another gets its turn after one clause, not after all."""
    voice = FakeSynthesizer()
    voice.held = asyncio.Event()
    voice.held.set()
    talk, finished = speaker(voice), []

    async def call(name: str, text: str) -> None:
        await talk.clauses(text)
        finished.append(name)

    await asyncio.gather(call("long", "，".join("一二三四五六七八九")), call("short", "您好"))
    assert finished == ["short", "long"]


async def test_a_failure_is_tried_again_before_anybody_hears_of_it() -> None:
    voice = FakeSynthesizer()
    voice.failures = {"您好，": 1}
    (hello, _) = await speaker(voice).clauses(SENTENCE)
    assert hello.pcm.startswith(tone("您好，"))
    assert voice.asked["您好，"] == 2


async def test_the_reserve_speaks_when_the_voice_cannot_and_steps_back_when_it_can() -> None:
    voice, reserve = FakeSynthesizer(), FakeSynthesizer("reserve")
    voice.failures = {"您好": 2}
    talk = speaker(voice, reserve=reserve)
    (said,) = await talk.clauses("您好")
    assert said.pcm == tone("您好", voice="reserve")
    (said,) = await talk.clauses("您好")
    assert said.pcm == tone("您好")


async def test_without_a_reserve_the_caller_is_told_and_no_name_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    voice = FakeSynthesizer()
    voice.failures = {"请问您是张三本人吗？": 99}
    with pytest.raises(SynthesisError, match="10 characters cannot be spoken"):
        await speaker(voice).clauses(SENTENCE)
    assert caplog.records
    assert "张三" not in caplog.text


async def test_a_reserve_that_fails_too_is_told_of() -> None:
    voice, reserve = FakeSynthesizer(), FakeSynthesizer("reserve")
    voice.failures, reserve.failures = {"您好": 99}, {"您好": 99}
    with pytest.raises(SynthesisError, match="nor by the reserve"):
        await speaker(voice, reserve=reserve).clauses("您好")


async def test_a_voice_that_is_not_there_is_replaced_without_a_second_try() -> None:
    class Missing(FakeSynthesizer):
        async def synthesize(self, text: str, *, rate: float = 1.0) -> bytes:
            self.asked[text] += 1
            raise ModelError("no such voice")

    voice = Missing()
    (said,) = await speaker(voice, reserve=FakeSynthesizer("reserve")).clauses("您好")
    assert said.pcm == tone("您好", voice="reserve")
    assert voice.asked["您好"] == 1
    with pytest.raises(SynthesisError, match="no such voice"):
        await speaker(Missing()).clauses("您好")


async def test_after_a_failure_nothing_is_left_behind() -> None:
    voice = FakeSynthesizer()
    voice.failures = {"您好": 2}
    talk = speaker(voice)
    with pytest.raises(SynthesisError):
        await talk.clauses("您好")
    assert (await talk.clauses("您好"))[0].pcm == tone("您好")


async def test_nothing_to_say_is_a_pause_at_most() -> None:
    talk = speaker(FakeSynthesizer())
    assert await talk.clauses("") == ()
    assert talk.ready("") == ()
    (clause,) = await talk.clauses("……")
    assert clause.pcm == silence(WORDS.pauses["."])


async def test_warming_makes_each_clause_once_and_tells_how_many() -> None:
    voice = FakeSynthesizer()
    talk = speaker(voice)
    assert await talk.warm(["您好，", "您好，再见。", "再见。"]) == 2
    assert set(voice.asked.values()) == {1}
    assert talk.ready("您好，再见。") is not None


async def test_warming_waits_while_a_call_waits() -> None:
    voice = FakeSynthesizer()
    voice.held = asyncio.Event()
    talk = speaker(voice)
    call = asyncio.create_task(talk.clauses("喂"))
    await asyncio.sleep(0)
    warming = asyncio.create_task(talk.warm(["您好，再见。"]))
    for _ in range(10):
        await asyncio.sleep(0)
    assert set(voice.asked) == {"喂"}
    voice.held.set()
    await call
    assert await warming == 2


async def test_warming_leaves_what_fails_and_gives_up_on_a_broken_engine() -> None:
    voice = FakeSynthesizer()
    voice.failures = {"二。": 99}
    assert await speaker(voice).warm(["一。", "二。", "三。"]) == 2
    voice.failures = dict.fromkeys(["一。", "二。", "三。", "四。"], 99)
    voice.asked.clear()
    assert await speaker(voice).warm(["一。", "二。", "三。", "四。"]) == 0
    assert "四。" not in voice.asked


async def test_what_is_static_survives_a_restart_and_what_is_personal_does_not(tmp_path: Path) -> None:
    await speaker(FakeSynthesizer(), tmp_path).clauses(SENTENCE)
    again = FakeSynthesizer()
    await speaker(again, tmp_path).clauses(SENTENCE)
    assert set(again.asked) == {"请问您是张三本人吗？"}
    files = list((tmp_path / "speech").iterdir())
    assert len(files) == 1
    assert tone("请问您是张三本人吗？") not in files[0].read_bytes()


async def test_the_sound_of_another_voice_or_rate_is_not_taken_for_it(tmp_path: Path) -> None:
    await speaker(FakeSynthesizer(), tmp_path).clauses("您好，")
    other = FakeSynthesizer("other")
    talk = speaker(other, tmp_path)
    assert (await talk.clauses("您好，"))[0].pcm.startswith(tone("您好，", voice="other"))
    await talk.clauses("您好，", Manner(rate=0.76))
    assert other.asked["您好，"] == 2


@pytest.mark.parametrize("damage", [b"", b"short", bytes(5000)])
async def test_damaged_files_are_made_again(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    await speaker(FakeSynthesizer(), tmp_path).clauses("您好，")
    (file,) = (tmp_path / "speech").iterdir()
    file.write_bytes(damage)
    again = FakeSynthesizer()
    assert (await speaker(again, tmp_path).clauses("您好，"))[0].pcm.startswith(tone("您好，"))
    assert again.asked["您好，"] == 1
    assert "damaged" in caplog.text
    third = FakeSynthesizer()
    await speaker(third, tmp_path).clauses("您好，")
    assert not third.asked


async def test_a_cache_that_cannot_be_written_costs_no_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "speech").write_text("a file where the folder should be")
    caplog.set_level(logging.WARNING)
    assert await speaker(FakeSynthesizer(), tmp_path).clauses("您好，")
    assert "cannot be cached" in caplog.text


async def test_the_cache_stays_within_its_bounds(tmp_path: Path) -> None:
    texts = [f"{'好' * count}，" for count in range(1, 30)]
    limit = 200_000
    clips = ClipMaker(
        FakeSynthesizer(), kept=set(texts), cache_dir=tmp_path, memory_bytes=limit, disk_bytes=limit
    )
    for text in texts:
        await clips.clip(text, USUAL)
    assert clips.memory.size_bytes <= limit
    assert sum(file.stat().st_size for file in (tmp_path / "speech").iterdir()) <= limit
    assert clips.ready(texts[-1], USUAL) is not None
    assert clips.ready(texts[0], USUAL) is None


def test_the_least_recently_used_goes_first() -> None:
    memory = MemoryClips(10)
    memory.put("a", b"12345")
    memory.put("b", b"12345")
    assert memory.get("a")
    memory.put("c", b"1")
    assert memory.get("b") is None
    assert memory.get("a")
    memory.put("huge", bytes(11))
    assert len(memory) == memory.size_bytes == 0


async def test_the_prompts_that_ship_are_ready_once_warmed(tmp_path: Path) -> None:
    book = PromptBook.load(ZH)
    talk, static = open_speaker(ZH, book, CONSTANTS, FakeSynthesizer(), cache_dir=tmp_path)
    assert await talk.warm(static) == len(static)
    opening = [book[name].render(CONSTANTS, 0) for name in ("disclose_institution", "disclose_ai")]
    assert all(talk.ready(text) is not None for text in opening)
    cold = FakeSynthesizer()
    restarted, static = open_speaker(ZH, book, CONSTANTS, cold, cache_dir=tmp_path)
    assert await restarted.warm(static) == len(static)
    assert not cold.asked
