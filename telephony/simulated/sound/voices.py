"""Speech of simulated far ends, made as loud and as clean as their connection has it."""

from __future__ import annotations

from typing import Final

import numpy as np

from telephony.far_end import FarVoice
from telephony.pcm import FRAME_SAMPLES, Floats, rms_at, samples
from telephony.simulated.sound.profile import ChannelProfile

_PAUSE_DB: Final = 30.0  # below its loudest frame, speech is a pause
_NETWORK: Final = "network"
_BYSTANDERS: Final = ("bystander 1", "bystander 2")
_BETWEEN_SENTENCES: Final = np.zeros(60 * FRAME_SAMPLES, dtype=np.float32)


class Voices:
    """Lends every far end of a line its voice. What networks and bystanders say is spoken once."""

    def __init__(self, far_voice: FarVoice) -> None:
        self._far_voice = far_voice
        self._spoken: dict[tuple[str, str], bytes] = {}

    async def person(self, text: str, who: str, profile: ChannelProfile) -> Floats:
        """``text`` in whole frames, beginning and ending with a sound."""
        return levelled(await self._far_voice.speak(text, who), profile)

    async def network(self, text: str, profile: ChannelProfile) -> Floats:
        """An announcement, the same whoever is called."""
        return levelled(await self._once(text, _NETWORK), profile)

    async def chatter(self, sentences: tuple[str, ...], profile: ChannelProfile) -> Floats | None:
        """A loop of talk in the background, as loud as speech; None when there is nothing to say."""
        parts: list[Floats] = []
        for number, text in enumerate(sentences):
            pcm = await self._once(text, _BYSTANDERS[number % len(_BYSTANDERS)])
            parts += [levelled(pcm, profile), _BETWEEN_SENTENCES]
        return np.concatenate(parts) if parts else None

    async def _once(self, text: str, who: str) -> bytes:
        if (text, who) not in self._spoken:
            self._spoken[text, who] = await self._far_voice.speak(text, who)
        return self._spoken[text, who]


def levelled(pcm: bytes, profile: ChannelProfile) -> Floats:
    """``pcm`` without the silence around it, at the profile's level while it sounds, overdriven as it says.

    In whole frames, at least one.
    """
    sound = samples(pcm)
    frames = np.zeros((max(1, -(-sound.size // FRAME_SAMPLES)), FRAME_SAMPLES), dtype=np.float32)
    frames.reshape(-1)[: sound.size] = sound
    energy = np.mean(frames**2, axis=1)
    active = np.flatnonzero(energy > energy.max() * 10 ** (-_PAUSE_DB / 10))
    if not active.size:
        return np.zeros(FRAME_SAMPLES, dtype=np.float32)
    rms = float(np.sqrt(np.mean(energy[active])))
    sound = frames[active[0] : active[-1] + 1].ravel()
    if profile.overdrive_db:
        limit = np.abs(sound).max() * 10 ** (-profile.overdrive_db / 20)
        clipped = np.clip(sound, -limit, limit)
        rms *= float(np.linalg.norm(clipped) / np.linalg.norm(sound))
        sound = clipped
    return sound * np.float32(rms_at(profile.speech_dbm0) / rms)
