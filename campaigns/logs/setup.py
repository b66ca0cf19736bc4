"""Where log lines go: to standard error, for whatever runs the process to keep."""

from __future__ import annotations

import logging
import sys
from typing import Final, TextIO

from campaigns.logs.formats import JsonFormat, TextFormat
from campaigns.settings import Settings

FORMATS: Final = {"text": TextFormat, "json": JsonFormat}
LOUD: Final = ("httpx", "httpcore", "websockets", "asyncio", "alembic", "uvicorn.access")
"""Libraries whose information would drown ours, or tells addresses."""


class ToStandardError(logging.StreamHandler[TextIO]):
    """To what standard error is at the time."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def set_up_logs(settings: Settings, *, service: bool = False) -> None:
    """Log as the settings say. A command that ends soon tells only what went wrong; a ``service`` all of it.

    Doing it again changes it.
    """
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, ToStandardError)]:
        root.removeHandler(handler)
    handler = ToStandardError()
    handler.setFormatter(FORMATS[settings.log_format]())
    wanted = logging.getLevelName(settings.log_level.upper())
    handler.setLevel(wanted if service else max(wanted, logging.WARNING))
    root.addHandler(handler)
    root.setLevel(handler.level)
    for name in LOUD:
        logging.getLogger(name).setLevel(max(wanted, logging.WARNING))
