"""A log record as a line of text or of JSON. Of an error where it happened: its message may name somebody."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from campaigns.logs.about import present
from campaigns.logs.masking import masked


class TextFormat(logging.Formatter):
    """``2026-03-02 10:00:00,000 WARNING campaigns.dialing.turns [attempt=17] message``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and where an error happened below it."""
        ids = " ".join(f"{key}={value}" for key, value in present().items())
        between = f" [{ids}]" if ids else ""
        line = f"{self.formatTime(record)} {record.levelname} {record.name}{between}: {message_of(record)}"
        return "\n".join((line, *(f"  {place}" for place in places_of(record))))


class JsonFormat(logging.Formatter):
    """One object a line: ``time``, ``level``, ``logger``, ``message``, ids, and ``error`` with ``where``."""

    def format(self, record: logging.LogRecord) -> str:
        """Never more than one line, whatever is in it."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message_of(record),
            "process": record.process,
            "thread": record.threadName,
            **present(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            told |= {"error": record.exc_info[0].__name__, "where": places_of(record)}
        return json.dumps(told, ensure_ascii=False)


def message_of(record: logging.LogRecord) -> str:
    """The message, masked. One whose arguments do not fit it is told without them."""
    try:
        return masked(record.getMessage())
    except (TypeError, ValueError, KeyError):
        return masked(str(record.msg))


def places_of(record: logging.LogRecord) -> list[str]:
    """Where the record's error happened, innermost last, without what it says."""
    if not record.exc_info or record.exc_info[0] is None:
        return []
    kind, _, trace = record.exc_info
    return [*_frames(trace), kind.__name__]


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
