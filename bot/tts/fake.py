"""A Synthesizer for tests: a tone whose length tells that of the text, which fails or lingers on demand."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter

import numpy as np

from bot.audio.pcm import RATE, from_samples
from bot.errors import SynthesisError

CHARACTER_S = 0.2
"""How long one character sounds at the usual pace."""

_AMPLITUDE = 4600.0  # -20 dB, the loudness of the line
_LOWEST_HZ, _STEPS_HZ = 200, 800


class FakeSynthesizer:
    """Says each text in a pitch of its own; characters that are no letters or figures are not heard.

    ``failures`` says how many requests for a text still fail. While ``held`` is an event that is not set,
    requests wait for it. ``asked`` counts the requests for each text.
    """

    def __init__(self, identity: str = "fake") -> None:
        self._id = identity
        self.failures: dict[str, int] = {}
        self.held: asyncio.Event | None = None
        self.asked: Counter[str] = Counter()

    @property
    def id(self) -> str:
        return self._id

    async def synthesize(self, text: str, *, rate: float = 1.0) -> bytes:
        self.asked[text] += 1
        if self.held is not None:
            await self.held.wait()
        if self.failures.get(text, 0) > 0:
            self.failures[text] -= 1
            raise SynthesisError(f"told to fail at {len(text)} characters")
        return tone(text, rate, self._id)


def tone(text: str, rate: float = 1.0, voice: str = "fake") -> bytes:
    """What a FakeSynthesizer called ``voice`` says for ``text``."""
    heard = sum(character.isalnum() for character in text)
    digest = hashlib.sha256(f"{voice} {text}".encode()).digest()
    hertz = _LOWEST_HZ + int.from_bytes(digest[:2], "big") % _STEPS_HZ
    count = round(heard * CHARACTER_S / rate * RATE)
    return from_samples(_AMPLITUDE * np.sin(2 * np.pi * hertz * np.arange(count) / RATE))
