"""Where Twilio's requests come in: a web server in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette

from telephony.errors import LineConfigError
from telephony.listening import listen
from telephony.twilio.haste import HastyProtocol
from telephony.twilio.server import SERVER_OPTIONS

_LEAVE_S: Final = 5
"""Connections that do not end when the door closes are cut after so many seconds."""


class _Server(uvicorn.Server):
    """Ctrl-C belongs to the command that runs the line."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class WebDoor:
    """Serves on ``host`` and ``port``, as long as the loop runs that opened it."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self, app: Starlette) -> None:
        if self._task is not None and not self._task.done():
            return
        try:
            listener = listen(self._host, self._port)
        except OSError as error:
            where = f"{self._host}:{self._port}"
            raise LineConfigError(
                f"nothing can listen on {where}: {error.strerror}; stop what does, or set listen_port",
                file="twilio line",
                key="listen_port",
            ) from error
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(
            app,
            http=HastyProtocol,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=_LEAVE_S,
            **SERVER_OPTIONS,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve([listener]), name="twilio door")

    async def close(self) -> None:
        server, task = self._server, self._task
        self._server = self._task = None
        if server is not None and task is not None:
            server.should_exit = True
            await task

    @property
    def port(self) -> int:
        """Where it listens; with port 0, once it was opened."""
        return self._port
