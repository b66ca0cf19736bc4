"""The environment that Rasa runs in: built once, kept in the cache, and shared by all processes."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.errors import InterpreterError
from bot.nlu.rasa.python import VERSION, find_python

REQUIREMENTS = Path(__file__).with_name("requirements.txt")

_WHOLE = "whole"  # a file that stands in an environment once it is built to its end
_BUILD_S = 1800.0  # 2 GB over a slow line

Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class RasaEnvironment:
    """A virtual environment with Rasa in it."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def command(self, *words: str) -> list[str]:
        """A command line of Rasa's."""
        return [str(self.python), "-m", "rasa", *words]

    def variables(self) -> dict[str, str]:
        """What its processes are told: report to nobody, and say no more than needed."""
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV", "XIAORONG"))
        }
        return kept | {
            "RASA_TELEMETRY_ENABLED": "false",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "PYTHONWARNINGS": "ignore",
        }


def environment_in(cache: Path) -> RasaEnvironment:
    """Where the environment of the present requirements is, or would be, in ``cache``."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    return RasaEnvironment(cache / "rasa" / f"environment-{digest}")


def is_built(environment: RasaEnvironment) -> bool:
    return (environment.folder / _WHOLE).is_file()


def ready_environment(cache: Path, python: Path | None = None, tell: Tell = print) -> RasaEnvironment:
    """The environment, built now if it is not there: 2 GB, under a minute with uv or pip and a fast line.

    One process builds it while others wait. ``python`` is as for `find_python`. Raises InterpreterError.
    """
    environment = environment_in(cache)
    if is_built(environment):
        return environment
    base = find_python(python)
    with _alone(environment.folder):
        if not is_built(environment):
            tell(f"Building an environment for Rasa in {environment.folder}: 2 GB, once.")
            _build(environment, base)
    return environment


def _build(environment: RasaEnvironment, base: Path) -> None:
    folder = environment.folder
    if folder.exists():  # left by a build that was cut
        shutil.rmtree(folder)
    try:
        _run([str(base), "-m", "venv", str(folder)])
        wanted = ["--no-deps", "--requirement", str(REQUIREMENTS)]
        uv = shutil.which("uv")
        if uv is not None:
            _run([uv, "pip", "install", "--quiet", "--python", str(environment.python), *wanted])
        else:
            pip = [str(environment.python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
            _run([*pip, "--no-compile", *wanted])
        _run(environment.command("--version"), environment.variables())
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    (folder / _WHOLE).touch()


def _run(command: Sequence[str], variables: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=_BUILD_S, env=variables, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InterpreterError(f"Rasa's environment cannot be built: {error}") from error
    if done.returncode != 0:
        said = " ".join((done.stderr or done.stdout).split())[-400:]
        raise InterpreterError(
            f"Rasa's environment cannot be built (it needs Python {VERSION} with venv, a package index and "
            f"2 GB): {said}"
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock beside ``folder``; it goes with the process that held it."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = folder.with_suffix(".lock").open("w")
    except OSError as error:
        raise InterpreterError(f"Rasa's environment cannot be kept in {folder.parent}: {error}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
