"""Running a simulation from the command line: the bar, the table, the files."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.language import language_dir
from bot.simulation.batch import StageSettings, plan_calls, run_calls
from bot.simulation.call import CallPlan
from bot.simulation.noise import MOST_NOISE
from bot.simulation.page import render_page
from bot.simulation.summary import Cell, Summary, summarize
from campaigns.cli.installation import parse_codes
from campaigns.cli.speech_view import BOT, CUSTOMER, show_said
from campaigns.errors import ConflictError, SettingsError
from campaigns.tables import Table

CALL = re.compile(r"(?P<persona>[\w-]+)@(?P<noise>\d+)#(?P<number>\d+)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    language: str
    flow: str
    calls: int
    noise: str
    personas: str
    seed: int
    workers: int

    def levels(self) -> list[int]:
        """The noise levels in percent. Raises ConflictError."""
        try:
            levels = [int(part) for part in parse_codes(self.noise)]
        except ValueError as error:
            raise ConflictError(
                f"noise levels are whole percent such as 0,10,20, not {self.noise!r}"
            ) from error
        if not levels or not all(0 <= level <= MOST_NOISE * 100 for level in levels):
            raise ConflictError(f"noise levels go from 0 to {MOST_NOISE:.0%}")
        return levels

    def settings(self, home: Path) -> StageSettings:
        cache = home / "cache" if home.is_dir() else None
        return StageSettings(language_dir(self.language), self.flow, cache, self.seed)


def run_simulation(home: Path, wanted: Wanted, json_file: Path | None, html_file: Path | None) -> int:
    """Hold the calls, print the table and write the files; gives the number of violations.

    Raises DataFileError, ConflictError, UnknownPersonaError.
    """
    console = Console()
    levels, settings = wanted.levels(), wanted.settings(home)
    stage = settings.build()  # its model is in the cache before the processes ask for it
    names = [name.lower() for name in parse_codes(wanted.personas)]
    plans = plan_calls(stage.personas, names, wanted.calls, levels)
    began = time.perf_counter()
    with _bar(console) as progress:
        task = progress.add_task(wanted.flow, total=len(plans))
        results = run_calls(
            settings, plans, wanted.workers, lambda done: progress.advance(task, done), stage=stage
        )
    took = time.perf_counter() - began
    flow = stage.script.flow
    summary = summarize(flow.name, flow.version, wanted.seed, results)
    console.print(table_of(summary))
    _print_broken(console, summary)
    # Kept out of the files: the same calls give the same bytes.
    console.print(
        f"[dim]{len(plans):,} calls in {took:.1f} s: {len(plans) / took:,.0f} calls a second.[/dim]"
    )
    if json_file is not None:
        _write(json_file, json.dumps(summary.as_data(), ensure_ascii=False, indent=1) + "\n")
        console.print(f"Figures: {json_file}", soft_wrap=True)
    if html_file is not None:
        _write(html_file, render_page(summary))
        console.print(f"Page: {html_file}", soft_wrap=True)
    return summary.violations


def show_call(home: Path, wanted: Wanted, name: str) -> None:
    """Hold one call of a simulation again and print it. Raises ConflictError for a name that is none."""
    match = CALL.fullmatch(name.strip())
    if match is None:
        raise ConflictError(f"a call is named PERSONA@NOISE#NUMBER, such as busy@10#3, not {name!r}")
    plan = CallPlan(match["persona"], int(match["noise"]), int(match["number"]))
    if plan.noise > MOST_NOISE * 100:
        raise ConflictError(f"noise levels go from 0 to {MOST_NOISE:.0%}")
    stage = wanted.settings(home).build()
    plan_calls(stage.personas, [plan.persona], 1, [plan.noise])
    result, entries = stage.hold(plan)
    console = Console(highlight=False)
    for entry in entries:
        if entry.speaker == "bot":
            cut = "" if entry.played else "cut off"
            show_said(console, BOT, entry.text, entry.prompt or "", (cut, "red"))
        elif entry.speaker == "customer":
            understood = f"{entry.intent} {entry.confidence or 0:.2f}"
            show_said(console, CUSTOMER, entry.text, understood, " ".join(entry.stop_words))
        elif entry.event != "opened":
            console.print(f"[dim]      ({entry.event})[/dim]")
    success = "success" if result.success else "[red]no success[/red]"
    console.print(
        f"[bold]{result.disposition}[/bold], {success}, {result.turns} turns, {result.duration_s} s"
    )
    for violation in result.violations:
        console.print(f"[red]broke the rule {violation.rule.value} in {violation.where}[/red]")


def table_of(summary: Summary) -> Table:
    """Success and what was misunderstood, a row for each persona, a group of columns for each noise level."""
    table = Table(title=f"{summary.flow}, seed {summary.seed}", box=box.SIMPLE_HEAD)
    table.add_column("persona", no_wrap=True)
    for heading in ("noise", "calls", "success", "turns", "mistaken", "again", "promises", "broken"):
        table.add_column(heading, justify="right", no_wrap=True)
    for persona in summary.personas:
        for level in summary.levels:
            if (persona, level) in summary.cells:
                first = level == summary.levels[0]
                table.add_row(persona if first else "", *_figures(level, summary.cells[persona, level]))
    table.add_section()
    for level in summary.levels:
        first = level == summary.levels[0]
        table.add_row("all" if first else "", *_figures(level, summary.totals[level]), style="bold")
    return table


def _figures(level: int, cell: Cell) -> list[str]:
    broken = f"[red]{cell.violations}[/red]" if cell.violations else "0"
    return [
        f"{level} %",
        f"{cell.calls:,}",
        f"{cell.success_rate:.1%}",
        f"{cell.turns_per_call:.1f}",
        f"{cell.mistaken_rate:.1%}",
        f"{cell.asked_again_rate:.1%}",
        f"{cell.promises:,}",
        broken,
    ]


def _print_broken(console: Console, summary: Summary) -> None:
    if not summary.broken:
        console.print("No rule was broken.")
    for (rule, where, _), calls in sorted(summary.broken.items()):
        console.print(f"[red]Rule {rule} broken in {where}: {', '.join(calls)}[/red]")


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error}") from error
