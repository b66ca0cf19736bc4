"""The recogniser beside the call: never in the way of its frames, and got over when it fails."""

from __future__ import annotations

import asyncio

from bot.asr.recognizer import Recognition
from bot.errors import RecognizerError
from bot.voice.decoder import MOST_REPAIRS, Decoder
from tests.unit.voice.fakes import FakeRecognizer, FakeStream, speech


class SlowRecognizer(FakeRecognizer):
    """Answers only when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def open(self, phrases: object = ()) -> FakeStream:
        await self.may_answer.wait()
        return await super().open()


async def read_out(decoder: Decoder, steps: int = 100) -> Recognition | None:
    for _ in range(steps):
        await decoder.step()
        if (result := decoder.take()) is not None:
            return result
        await asyncio.sleep(0)
    return None


async def test_a_slow_recogniser_holds_up_no_frame_and_loses_no_word() -> None:
    recognizer = SlowRecognizer()
    decoder = Decoder(recognizer)
    sound = speech("我明天还")
    for start in range(0, len(sound), 320):
        decoder.push(sound[start : start + 320])
        await decoder.step()  # returns at once, though the recogniser does not
    decoder.finish()
    assert await read_out(decoder) is None
    recognizer.may_answer.set()
    result = await read_out(decoder)
    assert result is not None
    assert result.text == "我明天还"
    await decoder.close()


async def test_what_follows_a_finished_segment_is_the_next_one() -> None:
    recognizer = SlowRecognizer()
    decoder = Decoder(recognizer)
    decoder.push(speech("我就是"))
    decoder.finish()
    await decoder.step()
    decoder.push(speech("你说"))
    recognizer.may_answer.set()
    first = await read_out(decoder)
    decoder.finish()
    second = await read_out(decoder)
    assert first is not None
    assert second is not None
    assert (first.text, second.text) == ("我就是", "你说")
    await decoder.close()


async def test_a_discarded_segment_is_never_told() -> None:
    decoder = Decoder(FakeRecognizer(), lockstep=True)
    decoder.push(speech("嗯"))
    await decoder.step()
    assert decoder.partial == "嗯"
    decoder.discard()
    await decoder.step()
    assert decoder.take() is None
    assert decoder.partial == ""
    decoder.push(speech("不是"))
    decoder.finish()
    result = await read_out(decoder)
    assert result is not None
    assert result.text == "不是"


async def test_each_fault_is_told_and_too_many_make_it_deaf() -> None:
    recognizer, faults = FakeRecognizer(), list[RecognizerError]()
    decoder = Decoder(recognizer, lockstep=True, on_fault=faults.append)
    recognizer.failures = 100
    decoder.push(speech("你好"))
    decoder.finish()
    result = await read_out(decoder)
    assert result == Recognition()
    assert decoder.deaf
    assert len(faults) == MOST_REPAIRS + 1
    decoder.push(speech("你好"))
    decoder.finish()
    assert await read_out(decoder) == Recognition()  # at once, without asking it again
    assert len(faults) == MOST_REPAIRS + 1


async def test_closing_gives_the_stream_back() -> None:
    recognizer = FakeRecognizer()
    decoder = Decoder(recognizer, lockstep=True)
    decoder.push(speech("你好"))
    await decoder.step()
    await decoder.close()
    assert recognizer.streams[0].closed
