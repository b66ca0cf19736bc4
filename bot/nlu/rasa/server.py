"""A Rasa server of our own: bound to this machine, behind a token, and known to be well before it is used."""

from __future__ import annotations

import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.errors import InterpreterError
from bot.nlu.rasa.client import RasaClient, RasaFailure
from bot.nlu.rasa.environment import RasaEnvironment

HOST = "127.0.0.1"
STARTS_WITHIN_S = 300.0
"""Loading TensorFlow and a model takes ten seconds on a quiet machine, minutes on a crowded one."""

_STOPS_WITHIN_S = 10.0

# The token comes by the environment: what stands in a command line every user of the machine can read. A
# server whose parent is gone, killed perhaps, goes too.
_PROGRAM = """
import os, sys, threading, time
parent = os.getppid()
def watch():
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
sys.argv += ["--auth-token", os.environ.pop("RASA_AUTH_TOKEN")]
from rasa.__main__ import main
main()
"""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that has answered."""

    url: str
    token: str
    process: subprocess.Popen[bytes]

    @property
    def memory_mb(self) -> float | None:
        """The most memory it has held; None where the system does not tell."""
        try:
            lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        except OSError:
            return None
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), None)


@contextmanager
def serving(
    environment: RasaEnvironment, model: Path, log: Path, *, port: int | None = None, token: str | None = None
) -> Iterator[RunningServer]:
    """Run a server with ``model`` until the block is left; by default on any port, with a new token.

    Raises InterpreterError when it does not get well; what it said stands in ``log``.
    """
    port, token = port or _free_port(), token or secrets.token_urlsafe(24)
    endpoints = model.with_name("endpoints.yml")
    endpoints.write_text("{}\n")
    words = ("--enable-api", "-m", str(model), "-i", HOST, "-p", str(port), "--endpoints", str(endpoints))
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603
            [str(environment.python), "-c", _PROGRAM, "run", *words],
            cwd=model.parent,
            env=environment.variables() | {"RASA_AUTH_TOKEN": token},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    running = RunningServer(f"http://{HOST}:{port}", token, process)
    try:
        _wait_until_well(running, log)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(_STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_well(running: RunningServer, log: Path) -> None:
    client = RasaClient(running.url, running.token, timeout_s=5.0)
    deadline = time.monotonic() + STARTS_WITHIN_S
    try:
        while True:
            if (code := running.process.poll()) is not None:
                raise InterpreterError(f"Rasa ended with code {code} ({_last_line(log)}); all it said: {log}")
            try:
                client.check()
                client.ranking("你好")
                return
            except RasaFailure as failure:
                if time.monotonic() > deadline:
                    raise InterpreterError(
                        f"Rasa did not get well ({failure}); all it said: {log}"
                    ) from failure
            time.sleep(0.2)
    finally:
        client.close()


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.strip()[-300:] for line in reversed(lines) if line.strip()), "it said nothing")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
