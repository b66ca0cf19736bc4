"""Training and serving on the command line."""

from __future__ import annotations

import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import typer

from bot.errors import InterpreterError
from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.nlu.rasa.environment import RasaEnvironment, ready_environment
from bot.nlu.rasa.project import Pipeline, RasaProject
from bot.nlu.rasa.server import serving
from bot.nlu.rasa.training import RasaModel, as_asked, models_in, train_rasa
from bot.nlu.sure_rules import SureRules
from bot.nlu.training_data import load_training_data
from campaigns.settings import Settings, rasa_token_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    language: str
    dialogues: Path | None
    pipeline: str
    epochs: int | None

    @property
    def folder(self) -> Path:
        return language_dir(self.language, self.dialogues)


def train_embedded(settings: Settings, wanted: Wanted) -> None:
    """Fit our own model, unless it is in the cache. Raises DataFileError."""
    began = time.perf_counter()
    interpreter = EmbeddedInterpreter.load(wanted.folder, settings.cache, settings.zone)
    took = time.perf_counter() - began
    typer.echo(
        f"The embedded model knows {len(interpreter.intents)} intents; it is in {settings.cache} "
        f"({took:.1f} s). Calls use it as it is."
    )


def train_rasa_model(settings: Settings, wanted: Wanted) -> None:
    """Build what Rasa runs in, check, train. Raises DataFileError, InterpreterError."""
    _, model = _ready(settings, wanted)
    how = f"took {model.trained_s:.0f} s" if model.new else "was there already"
    typer.echo(f"The Rasa model ({wanted.pipeline}) {how}: {model.path}")
    typer.echo(f"Next: xiaorong nlu serve --pipeline {wanted.pipeline}")


def serve_rasa_model(settings: Settings, wanted: Wanted, port: int) -> None:
    """Serve until Ctrl-C. Raises DataFileError, InterpreterError when it does not get well, or ends."""
    environment, model = _ready(settings, wanted)
    token = rasa_token_of(settings.home)
    log = models_in(settings.cache) / f"served-{port}.log"
    typer.echo("Rasa starts.")
    with serving(environment, model.path, log, port=port, token=token) as server:
        typer.echo(f"Rasa answers at {server.url}, to this machine and with the token alone.")
        if settings.interpreter != "rasa" or settings.rasa_url.rstrip("/") != server.url:
            typer.echo(f'To use it: interpreter = "rasa" and rasa_url = "{server.url}" in the settings.')
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the server is stopped on the way out
        code = server.process.wait()
    raise InterpreterError(f"Rasa ended with code {code}; all it said: {log}")


def _ready(settings: Settings, wanted: Wanted) -> tuple[RasaEnvironment, RasaModel]:
    folder = wanted.folder
    examples = as_asked(load_training_data(folder / "nlu.yml"), SureRules.load(folder))
    project = RasaProject.of(examples, Pipeline(wanted.pipeline), wanted.epochs)
    environment = ready_environment(settings.cache, settings.rasa_python, typer.echo)
    return environment, train_rasa(environment, project, settings.cache, tell=typer.echo)
