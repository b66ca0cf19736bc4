"""Training a Rasa model on our examples, and keeping it by what it was made of."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import InterpreterError
from bot.nlu.normalize import normalize
from bot.nlu.rasa.environment import RasaEnvironment, Tell
from bot.nlu.rasa.project import RasaProject
from bot.nlu.sure_rules import SureRules
from bot.nlu.training_data import Example

_TRAINING_S = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class RasaModel:
    """A trained model, and how long its training took. ``new``: it was trained just now."""

    path: Path
    trained_s: float | None
    new: bool


def as_asked(examples: Sequence[Example], rules: SureRules) -> list[Example]:
    """The examples as calls ask about them: in the normal form, without hesitations."""
    heard = ((rules.hesitations.without(normalize(example.text)), example.intent) for example in examples)
    return [Example(text.text, intent) for text, intent in heard]


def models_in(cache: Path) -> Path:
    """The folder of trained models."""
    return cache / "rasa" / "models"


def train_rasa(
    environment: RasaEnvironment,
    project: RasaProject,
    cache: Path,
    *,
    validate: bool = True,
    tell: Tell = print,
) -> RasaModel:
    """Validate and train ``project``, unless a model of the same data is kept. Raises InterpreterError.

    What Rasa said stands beside the model, in a file that ends in ``.log``.
    """
    folder = models_in(cache)
    path, log = folder / f"{project.digest}.tar.gz", folder / f"{project.digest}.log"
    took_file = folder / f"{project.digest}.seconds"
    if path.is_file():
        return RasaModel(path, float(took_file.read_text()) if took_file.is_file() else None, new=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix="training-") as work:
            project.write(Path(work))
            if validate:
                tell("Rasa checks the data.")
                data = ("--domain", "domain.yml", "--data", "data", "--config", "config.yml")
                _run(environment, ["data", "validate", *data, "--fail-on-warnings"], Path(work), log)
            tell("Rasa trains.")
            began = time.perf_counter()
            named = ("--out", "out", "--fixed-model-name", "model")
            files = ("--config", "config.yml", "--domain", "domain.yml", "--nlu", "data/nlu.yml")
            _run(environment, ["train", "nlu", *files, *named], Path(work), log)
            took = time.perf_counter() - began
            took_file.write_text(f"{took:.2f}")
            (Path(work) / "out" / "model.tar.gz").replace(path)
    except OSError as error:
        raise InterpreterError(f"the Rasa model cannot be kept in {folder}: {error}") from error
    return RasaModel(path, took, new=True)


def _run(environment: RasaEnvironment, words: list[str], work: Path, log: Path) -> None:
    with log.open("ab") as output:
        try:
            done = subprocess.run(  # noqa: S603
                environment.command(*words),
                cwd=work,
                env=environment.variables(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=_TRAINING_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise InterpreterError(
                f"'rasa {words[0]}' did not end in {_TRAINING_S / 3600:g} hours"
            ) from error
    if done.returncode != 0:
        lines = log.read_text(encoding="utf-8", errors="replace").replace("\r", "\n").splitlines()
        said = next((line for line in reversed(lines) if line.strip()), "nothing")
        raise InterpreterError(f"'rasa {words[0]}' failed ({said.strip()[-300:]}); all it said: {log}")
