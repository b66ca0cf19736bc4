"""Measuring understanding on the command line: the table, the page, the figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from bot.language import language_dir
from bot.nlu.embedded import noise_of
from bot.nlu.entities import EntityFinder
from bot.nlu.measure.conditions import conditions
from bot.nlu.measure.data import as_data
from bot.nlu.measure.engines import EmbeddedEngine, Engine, RasaEngine, RunningEngine
from bot.nlu.measure.evaluation import Evaluation, Surroundings, evaluate
from bot.nlu.measure.page import Subject, render_page
from bot.nlu.measure.rasa_file import load_rasa_examples
from bot.nlu.measure.splits import Split, few, folds, given, hiding
from bot.nlu.rasa.client import RasaClient
from bot.nlu.rasa.environment import ready_environment
from bot.nlu.rasa.project import Pipeline
from bot.nlu.stop_words import StopWords
from bot.nlu.sure_rules import SureRules
from bot.simulation.noise import MOST_NOISE
from campaigns.cli.installation import parse_names
from campaigns.cli.nlu_measure_view import print_evaluations
from campaigns.errors import ConflictError, NotFoundError, SettingsError
from campaigns.settings import Settings

DECIDING = ("request_extension", "refuse_pay", "request_relief", "dispute_amount")
"""Asking for time, refusing, asking for relief, disputing: reported one by one."""

ENGINES = ("embedded", "rasa-logistic", "rasa-diet", "rasa")
"""``rasa`` is the server of the settings, asked as it is."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What is measured, on what, and how it is split.

    ``test`` None: examples of ``file`` are held back, by ``folds`` or, with ``per_intent``, all but so many.
    """

    engines: tuple[str, ...]
    file: Path | None
    test: Path | None
    folds: int
    per_intent: int | None
    most_tests: int | None
    hide: int | None
    noise: str
    epochs: int | None
    seed: int
    language: str
    deciding: str = ""

    def levels(self) -> list[int]:
        """The noise levels in percent. Raises ConflictError."""
        try:
            levels = [int(part) for part in parse_names(self.noise)]
        except ValueError as error:
            raise ConflictError(
                f"noise levels are whole percent such as 10,20, not {self.noise!r}"
            ) from error
        if not all(1 <= level <= MOST_NOISE * 100 for level in levels):
            raise ConflictError(f"noise levels go from 1 to {MOST_NOISE:.0%}")
        return levels

    def splits(self, folder: Path) -> tuple[list[Split], Subject]:
        """Raises DataFileError."""
        path = self.file or folder / "nlu.yml"
        examples = load_rasa_examples(path)
        if self.engines == ("rasa",) and self.test is None:
            how, splits = "all asked of a model that is there", [given(examples, examples)]
        elif self.test is not None:
            how, splits = f"asked: {self.test.name}", [given(examples, load_rasa_examples(self.test))]
        elif self.per_intent is not None:
            how = f"{self.per_intent} examples an intent to learn"
            splits = [few(examples, self.per_intent, self.seed, self.most_tests)]
        else:
            how, splits = f"{self.folds} folds", list(folds(examples, self.folds, self.seed))
        if self.hide is not None:
            how += f", every {self.hide}th intent unknown"
            splits = [hiding(split, self.hide, self.seed) for split in splits]
        count = len({example.intent for example in examples})
        subject = Subject(
            "Understanding: " + ", ".join(self.engines),
            f"{path.name}: {len(examples):,} examples of {count} intents",
            f"{how}, seed {self.seed}",
            parse_names(self.deciding) or DECIDING,
            held_back="rasa" not in self.engines,
        )
        return splits, subject


def run_measurement(
    settings: Settings, wanted: Measured, html: Path | None, json_file: Path | None
) -> list[Evaluation]:
    """Measure, print the tables and write the files.

    Raises DataFileError, ConflictError, NotFoundError, InterpreterError when Rasa cannot be had.
    """
    console = Console()
    folder = language_dir(wanted.language)
    around = Surroundings(
        EntityFinder.load(folder, settings.zone), SureRules.load(folder), StopWords.load(folder)
    )
    heard = conditions(folder, wanted.levels())
    splits, subject = wanted.splits(folder)
    if strange := _strange(wanted, folder):
        console.print(
            f"[yellow]Note:[/yellow] no dialogue knows these intents, which are measured all the same: "
            f"{', '.join(strange)}",
            soft_wrap=True,
        )
    tell = _teller(console)
    engines = [_engine(name, settings, folder, around, wanted.epochs, tell) for name in wanted.engines]
    evaluations = [evaluate(engine, splits, heard, around, seed=wanted.seed, tell=tell) for engine in engines]
    print_evaluations(console, subject, evaluations, heard)
    if json_file is not None:
        data = {
            "examples": subject.examples,
            "splits": subject.splits,
            "engines": [as_data(e) for e in evaluations],
        }
        _write(json_file, json.dumps(data, ensure_ascii=False, indent=1) + "\n")
        console.print(f"Figures: {json_file}", soft_wrap=True)
    if html is not None:
        _write(html, render_page(subject, evaluations))
        console.print(f"Page: {html}", soft_wrap=True)
    return evaluations


def _strange(wanted: Measured, folder: Path) -> list[str]:
    """Intents of the files given that our own examples lack: a slip of the pen, or somebody else's model."""
    known = {example.intent for example in load_rasa_examples(folder / "nlu.yml")}
    files = [path for path in (wanted.file, wanted.test) if path is not None]
    return sorted({example.intent for path in files for example in load_rasa_examples(path)} - known)


def _engine(
    name: str,
    settings: Settings,
    folder: Path,
    around: Surroundings,
    epochs: int | None,
    tell: Callable[[str], object],
) -> Engine:
    match name:
        case "embedded":
            return EmbeddedEngine(around.entities, around.rules, noise_of(folder))
        case "rasa":
            return RunningEngine(RasaClient(settings.rasa_url, settings.rasa_secret, timeout_s=10.0))
        case "rasa-diet" | "rasa-logistic":
            environment = ready_environment(settings.cache, settings.rasa_python, tell)
            pipeline = Pipeline(name.removeprefix("rasa-"))
            return RasaEngine(environment, settings.cache, around.rules, pipeline, epochs, tell)
        case _:
            raise NotFoundError(f"there is no engine {name!r}; known: {', '.join(ENGINES)}")


def _teller(console: Console) -> Callable[[str], object]:
    return lambda text: console.print(f"[dim]{text}[/dim]", soft_wrap=True, highlight=False)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error}") from error
