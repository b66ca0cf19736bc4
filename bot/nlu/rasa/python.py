"""Finding the Python that Rasa needs: 3.10, which is too old for the rest of the program."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.errors import InterpreterError

VERSION = "3.10"

HOW_TO_GET_IT = (
    f"Rasa runs on Python {VERSION} alone, and there is none on this machine. Get one with "
    f"'pyenv install {VERSION}', 'uv python install {VERSION}' or the system's packages (python{VERSION} and "
    f"python{VERSION}-venv), or set rasa_python to the path of one"
)


def find_python(given: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """The first Python 3.10 that runs: ``given``, on the PATH, of pyenv, of uv.

    Raises InterpreterError that says how to get one; of ``given``, when that is none.
    """
    if given is not None:
        if not _is_right(given, environ):
            raise InterpreterError(f"rasa_python: {given} is no Python {VERSION}")
        return given
    for path in _candidates(environ):
        if _is_right(path, environ):
            return path
    raise InterpreterError(HOW_TO_GET_IT)


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    if (found := shutil.which(f"python{VERSION}", path=environ.get("PATH"))) is not None:
        yield Path(found)
    home = Path(environ.get("HOME", str(Path.home())))
    pyenv = Path(environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    managed = Path(environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    for folder, pattern in ((pyenv, f"{VERSION}.*"), (managed, f"cpython-{VERSION}.*")):
        # The newest first; 3.10.9 is older than 3.10.13.
        for version in sorted(folder.glob(pattern), key=_numbers, reverse=True):
            yield version / "bin" / f"python{VERSION}"


def _numbers(path: Path) -> tuple[int, ...]:
    parts = path.name.removeprefix("cpython-").split("-")[0].split(".")
    return tuple(int(part) for part in parts if part.isdigit())


def _is_right(path: Path, environ: Mapping[str, str]) -> bool:
    """Whether it runs and is of this version. A shim of pyenv may stand on the PATH and lead nowhere."""
    asked = [str(path), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=20, env=dict(environ))  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.strip() == VERSION
