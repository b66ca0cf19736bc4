"""A speech engine in a process of its own: it may die or hang, and the next request starts another."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from bot.errors import ModelError, SynthesisError
from bot.tts.engine_loop import FAILED, HEAD, LENGTH

_START_S = 60.0  # to load a large voice on a busy machine


class EngineProcess:
    """Blocking, one request at a time; started with the first. ``module`` runs ``engine_loop.serve``."""

    def __init__(self, module: str, settings: Mapping[str, Any], timeout_s: float) -> None:
        self._module, self._settings, self.timeout_s = module, settings, timeout_s
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process that lives now."""
        return self._process.pid if self._process is not None else None

    def ask(self, request: Mapping[str, Any]) -> tuple[int, bytes]:
        """The sampling rate and sound for ``request``.

        Raises SynthesisError when the engine fails, dies or takes too long, ModelError when it cannot start.
        """
        process = self._process if self._process is not None else self._start()
        try:
            return self._exchange(process, {**request, "timeout_s": self.timeout_s}, self.timeout_s)
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            raise SynthesisError(f"the speech engine {self._told(error, self.timeout_s)}") from error

    def close(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()

    def _start(self) -> subprocess.Popen[bytes]:
        # Out of this terminal's group, so that Ctrl-C reaches the call, which may still want to say goodbye.
        self._process = process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        try:
            self._exchange(process, self._settings, _START_S)
        except SynthesisError as error:
            self.close()
            raise ModelError(f"the speech engine cannot start: {error}") from error
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            raise ModelError(
                f"the speech engine cannot start: it {self._told(error, _START_S)}; "
                "what it wrote to standard error says more"
            ) from error
        return process

    def _exchange(
        self, process: subprocess.Popen[bytes], message: Mapping[str, Any], timeout_s: float
    ) -> tuple[int, bytes]:
        if process.stdin is None or process.stdout is None:
            raise EOFError
        deadline = time.monotonic() + timeout_s
        content = json.dumps(message).encode()
        process.stdin.write(LENGTH.pack(len(content)) + content)
        status, rate, length = HEAD.unpack(_read(process.stdout.fileno(), HEAD.size, deadline))
        answer = _read(process.stdout.fileno(), length, deadline)
        if status == FAILED:
            raise SynthesisError(answer.decode(errors="replace"))
        return rate, answer

    @staticmethod
    def _told(error: Exception, timeout_s: float) -> str:
        if isinstance(error, TimeoutError):
            return f"gave no answer within {timeout_s:g} s and was ended"
        return "died"


def _read(source: int, count: int, deadline: float) -> bytes:
    """``count`` bytes. Raises TimeoutError, or EOFError when the other end is gone."""
    parts = bytearray()
    poll = select.poll()
    poll.register(source, select.POLLIN)
    while len(parts) < count:
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise TimeoutError
        part = os.read(source, count - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
