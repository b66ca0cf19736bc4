"""The inside of an engine's own process: requests in on standard input, sound out on standard output.

A message is its length and its bytes. The first that comes in are the settings; each is answered with OK and
sound, or FAILED and why. Engines print, so what they print is kept off the channel.
"""

from __future__ import annotations

import faulthandler
import json
import os
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final, Protocol

LENGTH: Final = struct.Struct("!I")
HEAD: Final = struct.Struct("!BII")
"""Of an answer: OK or FAILED, the sampling rate, and the length of what follows."""

OK, FAILED = 0, 1

_GRACE_S = 5.0  # beyond the patience of whoever asks: one that hangs with nobody to end it ends itself


class Engine(Protocol):
    """What the process of an engine does: one request after another."""

    def speak(self, request: dict[str, Any]) -> tuple[int, bytes]:
        """The sampling rate and 16-bit mono samples. Any exception fails this request alone."""
        ...


def serve(open_engine: Callable[[dict[str, Any]], Engine]) -> None:
    """Answer requests until standard input ends."""
    channel = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    settings = _receive(sys.stdin.buffer)
    if settings is None:
        return
    try:
        engine = open_engine(settings)
    except Exception as error:
        _send(channel, FAILED, 0, _told(error))
        return
    _send(channel, OK, 0, b"")
    while (request := _receive(sys.stdin.buffer)) is not None:
        faulthandler.dump_traceback_later(request["timeout_s"] + _GRACE_S, exit=True)
        try:
            rate, pcm = engine.speak(request)
        except Exception as error:
            _send(channel, FAILED, 0, _told(error))
        else:
            _send(channel, OK, rate, pcm)
        faulthandler.cancel_dump_traceback_later()


def _told(error: Exception) -> bytes:
    return f"{type(error).__name__}: {error}".encode()


def _receive(stream: BinaryIO) -> dict[str, Any] | None:
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    message: dict[str, Any] = json.loads(stream.read(*LENGTH.unpack(head)))
    return message


def _send(stream: BinaryIO, status: int, rate: int, content: bytes) -> None:
    stream.write(HEAD.pack(status, rate, len(content)) + content)
    stream.flush()
