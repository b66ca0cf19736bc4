"""What a carrier told of messages and is not on record yet, in a file: a carrier tells it once.

A carrier that was answered forgets what it told, and Twilio does not ask again for a message that was not
taken. So an event is on the disk before the carrier is answered, and leaves the file once whoever keeps the
records has it. It may come twice, never not at all: receivers know each event by its id.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Final

from telephony.messages import Delivery, Receipt, TextReceived, Wish

log = logging.getLogger(__name__)

PATTERN: Final = "events-*.jsonl"
MOST_BOXES: Final = 64
"""Processes of one data directory that may hear messages at once."""

Event = Receipt | TextReceived


class Mailbox:
    """One process's file below ``folder``; what dead processes left in theirs is taken over at the start.

    Each line adds an event or says that one is done. The file is emptied when nothing waits, and is nobody
    else's to read: numbers and words are in it for as long as the records cannot be written. Safe to use from
    many threads. Raises OSError at the start only.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = Lock()
        self._waiting: Counter[str] = Counter()
        self._file = _claim_one(folder)
        left = self._adopted(folder)
        self.left: tuple[Event, ...] = tuple(_event(line) for line in left)
        """What was left by earlier runs, oldest first."""

    def put(self, event: Event) -> None:
        """Have ``event`` on the disk. One that cannot be written is told of in the log, and is only lost if
        this process dies before it is on record.
        """
        line = _line(event)
        with self._lock:
            try:
                _write(self._file, [f"+{line}"])
            except OSError as error:
                log.error("an event of a message cannot be kept on disk: %s", error.strerror)
                return
            self._waiting[line] += 1

    def done(self, event: Event) -> None:
        """``event`` is on record."""
        line = _line(event)
        with self._lock:
            if not self._waiting[line]:
                return
            self._waiting[line] -= 1
            self._waiting += Counter()  # drops what is at 0
            try:
                if self._waiting:
                    _write(self._file, [f"-{line}"], surely=False)
                else:
                    os.ftruncate(self._file, 0)
            except OSError as error:
                log.warning("an event of a message may come again: %s", error.strerror)

    def close(self) -> None:
        """Leave what waits to the next process."""
        os.close(self._file)

    def _adopted(self, folder: Path) -> list[str]:
        left = list(_read(self._file))
        for path in sorted(folder.glob(PATTERN)):
            other = _claimed(path)
            if other is not None:
                left += _read(other)
                _write(self._file, [f"+{line}" for line in _read(other)])
                path.unlink()
                os.close(other)
        self._waiting.update(left)
        return left


def _claim_one(folder: Path) -> int:
    for n in range(MOST_BOXES):
        descriptor = _claimed(folder / f"events-{n}.jsonl")
        if descriptor is not None:
            return descriptor
    raise OSError(f"{folder}: {MOST_BOXES} processes hear messages here already")


def _claimed(path: Path) -> int | None:
    """The file, locked until this process ends; None when another process has it."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        # Whoever took it over may have deleted it between the two steps.
        if path.exists() and os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
        os.close(descriptor)


def _read(descriptor: int) -> Iterator[str]:
    """What waits, oldest first. A line that a crash cut off was never answered for."""
    size = os.fstat(descriptor).st_size
    *lines, _cut = os.pread(descriptor, size, 0).decode("utf-8", "replace").split("\n")
    done = Counter(line[1:] for line in lines if line.startswith("-"))
    for line in lines:
        if not line.startswith("+"):
            continue
        if done[line[1:]]:
            done[line[1:]] -= 1
        elif _is_event(line[1:]):
            yield line[1:]
        else:
            log.error("a line of the mailbox cannot be read, and was left out")


def _write(descriptor: int, lines: list[str], *, surely: bool = True) -> None:
    if not lines:
        return
    data = "".join(f"{line}\n" for line in lines).encode()
    # A line that was cut off before is ended, so that it does not spoil this one.
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        data = b"\n" + data
    while data:
        data = data[os.write(descriptor, data) :]
    if surely:
        os.fsync(descriptor)


def _line(event: Event) -> str:
    if isinstance(event, Receipt):
        fields: dict[str, str | None] = {"id": event.id, "state": event.state, "reason": event.reason}
    else:
        fields = {"id": event.id, "number": event.number, "text": event.text, "wish": event.wish}
    return json.dumps(fields)  # in ASCII: no word of anybody's ends a line


def _event(line: str) -> Event:
    fields = json.loads(line)
    if "state" in fields:
        return Receipt(fields["id"], Delivery(fields["state"]), fields["reason"])
    wish = fields["wish"]
    return TextReceived(fields["id"], fields["number"], fields["text"], None if wish is None else Wish(wish))


def _is_event(line: str) -> bool:
    try:
        _event(line)
    except (ValueError, KeyError, TypeError):
        return False
    return True
