"""Speech that an ear can be sure of: each character is a short vowel that carries its code in µ-law.

It passes for speech to voice activity, survives a telephone's µ-law to the bit, and costs nothing to hear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from bot.asr.recognizer import Hypothesis, Recognition
from bot.audio.pcm import silence
from bot.dialogue.manner import Manner
from telephony.g711 import ulaw_decode, ulaw_encode
from tests.unit.voice.fakes import vowel

CHARACTER_S = 0.1
CHARACTER_BYTES = round(CHARACTER_S * 8000)  # of µ-law
_MAGIC = bytes([0x11, 0x92, 0x13, 0x94])
_NIBBLE = 0x20
_CODE_BYTES = len(_MAGIC) + 4


@cache
def _vowel() -> bytes:
    wave = np.frombuffer(vowel(CHARACTER_S), dtype="<i2").astype(np.float64)
    envelope = np.concatenate([np.linspace(0.3, 1, 200), np.ones(400), np.linspace(1, 0.3, 200)])
    return ulaw_encode((wave * envelope).astype("<i2").tobytes())


def spoken(text: str) -> bytes:
    """``text`` in µ-law."""
    return b"".join(_character(one) for one in text if not one.isspace())


@cache
def _character(one: str) -> bytes:
    code = ord(one)
    nibbles = bytes(_NIBBLE + (code >> shift & 15) for shift in (12, 8, 4, 0))
    return _MAGIC + nibbles + _vowel()[_CODE_BYTES:]


class Hearing:
    """Reads the characters out of µ-law, however it is cut."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, ulaw: bytes) -> str:
        """The characters that begin in it."""
        sound, text = self._rest + ulaw, ""
        at = sound.find(_MAGIC)
        while 0 <= at <= len(sound) - _CODE_BYTES:
            nibbles = sound[at + len(_MAGIC) : at + _CODE_BYTES]
            if all(_NIBBLE <= nibble < _NIBBLE + 16 for nibble in nibbles):
                text += chr(int("".join(f"{nibble - _NIBBLE:x}" for nibble in nibbles), 16))
            at = sound.find(_MAGIC, at + _CODE_BYTES)
        self._rest = sound[at:] if at >= 0 else sound[-(_CODE_BYTES - 1) :]
        return text


class CodedVoice:
    """A ``bot.voice.ports.Voice``."""

    async def clauses(self, text: str, manner: Manner, prompt: str = "") -> Sequence[CodedClause]:
        return [CodedClause(text, ulaw_decode(spoken(text)) + silence(0.1))]


@dataclass(frozen=True)
class CodedClause:
    text: str
    pcm: bytes


class CodedRecognizer:
    """A ``bot.asr.recognizer.Recognizer``."""

    name = "coded"

    async def open(self, phrases: Sequence[str] = ()) -> CodedStream:
        return CodedStream()


class CodedStream:
    """One call's."""

    def __init__(self) -> None:
        self._hearing = Hearing()
        self._text = ""

    async def feed(self, pcm: bytes) -> str:
        self._text += self._hearing.feed(ulaw_encode(pcm))
        return self._text

    async def finish(self) -> Recognition:
        text, self._text = self._text, ""
        return Recognition((Hypothesis(text),)) if text else Recognition()

    async def reset(self) -> None:
        self._hearing, self._text = Hearing(), ""

    async def close(self) -> None:
        await self.reset()
