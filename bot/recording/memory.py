"""A recorder in memory: the fake for tests of whatever drives one."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
from pydantic import JsonValue

from bot.audio.pcm import RATE, Samples, samples
from bot.audio.timeline import Timeline
from bot.recording.contents import Note
from bot.recording.recorder import Recorded
from bot.transcript import Entry


class MemoryRecorder:
    """Keeps everything; nothing comes too late. ``sound`` is [sample, customer | bot] once it is closed."""

    def __init__(self) -> None:
        self.sound: Samples = np.zeros((0, 2), np.int16)
        self.notes: list[Note] = []
        self.entries: tuple[Entry, ...] = ()
        self.discarded = False
        self._customer = bytearray()
        self._bot = Timeline(most_ahead=10 * 3600 * RATE)

    def customer(self, pcm: bytes) -> None:
        if len(pcm) % 2:
            raise ValueError("sound ends within a sample")
        self._customer += pcm

    def bot(self, pcm: bytes, at: int) -> None:
        self._bot.place(pcm, at)

    def cut(self, at: int) -> None:
        self._bot.cut(at)

    def note(self, name: str, at: int, **data: JsonValue) -> None:
        json.dumps(data, allow_nan=False)
        self.notes.append(Note(name, at, data))

    def stop_and_discard(self) -> None:
        self.discarded = True

    async def close(self, entries: Sequence[Entry]) -> Recorded:
        if self.discarded:
            return Recorded()
        customer = samples(bytes(self._customer))
        bot = samples(self._bot.take(len(customer) - self._bot.taken))
        self.sound = np.concatenate([self.sound, np.stack([customer[len(self.sound) :], bot], axis=1)])
        self.entries = tuple(entries)
        return Recorded("memory", None, len(customer) / RATE)
