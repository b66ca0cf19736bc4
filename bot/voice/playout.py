"""One sentence on its way to the far end: how far it has been heard, by the marks that came back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Final

import numpy as np

from bot.audio.pcm import FRAME_BYTES, samples, seconds
from bot.voice.ports import Clause, SoundLine

QUIET: Final = 160
"""About -46 dBFS: what is below at the end of a clause is its pause."""

_names = count(1)


def split_pause(pcm: bytes) -> tuple[bytes, bytes]:
    """The sound of a clause, and the pause at its end, cut at a whole frame."""
    loud = np.flatnonzero(np.abs(samples(pcm).astype(np.int32)) > QUIET)
    end = 0 if not len(loud) else 2 * (int(loud[-1]) + 1)
    end = min(len(pcm), -(-end // FRAME_BYTES) * FRAME_BYTES)
    return pcm[:end], pcm[end:]


class Playout:
    """Plays one sentence from its ``first`` clause on. Times are seconds of the call's frames.

    The mark of a clause stands before its pause, so that the next sentence follows without a gap.
    """

    def __init__(self, clauses: Sequence[Clause], *, first: int = 0) -> None:
        self.clauses = clauses
        self._next = first  # the clause being heard now
        self._since = 0.0  # when it began
        self._marks: dict[str, int] = {}
        self._parts = [split_pause(clause.pcm) for clause in clauses]

    def begin(self, at: float) -> None:
        """The sentence will begin to be heard at this time."""
        self._since = at

    async def send(self, line: SoundLine) -> bytes:
        """Send what is left of the sentence; gives its sound. Raises HungUpError."""
        for index in range(self._next, len(self.clauses)):
            speech, pause = self._parts[index]
            name = f"c{next(_names)}"
            self._marks[name] = index
            await line.send(speech, self.clauses[index].text)
            await line.mark(name)
            if pause:
                await line.send(pause, "")
        return b"".join(clause.pcm for clause in self.clauses[self._next :])

    def played(self, mark: str, at: float) -> None:
        """A mark came back. Those of other sentences are no matter."""
        index = self._marks.pop(mark, None)
        if index is not None:
            self._next = max(self._next, index + 1)
            self._since = at + seconds(self._parts[index][1])

    @property
    def done(self) -> bool:
        """Whether the whole sentence was heard."""
        return self._next >= len(self.clauses)

    def resumed(self) -> Playout:
        """The rest of the sentence after a pause: the clause that was cut is said again."""
        return Playout(self.clauses, first=self._next)

    def left_s(self, at: float) -> float:
        """How much of the sentence is still to come; negative: its last mark is late by so much."""
        pending = sum(seconds(speech) + seconds(pause) for speech, pause in self._parts[self._next :])
        return pending - (at - self._since)

    def heard(self, at: float) -> str:
        """The words that were heard by now: whole clauses by their marks, of the last one by its time."""
        text = "".join(clause.text for clause in self.clauses[: self._next])
        if self.done:
            return text
        lasts_s = seconds(self._parts[self._next][0])
        share = min(max(at - self._since, 0.0) / lasts_s, 1.0) if lasts_s else 1.0
        current = self.clauses[self._next].text
        return text + current[: int(len(current) * share)]
