"""What the calls of one simulated line that carries sound have in common."""

from __future__ import annotations

from hashlib import blake2b
from random import Random
from typing import Final

from telephony.announcements import Announcements
from telephony.errors import LineConfigError
from telephony.far_end import FarEnd, FarVoice
from telephony.hearing import Ears
from telephony.pcm import FRAME_MS, Floats
from telephony.simulated.sound.ambience import mixed, noise, recorded
from telephony.simulated.sound.channel import Channel
from telephony.simulated.sound.murmurs import Murmurs
from telephony.simulated.sound.person import Person
from telephony.simulated.sound.profile import ChannelProfile, Channels
from telephony.simulated.sound.scene import Scene
from telephony.simulated.sound.voices import Voices

_CLEAN: Final = ChannelProfile()


class Studio:
    """Makes the far sides of calls. The same ``seed`` and call id make the same."""

    def __init__(
        self,
        channels: Channels,
        far_voice: FarVoice,
        announcements: Announcements,
        ears: Ears | None,
        *,
        seed: int,
        murmur_share: float = 0.0,
    ) -> None:
        self.announcements, self.ears = announcements, ears
        self.voices = Voices(far_voice)
        self._channels = channels
        self._seed = seed
        self._murmur_share = murmur_share
        self._ambiences: dict[str, Floats | None] = {}

    def profile(self, channel: str) -> ChannelProfile:
        """The kind of connection called ``channel``. Raises LineConfigError."""
        try:
            return self._channels.profiles[channel]
        except KeyError:
            known = ", ".join(self._channels.profiles)
            raise LineConfigError(f"there is no channel {channel!r}; known: {known}") from None

    def check(self, channel: str) -> None:
        """See that calls can be made over ``channel``. Raises LineConfigError."""
        profile = self.profile(channel)
        if profile.noise is not None and profile.noise.file is not None:
            recorded(profile.noise.file)

    def network(self, call_id: str, channel: str) -> Channel:
        """The way a network's own sounds come before the answer: without the sounds around a phone."""
        profile = self.profile(channel)
        plain = _CLEAN.model_copy(update={"law": profile.law, "loss": profile.loss})
        return Channel(plain, None, self._random("network", call_id))

    async def scene(
        self, call_id: str, channel: str, far_end: FarEnd, *, human: bool, drop_after_s: float | None
    ) -> Scene:
        """The far side of a call that ``far_end`` picked up."""
        profile = self.profile(channel)

        async def speak(text: str) -> Floats:
            return await self.voices.person(text, call_id, profile)

        words = self.announcements.people.murmurs if human else ()
        murmurs = Murmurs(self._murmur_share, words, self._random("murmurs", call_id))
        return Scene(
            Person(far_end, speak, murmurs),
            Channel(profile, await self._ambience(channel), self._random("channel", call_id)),
            round(profile.delay_ms / FRAME_MS),
            drop_after_s,
        )

    async def _ambience(self, channel: str) -> Floats | None:
        if channel not in self._ambiences:
            profile = self.profile(channel)
            seed = int.from_bytes(blake2b(f"{self._seed}|{channel}".encode(), digest_size=8).digest())
            steady = noise(profile.noise, profile.speech_dbm0, seed) if profile.noise else None
            talk = await self._chatter(profile)
            self._ambiences[channel] = mixed(steady, talk)
        return self._ambiences[channel]

    async def _chatter(self, profile: ChannelProfile) -> Floats | None:
        if profile.chatter_snr_db is None:
            return None
        level = profile.speech_dbm0 - profile.chatter_snr_db
        quiet = _CLEAN.model_copy(update={"speech_dbm0": level})
        return await self.voices.chatter(self.announcements.people.chatter, quiet)

    def _random(self, what: str, call_id: str) -> Random:
        return Random(f"{what}|{self._seed}|{call_id}")
