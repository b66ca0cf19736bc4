"""When speech begins and for how long it has paused, from the verdicts on single frames."""

from __future__ import annotations

from collections import deque
from typing import Final

from bot.audio.activity import VoiceActivity
from bot.audio.pcm import FRAME_S

ONSETS: Final = ((4, 6), (8, 11), (14, 18))
"""(voiced frames, of the last so many) that make an onset. Stricter where noise passed for speech."""


class SpeechDetector:
    """Follows one call frame by frame."""

    def __init__(self, activity: VoiceActivity | None = None) -> None:
        self._activity = activity or VoiceActivity()
        self._strictness = 0
        self._recent: deque[bool] = deque(maxlen=ONSETS[-1][1])
        self._active = False
        self._was_voiced = False
        self.voiced_s = 0.0
        """Speech since the onset, pauses left out."""
        self.silence_s = 0.0
        """Since the last speech."""

    @property
    def active(self) -> bool:
        """Whether speech has begun and has not been put to rest."""
        return self._active

    def feed(self, frame: bytes, *, double_talk: bool = False) -> bool:
        """Take in the next frame; whether speech began with it."""
        voiced = self._activity.is_speech(frame, double_talk=double_talk)
        self._recent.append(voiced)
        # A single voiced frame in a pause is a click, not the customer going on.
        if voiced and self._was_voiced:
            self.silence_s = 0.0
        else:
            self.silence_s += FRAME_S
        self._was_voiced = voiced
        if self._active:
            self.voiced_s += FRAME_S if voiced else 0.0
            return False
        # An answer is never held to more: only our own speech is not stopped for every sound.
        need, of = ONSETS[self._strictness if double_talk else 0]
        latest = list(self._recent)[-of:]
        if sum(latest) < need:
            return False
        self._active = True
        self.voiced_s = sum(latest) * FRAME_S
        self.silence_s = 0.0
        return True

    def rest(self) -> None:
        """The utterance is over: wait for the next onset."""
        self._active = False
        self.voiced_s = 0.0
        self._recent.clear()

    def be_stricter(self) -> None:
        """What passed for speech was none: ask for more next time."""
        self._strictness = min(self._strictness + 1, len(ONSETS) - 1)
