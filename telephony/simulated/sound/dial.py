"""The course of one dial in sound up to the answer: what the network lets hear, and is heard of it."""

from __future__ import annotations

from typing import Final

import numpy as np

from telephony.early_media import EarlyMedia
from telephony.errors import TrunkFault
from telephony.line import NotAnswered
from telephony.outcome import Evidence, conclude
from telephony.pcm import FRAME_S, FRAME_SAMPLES, Floats
from telephony.playout import NOTHING
from telephony.simulated.sound.channel import Channel
from telephony.simulated.sound.tones import tone
from telephony.simulated.subscribers import DialPlan
from telephony.simulated.timeline import Timeline
from telephony.status import HangupCause
from telephony.tones import Tone

_BATCH: Final = 5  # frames; before the answer nobody has to be quick
_BATCH_S: Final = _BATCH * FRAME_S
_BETWEEN_PLAYS: Final = np.zeros(30 * FRAME_SAMPLES, dtype=np.float32)


class SoundDial:
    """One dial to a simulated subscriber. ``channel`` is the network's; ``announcement`` in whole frames."""

    def __init__(
        self, plan: DialPlan, announcement: Floats | None, channel: Channel, ear: EarlyMedia, time: Timeline
    ) -> None:
        self._plan, self._announcement, self._channel = plan, announcement, channel
        self._ear, self._time = ear, time

    async def run(self, patience_s: float) -> float | NotAnswered:
        """Ring for at most ``patience_s``. The seconds it rang, when somebody answers.

        Raises CallEnded when it is hung up, and TrunkFault when the network's signal blames the trunk.
        """
        signal, act_after_s = self._plan.signal, self._plan.act_after_s
        if signal is not None and act_after_s is None:
            return await self._turned_away(patience_s)
        rings_s = patience_s if act_after_s is None else min(act_after_s, patience_s)
        if await self._listen(tone(Tone.RINGBACK), rings_s):
            return await self._failed(Evidence(rang=True), rings_s)
        if act_after_s is None or act_after_s > patience_s:
            return await self._failed(Evidence(rang=True, timed_out=True), rings_s)
        if signal is not None:
            return await self._failed(Evidence(sip_code=signal.sip, q850=signal.q850, rang=True), rings_s)
        return rings_s

    async def _turned_away(self, patience_s: float) -> NotAnswered:
        """Listen until the network is believed or releases the call, or our patience ends."""
        for sound, lasts_s in self._sounds():
            if await self._listen(sound, min(lasts_s, patience_s)):
                return await self._failed(Evidence(), 0.0)
            if lasts_s > patience_s:
                return await self._failed(Evidence(timed_out=True), 0.0)
            patience_s -= lasts_s
        signal = self._plan.signal
        return await self._failed(
            Evidence(sip_code=signal.sip, q850=signal.q850) if signal else Evidence(), 0.0
        )

    def _sounds(self) -> list[tuple[Floats, float]]:
        """What is heard, each with its seconds: the announcement so often as it is played, then a tone."""
        sounds: list[tuple[Floats, float]] = []
        if self._announcement is not None:
            once = np.concatenate([self._announcement, _BETWEEN_PLAYS])
            sounds += [(once, once.size / FRAME_SAMPLES * FRAME_S)] * self._plan.announcement_plays
        if self._plan.signal is not None and self._plan.signal.tone is not None:
            sounds.append((tone(self._plan.signal.tone), self._plan.tone_s))
        return sounds

    async def _listen(self, sound: Floats, lasts_s: float) -> bool:
        """Let ``sound`` be heard, over and over, for ``lasts_s``; whether it told how the dial ends."""
        frames = sound.reshape(-1, FRAME_SAMPLES)
        batches = int(lasts_s / _BATCH_S + 1e-6)
        for batch in range(batches):
            await self._time.advance(_BATCH_S)
            at = range(batch * _BATCH, (batch + 1) * _BATCH)
            heard = [self._channel.carry(frames[number % len(frames)], NOTHING) for number in at]
            if await self._ear.feed(b"".join(heard)):
                return True
        await self._time.advance(max(0.0, lasts_s - batches * _BATCH_S))
        return False

    async def _failed(self, signalled: Evidence, ring_s: float) -> NotAnswered:
        try:
            outcome = conclude(await self._ear.evidence(signalled))
        except TrunkFault:
            self._time.end(HangupCause.UNREACHABLE)
            raise
        self._time.end(outcome.cause)
        return NotAnswered(outcome.cause, outcome.status, ring_s, signalled.sip_code, self._ear.text)
