"""The scripted recogniser keeps to its script and to the port."""

from __future__ import annotations

import asyncio
from math import inf

import pytest

from bot.asr.recognizer import Hypothesis, Recognition, Recognizer
from bot.asr.scripted import Fault, ScriptedRecognizer, Utterance
from bot.audio import pcm as sound
from bot.errors import RecognizerError


async def test_utterances_are_heard_by_the_sound_fed() -> None:
    recognizer = ScriptedRecognizer(Utterance("我后天还", {0.4: "我", 0.8: "我后天"}), "好的")
    port: Recognizer = recognizer
    stream = await port.open(["张伟"])
    heard = [await stream.feed(sound.silence(0.2)) for _ in range(5)]
    assert heard == ["", "我", "我", "我后天", "我后天"]
    assert (await stream.finish()).text == "我后天还"
    assert await stream.feed(sound.silence(1)) == ""
    await stream.reset()
    assert (await stream.finish()).text == "好的"
    assert (await stream.finish()) == Recognition()
    await stream.close()
    await stream.close()
    assert (recognizer.opened, recognizer.closed) == ([("张伟",)], 1)
    with pytest.raises(RecognizerError, match="closed"):
        await stream.finish()


async def test_a_recognition_may_have_alternatives() -> None:
    said = Recognition((Hypothesis("是", -1.0), Hypothesis("四", -1.5)))
    stream = await ScriptedRecognizer(Utterance(said)).open()
    assert await stream.finish() == said


async def test_it_fails_where_the_script_says() -> None:
    recognizer = ScriptedRecognizer(Utterance("x", fault=Fault.FAIL, fault_at_s=0.3))
    stream = await recognizer.open()
    assert await stream.feed(sound.silence(0.2)) == ""
    for _ in range(2):
        with pytest.raises(RecognizerError, match="failed"):
            await stream.feed(sound.silence(0.2))
    await stream.close()
    await (await recognizer.open()).close()


async def test_it_dies_for_all() -> None:
    recognizer = ScriptedRecognizer(Utterance("x", fault=Fault.DIE, fault_at_s=inf))
    stream = await recognizer.open()
    await stream.feed(sound.silence(9))
    with pytest.raises(RecognizerError, match="failed"):
        await stream.finish()
    with pytest.raises(RecognizerError, match="dead"):
        await recognizer.open()


async def test_it_stalls_until_released() -> None:
    recognizer = ScriptedRecognizer(Utterance("x", {0.1: "x"}, fault=Fault.STALL))
    stream = await recognizer.open()
    feeding = asyncio.ensure_future(stream.feed(sound.silence(0.2)))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not feeding.done()
    recognizer.release()
    assert await feeding == "x"


async def test_no_half_samples() -> None:
    with pytest.raises(RecognizerError, match="whole samples"):
        await (await ScriptedRecognizer().open()).feed(b"\0")
