"""The line's sound for the bot, and the bot's hearing for the line: the rooms do not know each other."""

from __future__ import annotations

from dataclasses import dataclass

from bot.asr.recognizer import Recognizer, RecognizerStream
from bot.channel import HungUpError, Keys
from bot.errors import RecognizerError
from bot.voice.ports import Frame, Played
from campaigns.dialing.leaving import Leaving
from telephony import line
from telephony.errors import CallEnded
from telephony.line import AudioCall, Dtmf, Sound


class LineSound:
    """A call on a line that carries sound, as the bot's voice wants it."""

    def __init__(self, call: AudioCall, leaving: Leaving | None = None) -> None:
        self._call = call
        self._leaving = leaving or Leaving(call)

    async def receive(self, timeout_s: float) -> Frame | Keys | Played | None:
        try:
            match await self._call.receive(timeout_s):
                case Sound(pcm):
                    return Frame(pcm)
                case Dtmf(digit):
                    return Keys(digit)
                case line.Played(mark):
                    return Played(mark)
                case None:
                    return None
        except CallEnded as error:
            raise HungUpError from error

    async def send(self, pcm: bytes, text: str) -> None:
        try:
            await self._call.send(Sound(pcm, text))
        except CallEnded as error:
            raise HungUpError from error

    async def mark(self, name: str) -> None:
        try:
            await self._call.mark(name)
        except CallEnded as error:
            raise HungUpError from error

    async def clear(self) -> None:
        try:
            await self._call.clear()
        except CallEnded as error:
            raise HungUpError from error

    async def hang_up(self) -> None:
        await self._leaving.hang_up()


class BotEar:
    """One call's recogniser, for the line. A recogniser that fails hears nothing more on this call."""

    def __init__(self, stream: RecognizerStream) -> None:
        self._stream: RecognizerStream | None = stream

    async def feed(self, pcm: bytes) -> str:
        if self._stream is None:
            return ""
        try:
            return await self._stream.feed(pcm)
        except RecognizerError:
            await self.close()
            return ""

    async def finish(self) -> str:
        if self._stream is None:
            return ""
        try:
            return (await self._stream.finish()).text
        except RecognizerError:
            await self.close()
            return ""

    async def close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.close()


@dataclass(frozen=True, slots=True)
class BotEars:
    """Lends the line the bot's recogniser. ``phrases`` are what announcements are made of."""

    recognizer: Recognizer
    phrases: tuple[str, ...] = ()

    async def open(self) -> BotEar | None:
        try:
            return BotEar(await self.recognizer.open(self.phrases))
        except RecognizerError:
            return None
