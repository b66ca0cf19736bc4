"""The reference handler of the voice benchmark: a plain voice activity detector, 0.5 s, cached replies.

It is the least that holds a conversation over an ``AudioCall``: recognition gated by voice activity, an end
of turn at 0.5 s of silence whatever was said, replies ready as sound. No dialogue, no thinking on partials.
"""

from __future__ import annotations

from collections import deque

import webrtcvad

from bot.asr.recognizer import Recognizer, RecognizerStream
from telephony.errors import CallEnded
from telephony.line import AudioCall, Played, Sound
from telephony.twilio.messages import Start
from tests.benchmarks.caller_script import RATE, Script

SILENCE_FRAMES = 25  # 0.5 s
ONSET_FRAMES = 4  # voiced, of the last five
PRE_ROLL_FRAMES = 20
BATCH_FRAMES = 5


class FixedResponder:
    """A ``telephony.twilio.server.Handler``."""

    def __init__(self, script: Script, recognizer: Recognizer) -> None:
        self._script = script
        self._recognizer = recognizer

    async def __call__(self, call: AudioCall, start: Start) -> None:
        stream = await self._recognizer.open()
        try:
            await _Talk(self._script, call, stream).hold()
        except CallEnded:
            return
        finally:
            await stream.close()


class _Talk:
    def __init__(self, script: Script, call: AudioCall, stream: RecognizerStream) -> None:
        self._script = script
        self._call = call
        self._stream = stream
        self._vad = webrtcvad.Vad(2)
        self._recent: deque[bool] = deque(maxlen=5)
        self._before: deque[bytes] = deque(maxlen=PRE_ROLL_FRAMES)
        self._batch: list[bytes] = []
        self._speaking = False
        self._silent = 0
        self._playing = 0  # replies under way

    async def hold(self) -> None:
        while True:
            thing = await self._call.receive(1.0)
            if isinstance(thing, Sound):
                await self._hear(thing.pcm)
            elif isinstance(thing, Played):
                self._playing -= 1

    async def _hear(self, pcm: bytes) -> None:
        voiced = self._vad.is_speech(pcm, RATE)
        self._recent.append(voiced)
        if not self._speaking:
            self._before.append(pcm)
            if sum(self._recent) >= ONSET_FRAMES:
                await self._begin()
            return
        self._batch.append(pcm)
        self._silent = 0 if voiced else self._silent + 1
        if len(self._batch) >= BATCH_FRAMES:
            await self._feed()
        if self._silent >= SILENCE_FRAMES:
            await self._end()

    async def _begin(self) -> None:
        self._speaking, self._silent = True, 0
        if self._playing:
            self._playing = 0
            await self._call.clear()
        self._batch = list(self._before)
        self._before.clear()

    async def _feed(self) -> None:
        batch, self._batch = b"".join(self._batch), []
        await self._stream.feed(batch)

    async def _end(self) -> None:
        self._speaking = False
        self._recent.clear()
        await self._feed()
        heard = await self._stream.finish()
        if not heard.text:
            return
        await self._call.send(Sound(self._script.reply_to(heard.text).sound.astype("<i2").tobytes()))
        await self._call.mark("reply")
        self._playing += 1
