"""A recording as a WAV file that is never written: any range of its bytes is made from the sealed chunks."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.audio.pcm import RATE
from bot.errors import RecordingDamagedError, RecordingError
from bot.recording.archive import is_name_of
from bot.recording.reading import Recording
from campaigns.errors import ConflictError, NotFoundError
from campaigns.recordings import open_recordings
from campaigns.settings import Settings

CHANNELS: Final = 2
SAMPLE_BYTES: Final = 2
STEP: Final = CHANNELS * SAMPLE_BYTES
HEADER_BYTES: Final = 44
PIECE: Final = RATE * STEP
"""A second: so much is decrypted at a time."""

_RANGE: Final = re.compile(r"\s*bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*", re.ASCII)


class RangeError(ValueError):
    """What is asked for is not in the file."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from ``begin`` up to ``end``, which is no part of it."""

    begin: int
    end: int


def open_sound(settings: Settings, name: str) -> Recording:
    """The recording of this name, of which its head says that it is the call's. Close it.

    Raises NotFoundError when its file is gone, ConflictError when it cannot be heard, and why.
    """
    try:
        with open_recordings(settings) as recordings:
            recording = recordings.open(name)
    except RecordingDamagedError as error:
        raise ConflictError("the recording is damaged and cannot be heard") from error
    except RecordingError as error:
        raise NotFoundError("the file of this recording is not there") from error
    try:
        if not is_name_of(name, recording.head()):
            raise ConflictError("the file of this recording is another call's")
    except RecordingError as error:
        recording.close()
        if isinstance(error, RecordingDamagedError):
            raise ConflictError("the recording is damaged and cannot be heard") from error
        raise ConflictError(
            "the key of this recording is not at hand: put it among the recording keys"
        ) from error
    except ConflictError:
        recording.close()
        raise
    return recording


def size_of(recording: Recording) -> int:
    """The bytes of the whole file."""
    return HEADER_BYTES + recording.samples * STEP


def span_of(header: str | None, size: int) -> Span | None:
    """What a Range header asks for of ``size`` bytes; None for all of it.

    That is without one, and with several ranges, which may be answered with the whole.

    Raises RangeError for a range that begins behind the end.
    """
    asked = _RANGE.fullmatch(header or "")
    if asked is None or asked[1] == asked[2] == "":
        return None
    if not asked[1]:
        last = int(asked[2])
        if not last:
            raise RangeError
        return Span(max(size - last, 0), size)
    begin = int(asked[1])
    end = size if not asked[2] else min(int(asked[2]) + 1, size)
    if asked[2] and int(asked[2]) < begin:
        return None  # no range at all: it counts as if it were not there
    if begin >= size:
        raise RangeError
    return Span(begin, end)


def pieces(recording: Recording, span: Span) -> Iterator[bytes]:
    """These bytes, a second of sound at a time; the recording is closed at the end.

    Raises as ``Recording`` does.
    """
    try:
        at = span.begin
        if at < HEADER_BYTES:
            yield header_of(recording.samples)[at : min(span.end, HEADER_BYTES)]
            at = HEADER_BYTES
        while at < span.end:
            end = min(at + PIECE, span.end)
            yield _samples(recording, at - HEADER_BYTES, end - HEADER_BYTES)
            at = end
    finally:
        recording.close()


def _samples(recording: Recording, begin: int, end: int) -> bytes:
    first, last = begin // STEP, -(-end // STEP)
    data = recording.sound(first, last).astype("<i2", copy=False).tobytes()
    return data[begin - first * STEP : end - first * STEP]


def header_of(samples: int) -> bytes:
    """The head of a stereo WAV file: left the customer, right the bot."""
    data = samples * STEP
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", min(HEADER_BYTES - 8 + data, 0xFFFFFFFF), b"WAVE",
        b"fmt ", 16, 1, CHANNELS, RATE, RATE * STEP, STEP, 8 * SAMPLE_BYTES,
        b"data", min(data, 0xFFFFFFFF),
    )  # fmt: skip
