"""Running the dialogue tests of the installation's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.simulation.scenario import load_scenarios
from bot.simulation.scenario_run import ScenarioResult
from bot.simulation.scenario_suite import SuiteResult, run_suites, scenario_files
from campaigns.console.job import JobContext, JobKind, JobStopped
from campaigns.errors import NotFoundError
from campaigns.settings import Settings
from campaigns.understanding import open_interpreter

DIALOGUE_TEST: Final = "dialogue.test"
SUBJECT: Final = "dialogue"
ALL: Final = "all"
"""In the place of a script: the tests of all."""

TOLD: Final = 40  # failed tests that are told in full
TELL_EVERY: Final = 10


Told: TypeAlias = Callable[[int, int, str], bool]
"""Tests done, of how many, and the latest; False: stop."""


def run_tests(context: JobContext) -> Mapping[str, Any]:
    """Hold the call of every test; how many passed, and of the others what is not as it must be.

    Raises DataFileError for a file that is wrong, NotFoundError when there is no test.
    """
    settings = context.services.settings
    flow = context.job.arguments.get("flow", ALL)
    return hold_tests(settings, language_dir(settings.language), context.progress, flow)


def hold_tests(settings: Settings, folder: Path, progress: Told, flow: str = ALL) -> dict[str, Any]:
    """The same for the scripts in ``folder``."""
    contents = {path: load_scenarios(path) for path in scenario_files(folder / "tests")}
    files = [path for path, content in contents.items() if flow in (ALL, content.flow)]
    total = sum(len(contents[path].scenarios) for path in files)
    if not total:
        raise NotFoundError("there is no dialogue test here")
    done = 0

    def told(result: ScenarioResult) -> None:
        nonlocal done
        done += 1
        if done % TELL_EVERY == 0 and not progress(done, total, result.name[:100]):
            raise JobStopped

    progress(0, total, "")
    PromptBook.load(folder)  # a mistake in a prompt is told before anything is trained
    with open_interpreter(settings, folder, live=False) as interpreter:
        suites = list(run_suites(folder, files, interpreter, told=told))
    progress(done, total, "")
    return _summary(suites)


def _summary(suites: list[SuiteResult]) -> dict[str, Any]:
    results = [(suite, result) for suite in suites for result in suite.results]
    failed = [(suite, result) for suite, result in results if not result.passed]
    return {
        "passed": len(results) - len(failed),
        "failed": len(failed),
        "seconds": round(sum(result.seconds for _, result in results), 1),
        "files": [
            {
                "file": suite.file.name,
                "flow": suite.flow,
                "passed": sum(result.passed for result in suite.results),
                "failed": sum(not result.passed for result in suite.results),
            }
            for suite in suites
        ],
        "failures": [_failure(suite, result) for suite, result in failed[:TOLD]],
    }


def _failure(suite: SuiteResult, result: ScenarioResult) -> dict[str, Any]:
    return {
        "file": suite.file.name,
        "name": result.name,
        "problems": [
            {
                "line": problem.line,
                "event": problem.event,
                "what": problem.what,
                "expected": problem.expected,
                "actual": problem.actual,
            }
            for problem in result.problems
        ],
    }


JOB = JobKind(DIALOGUE_TEST, run_tests)
