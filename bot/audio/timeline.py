"""Sound put where it was heard: placed by position, taken off the front in order."""

from __future__ import annotations

SAMPLE_BYTES = 2


class Timeline:
    """Mono sound (see ``bot.audio.pcm``) by its position in samples; silence where nothing was placed.

    Sound placed over sound replaces it. What lies more than ``most_ahead`` samples beyond what was taken is
    not kept, so that memory is bounded.
    """

    def __init__(self, most_ahead: int) -> None:
        self._most_ahead = most_ahead
        self._taken = 0
        self._placed_until = 0
        self._ahead = bytearray()  # begins at the sample ``taken``

    @property
    def taken(self) -> int:
        """How many samples were taken off the front."""
        return self._taken

    def place(self, pcm: bytes, at: int) -> int:
        """Put ``pcm`` at sample ``at``; gives how many of its samples found no place: too late or too far.

        Raises ValueError for a position before the start or sound that ends within a sample.
        """
        if at < 0 or len(pcm) % SAMPLE_BYTES:
            raise ValueError(f"{len(pcm)} bytes of sound cannot be placed at sample {at}")
        count = len(pcm) // SAMPLE_BYTES
        begin = at - self._taken
        late = min(max(-begin, 0), count)
        early = min(max(begin + count - self._most_ahead, 0), count - late)
        if late + early < count:
            first, end = max(begin, 0) * SAMPLE_BYTES, (begin + count - early) * SAMPLE_BYTES
            if len(self._ahead) < first:
                self._ahead.extend(bytes(first - len(self._ahead)))
            self._ahead[first:end] = pcm[late * SAMPLE_BYTES : (count - early) * SAMPLE_BYTES]
            self._placed_until = max(self._placed_until, at + count - early)
        return late + early

    def cut(self, at: int) -> int:
        """Forget what was placed from sample ``at`` on; gives how much of that had been taken already."""
        late = max(min(self._taken, self._placed_until) - at, 0)
        del self._ahead[max(at - self._taken, 0) * SAMPLE_BYTES :]
        self._placed_until = min(self._placed_until, max(at, 0))
        return late

    def take(self, count: int) -> bytes:
        """The next ``count`` samples."""
        size = count * SAMPLE_BYTES
        piece = bytes(self._ahead[:size])
        del self._ahead[:size]
        self._taken += count
        return piece + bytes(size - len(piece))
