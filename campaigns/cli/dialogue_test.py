"""Running dialogue tests from the command line: dots, failures to read, a summary, a JUnit file."""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.simulation.scenario_checks import Problem
from bot.simulation.scenario_run import ScenarioResult
from bot.simulation.scenario_suite import SuiteResult, junit, run_suites, scenario_files
from campaigns.errors import NotFoundError, SettingsError
from campaigns.tables import Table
from campaigns.understanding import open_author_interpreter


def run_tests(
    home: Path,
    cache: Path | None,
    language: str,
    dialogues: Path | None,
    path: Path | None,
    wanted: str,
    xml: Path | None,
) -> bool:
    """Run them; whether all passed. Raises DataFileError, NotFoundError when none is there, SettingsError."""
    folder = language_dir(language, dialogues)
    files = scenario_files(path or folder / "tests")
    console = Console(highlight=False)
    began = time.perf_counter()
    zone = PromptBook.load(folder).speech.zone
    with open_author_interpreter(home, folder, cache, zone) as interpreter:
        suites = list(run_suites(folder, files, interpreter, wanted, lambda result: _dot(console, result)))
    results = [result for suite in suites for result in suite.results]
    if not results:
        named = f" with {wanted!r} in its name" if wanted else ""
        raise NotFoundError(f"there is no dialogue test{named} in {path or folder / 'tests'}")
    console.print()
    for suite in suites:
        for result in suite.results:
            if not result.passed:
                _show(console, suite, result)
    failed = sum(not result.passed for result in results)
    took = time.perf_counter() - began
    passed = f"{len(results) - failed} passed"
    told = f"{failed} failed, {passed}" if failed else passed
    console.print(f"{told} in {took:.1f} s", style="bold red" if failed else "bold green")
    if xml is not None:
        _write(xml, junit(suites))
    return not failed


def _dot(console: Console, result: ScenarioResult) -> None:
    console.print("." if result.passed else "F", style="green" if result.passed else "bold red", end="")


def _show(console: Console, suite: SuiteResult, result: ScenarioResult) -> None:
    """The transcript up to the first difference, then what was wanted beside what came."""
    console.rule(Text(f"{suite.file.name}: {result.name}", style="bold red"), align="left", style="red")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for line in result.transcript[: _shown(result)]:
        turn = line.turn
        if line.event is not None:
            heard = turn.heard
            meant = f"  {heard.intent} {heard.confidence:.2f}" if heard else ""
            grid.add_row("客户", Text.assemble(line.event, (meant, "dim")))
        prompts = ", ".join(say.prompt for say in turn.says)
        grid.add_row("小融", Text.assemble((turn.text, "cyan"), (f"  {prompts} → {turn.step}", "dim")))
    console.print(grid)
    table = Table("Where", "What", "Expected", "Actual", show_lines=True)
    for problem in result.problems:
        what = Text(problem.what)
        table.add_row(
            _where(problem), what, Text(problem.expected, style="green"), Text(problem.actual, style="red")
        )
    console.print(table)


def _shown(result: ScenarioResult) -> int | None:
    """How many lines of the transcript lead to the first difference; all for one of the whole call."""
    first = result.problems[0]
    if not first.line or any(line.event and line.event.startswith("silence") for line in result.transcript):
        return None
    return first.line + 1


def _where(problem: Problem) -> Text:
    return Text(f"line {problem.line}\n{problem.event}" if problem.line else "the call")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"the report cannot be written: {error}") from error
