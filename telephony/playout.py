"""What has been sent on a call and waits to be played: sound, its captions, and marks between."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from telephony.line import Sound
from telephony.pcm import FRAME_BYTES, RATE, SILENCE


@dataclass(frozen=True, slots=True)
class Caption:
    """What was played of one captioned sound by the end of a frame.

    ``begins``: this frame is its first. ``share``: how much of it has been played, 1 when all.
    """

    text: str = field(repr=False)
    begins: bool
    share: float
    lasts_s: float  # the whole of it


@dataclass(frozen=True, slots=True)
class Taken:
    """One frame of what was sent. ``pcm`` is always a whole frame, ``sounding`` says whether any was sent."""

    pcm: bytes = field(default=SILENCE, repr=False)
    sounding: bool = False
    captions: tuple[Caption, ...] = ()
    marks: tuple[str, ...] = ()  # all before them has been played


NOTHING: Final = Taken()


@dataclass(slots=True)
class _Piece:
    sound: Sound
    played: int = 0  # bytes


class Playout:
    """A queue that is played frame by frame. Sounds follow each other without a gap, to the byte."""

    def __init__(self) -> None:
        self._queue: deque[_Piece | str] = deque()

    def send(self, sound: Sound) -> None:
        """Play ``sound`` behind what waits. Raises ValueError when it ends within a sample."""
        if len(sound.pcm) % 2:
            raise ValueError("sound of 16 bits a sample has an even number of bytes")
        if sound.pcm:
            self._queue.append(_Piece(sound))

    def mark(self, name: str) -> bool:
        """Put a mark behind what waits. False when nothing waits: all has been played already."""
        if self._queue:
            self._queue.append(name)
        return bool(self._queue)

    def clear(self) -> None:
        """Drop what waits, with the marks in it."""
        self._queue.clear()

    def take(self) -> Taken:
        """The next frame."""
        if not self._queue:
            return NOTHING
        chunks: list[bytes] = []
        captions: list[Caption] = []
        marks: list[str] = []
        room = FRAME_BYTES
        while self._queue:
            head = self._queue[0]
            if isinstance(head, str):
                marks.append(head)
                self._queue.popleft()
            elif room:
                chunk = head.sound.pcm[head.played : head.played + room]
                chunks.append(chunk)
                room -= len(chunk)
                if head.sound.text:
                    captions.append(_caption(head, len(chunk)))
                head.played += len(chunk)
                if head.played == len(head.sound.pcm):
                    self._queue.popleft()
            else:
                break
        return Taken(b"".join(chunks).ljust(FRAME_BYTES, b"\0"), True, tuple(captions), tuple(marks))


def _caption(piece: _Piece, more: int) -> Caption:
    whole = len(piece.sound.pcm)
    return Caption(piece.sound.text, not piece.played, (piece.played + more) / whole, whole / (2 * RATE))
