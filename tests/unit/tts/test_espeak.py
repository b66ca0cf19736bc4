"""The default voice, spoken by the real engine: its sound, and what its failures do."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from pypinyin import Style, pinyin

from bot.audio.loudness import CEILING_DB, TARGET_DB, active_level_db, true_peak_db
from bot.audio.pcm import samples, seconds
from bot.errors import ModelError, SynthesisError
from bot.language import language_dir
from bot.tts.engine_process import EngineProcess
from bot.tts.espeak import EspeakSynthesizer

ZH = language_dir("zh")
SENTENCE = "您的信用卡目前应还1234.5元，还款日是12月1日。"


@pytest.fixture(scope="module")
def voice() -> Iterator[EspeakSynthesizer]:
    synthesizer = EspeakSynthesizer(ZH)
    yield synthesizer
    synthesizer.close()


@pytest.fixture(scope="module")
def other_voice() -> Iterator[EspeakSynthesizer]:
    synthesizer = EspeakSynthesizer(ZH, "m7")
    yield synthesizer
    synthesizer.close()


@pytest.mark.parametrize("text", [SENTENCE, "喂，", "好的", "X", "熊先生您好，", "請問"])
async def test_a_sentence_is_as_long_and_as_loud_as_speech_is(voice: EspeakSynthesizer, text: str) -> None:
    sound = await voice.synthesize(text)
    syllables = sum(token[0].isalpha() for token in voice.script(text))
    assert 0.12 * syllables < seconds(sound) < 0.6 * syllables + 0.5
    assert active_level_db(sound) == pytest.approx(TARGET_DB, abs=1)
    assert true_peak_db(sound) <= CEILING_DB + 0.3
    assert np.abs(samples(sound).astype(int)).max() < 32767


@pytest.mark.parametrize("text", ["", " ", "，。", "😀🎉", "\x00", "---"])
async def test_nothing_to_say_gives_no_sound(voice: EspeakSynthesizer, text: str) -> None:
    assert await voice.synthesize(text) == b""


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<speak><break time='9s'/>您好</speak>", None),
        ("您好[[n'i214]]", None),
        ("您好\x1b[2J\r\n\x07", None),
        ("../../etc/passwd", None),
        ("您😀好", "您好"),
        ("  您  好  ", "您好"),
        ("您好​", "您好"),
    ],
)
async def test_only_words_reach_the_engine(voice: EspeakSynthesizer, text: str, plain: str | None) -> None:
    assert all(token in ",.?" or token[:-1].isalpha() for token in voice.script(text))
    if plain is not None:
        assert voice.script(text) == voice.script(plain)
    assert seconds(await voice.synthesize(text)) < 9


async def test_five_hundred_characters_are_spoken_to_the_end(voice: EspeakSynthesizer) -> None:
    text = "您好，请问您是张先生本人吗？" * 36
    whole, tenth = await voice.synthesize(text), await voice.synthesize(text[: len(text) // 12])
    assert len(text) > 500
    assert seconds(whole) > 9 * seconds(tenth)


async def test_the_rate_is_how_fast_it_speaks(voice: EspeakSynthesizer) -> None:
    usual = seconds(await voice.synthesize(SENTENCE))
    for rate in (0.76, 0.88, 1.5, 1.0):
        assert seconds(await voice.synthesize(SENTENCE, rate=rate)) == pytest.approx(usual / rate, rel=0.12)
    with pytest.raises(ValueError, match="a rate between"):
        await voice.synthesize(SENTENCE, rate=0)


async def test_at_its_slowest_a_spoken_label_is_quick_enough(voice: EspeakSynthesizer) -> None:
    """GB 45438-2025 5.3: at least 120 characters a minute."""
    label = "本次语音由人工智能合成"
    assert len(label) / seconds(await voice.synthesize(label, rate=0.76)) * 60 > 120


async def test_two_voices_are_told_apart_by_their_pitch(
    voice: EspeakSynthesizer, other_voice: EspeakSynthesizer
) -> None:
    hers, his = await asyncio.gather(voice.synthesize(SENTENCE), other_voice.synthesize(SENTENCE))
    assert pitch(hers) > 1.4 * pitch(his)
    assert voice.id != other_voice.id


def pitch(pcm: bytes) -> float:
    """The median fundamental frequency of the voiced frames, by autocorrelation."""
    sound, found = samples(pcm).astype(float), []
    for start in range(0, len(sound) - 400, 160):
        frame = sound[start : start + 400]
        likeness = np.correlate(frame, frame, "full")[399:]
        lag = 20 + int(likeness[20:120].argmax())
        if likeness[0] > 400 * 500**2 and likeness[lag] > 0.5 * likeness[0]:
            found.append(8000 / lag)
    return float(np.median(found))


async def test_many_at_once_get_each_their_own_words(voice: EspeakSynthesizer) -> None:
    texts = ["好" * count for count in range(1, 21)]
    sounds = await asyncio.gather(*map(voice.synthesize, texts))
    lengths = [len(sound) for sound in sounds]
    assert lengths == sorted(lengths)
    assert len(set(lengths)) == len(texts)


async def test_whoever_asked_first_is_served_first(voice: EspeakSynthesizer) -> None:
    served: list[int] = []

    async def ask(number: int) -> None:
        await voice.synthesize("您好")
        served.append(number)

    await asyncio.gather(*(ask(number) for number in range(10)))
    assert served == list(range(10))


async def test_a_caller_who_is_gone_holds_nobody_up(voice: EspeakSynthesizer) -> None:
    await voice.synthesize("您好")
    waiting = [asyncio.create_task(voice.synthesize(SENTENCE * 10)) for _ in range(20)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    assert await voice.synthesize("您好")
    assert all(
        isinstance(r, asyncio.CancelledError) for r in await asyncio.gather(*waiting, return_exceptions=True)
    )


async def process_of(synthesizer: EspeakSynthesizer) -> int:
    await synthesizer.synthesize("您好")
    assert synthesizer.pid is not None
    return synthesizer.pid


async def test_a_process_killed_in_mid_sentence_fails_that_sentence_alone(voice: EspeakSynthesizer) -> None:
    pid = await process_of(voice)
    os.kill(pid, signal.SIGSTOP)
    sentence = asyncio.create_task(voice.synthesize(SENTENCE))
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(SynthesisError, match="died"):
        await sentence
    assert seconds(await voice.synthesize(SENTENCE)) > 2
    assert voice.pid not in (None, pid)


async def test_the_event_loop_goes_on_while_the_engine_is_at_it(voice: EspeakSynthesizer) -> None:
    pid = await process_of(voice)
    os.kill(pid, signal.SIGSTOP)
    sentence = asyncio.create_task(voice.synthesize(SENTENCE))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not sentence.done()
    os.kill(pid, signal.SIGCONT)
    assert seconds(await sentence) > 2


def test_a_process_that_hangs_is_ended_and_followed_by_another() -> None:
    process = EngineProcess("bot.tts.espeak_worker", {"voice": "sit/cmn-latn-pinyin"}, 30.0)
    request = {"text": "ni3 hao3", "pace": 190}
    process.ask(request)
    pid = process.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    process.timeout_s = 0.05
    with pytest.raises(SynthesisError, match=r"no answer within 0\.05 s"):
        process.ask(request)
    process.timeout_s = 30.0
    assert process.ask(request)
    assert process.pid not in (None, pid)
    process.close()


async def test_closed_it_says_so_and_leaves_no_process() -> None:
    voice = EspeakSynthesizer(ZH)
    pid = await process_of(voice)
    voice.close()
    voice.close()
    with pytest.raises(SynthesisError, match="closed"):
        await voice.synthesize("您好")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_it_serves_one_event_loop_after_another() -> None:
    voice = EspeakSynthesizer(ZH)
    sounds = [asyncio.run(voice.synthesize("您好")) for _ in range(2)]
    assert all(sounds)
    voice.close()


def test_an_unknown_voice_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ModelError, match=r"no variant 'nobody'; known: .*f2"):
        EspeakSynthesizer(ZH, "nobody")


@pytest.mark.parametrize(
    ("module", "told"), [("bot.tts.no_such_worker", "died"), ("bot.tts.espeak_worker", "KeyError")]
)
def test_an_engine_that_cannot_start_is_told(
    module: str, told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    process = EngineProcess(module, {}, 1.0)
    with pytest.raises(ModelError, match=f"cannot start: .*{told}"):
        process.ask({"text": "ni3"})
    assert process.pid is None
    assert (module in capfd.readouterr().err) == (told == "died")


def test_the_engine_fails_one_request_and_serves_the_next() -> None:
    process = EngineProcess("bot.tts.espeak_worker", {"voice": "sit/cmn-latn-pinyin"}, 30.0)
    with pytest.raises(SynthesisError, match="AssertionError"):
        process.ask({"text": "", "pace": 190})
    pid = process.pid
    rate, pcm = process.ask({"text": "ni3 hao3", "pace": 190})
    assert (rate, pid) == (22050, process.pid)
    assert len(pcm) > 10_000
    process.close()


def test_the_heavy_parts_are_loaded_in_the_engines_process_alone() -> None:
    assert "pyttsx3" not in sys.modules


SYLLABLES = """
import ctypes, sys
import espeakng_loader
library = ctypes.CDLL(espeakng_loader.get_library_path())
library.espeak_Initialize(1, 0, espeakng_loader.get_data_path().encode(), 0)
assert library.espeak_SetVoiceByName(b"sit/cmn-latn-pinyin") == 0
library.espeak_TextToPhonemes.restype = ctypes.c_char_p
for line in sys.stdin:
    text = ctypes.c_char_p(line.strip().encode())
    phonemes = library.espeak_TextToPhonemes(ctypes.byref(text), 1, 0).decode()
    print(line.strip(), "(en)" in phonemes)
"""


async def test_no_syllable_of_the_language_is_spelt_out_in_english(voice: EspeakSynthesizer) -> None:
    """The engine reads what it does not know letter by letter: 熊 as "x-i-ong"."""
    common = [chr(code) for code in range(0x4E00, 0x9FA6)]
    spoken = {
        reading
        for readings in pinyin(common, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True)
        for reading in readings
        if reading.isascii() or reading.startswith("ê")
    }
    given = set()
    for syllable in spoken:
        for pattern, to in voice._spelling:
            syllable = pattern.sub(to, syllable)
        given.add(syllable)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SYLLABLES, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate("\n".join(sorted(given)).encode())
    lines = [line.split() for line in out.decode().splitlines()]
    assert len(lines) == len(given) > 1400
    assert [syllable for syllable, spelt in lines if spelt == "True"] == []
