"""What a far end does, frame by frame, once it has begun to speak."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from telephony.pcm import FRAME_SAMPLES, Floats, frames_in
from telephony.simulated.talk import KEY_S


@dataclass(frozen=True, slots=True)
class Act:
    """What it does in one frame. ``speech``: one frame of it."""

    speech: Floats | None = field(default=None, repr=False)
    text: str = field(default="", repr=False)  # of the speech that begins
    keys: str = ""
    gone: bool = False


NOTHING: Final = Act()

_KEY: Final = frames_in(KEY_S)


@dataclass(slots=True)
class Speech:
    """Words under way, then keys, then perhaps the end."""

    text: str
    sound: Floats
    keys: str = ""
    hangs_up: bool = False
    frame: int = 0

    def act(self) -> Act:
        at, self.frame = self.frame, self.frame + 1
        words = self.sound.size // FRAME_SAMPLES
        if at < words:
            part = self.sound[at * FRAME_SAMPLES : (at + 1) * FRAME_SAMPLES]
            return Act(part, self.text if at == 0 else "")
        nth, rest = divmod(at - words, _KEY)
        if nth < len(self.keys):
            return Act(keys=self.keys[nth]) if rest == 0 else NOTHING
        return Act(gone=self.hangs_up)

    @property
    def over(self) -> bool:
        return self.frame >= self.sound.size // FRAME_SAMPLES + len(self.keys) * _KEY
