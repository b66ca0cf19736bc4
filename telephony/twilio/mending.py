"""Makes one unbroken sound of the far end's messages: frames of 20 ms, lost ones filled by their time stamps.

What is lost was lost by the network before Twilio; its messages are numbered behind that. A lost frame is
heard as the one before it backwards and fading, then as silence: backwards, the sound goes on from its last
sample without a step, and a repeat would make a tone that nobody uttered.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from telephony.g711 import ulaw_decode

FRAME_BYTES: Final = 320
"""20 ms of 16-bit samples at 8 kHz."""

MAX_MENDED: Final = 50
"""Lost frames filled at a time: one second. A jump beyond it is a clock that was set, not sound lost."""

_FRAME = FRAME_BYTES // 2  # samples
_SAMPLES_MS: Final = 8
_FADE = np.linspace(1.0, 0.0, _FRAME)


class Mending:
    """Takes the sound of messages in order and gives frames of 16-bit samples."""

    def __init__(self) -> None:
        self._due: int | None = None  # the sample of the stream that comes next
        self._rest = b""  # less than a frame
        self._last = bytes(FRAME_BYTES)
        self.mended = 0  # frames

    def take(self, at_ms: int, ulaw: bytes) -> list[bytes]:
        """The frames that ``ulaw`` completes, which was said ``at_ms`` into the stream.

        Stamps that waver by less than a frame are not believed: they have lost nothing.
        """
        at = at_ms * _SAMPLES_MS
        late = 0 if self._due is None else at - self._due
        if self._due is None or not -MAX_MENDED * _FRAME < late < _FRAME:
            self._due = at
        self._due += len(ulaw)
        lost = min(max(late, 0) // _FRAME, MAX_MENDED)
        self.mended += lost
        pcm = self._rest + conceal(self._last, lost) + ulaw_decode(ulaw)
        whole = len(pcm) // FRAME_BYTES * FRAME_BYTES
        self._rest = pcm[whole:]
        frames = [pcm[start : start + FRAME_BYTES] for start in range(0, whole, FRAME_BYTES)]
        if frames:
            self._last = frames[-1]
        return frames


def conceal(last: bytes, count: int) -> bytes:
    """What is heard for ``count`` frames lost behind the frame ``last``."""
    if count == 0:
        return b""
    faded = np.frombuffer(last, dtype="<i2")[::-1] * _FADE
    return faded.astype("<i2").tobytes() + bytes(FRAME_BYTES * (count - 1))
