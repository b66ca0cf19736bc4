"""How the findings of the linter are printed."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.dialogue.flow import flow_names
from bot.dialogue.lint.finding import Finding, Severity
from bot.dialogue.lint.linter import lint
from bot.language import language_dir

LONGEST_PATH = 400
"""Characters of a path on the terminal; JSON has all of it."""


def run_lint(language: str, dialogues: Path | None, flows: Sequence[str], *, as_json: bool) -> int:
    """Print the findings; gives the number of errors. Raises DataFileError for an unknown flow."""
    folder = language_dir(language, dialogues)
    began = time.perf_counter()
    findings = lint(folder, flows)
    took = time.perf_counter() - began
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if as_json:
        print(json.dumps([finding.to_dict() for finding in findings], ensure_ascii=False, indent=2))  # noqa: T201
        return errors
    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        console.print(_told(finding))
    walked = len(flows or flow_names(folder))
    warnings = len(findings) - errors
    style = "bold red" if errors else "bold green"
    console.print(f"{walked} flows walked in {took:.1f} s: {errors} errors, {warnings} warnings", style=style)
    return errors


def _told(finding: Finding) -> Text:
    colour = "red" if finding.severity is Severity.ERROR else "yellow"
    text = Text()
    text.append(f"{finding.severity}", style=f"bold {colour}")
    text.append(f"[{finding.id}]", style=colour)
    text.append(f" {finding.file}:{finding.line}", style="bold")
    text.append(f"  {finding.flow}\n" if finding.flow else "\n", style="dim")
    text.append(f"  {finding.message}\n")
    if finding.path:
        text.append(f"  way: {_shortened(' → '.join(finding.path))}\n", style="dim")
    text.append("  do:  ", style="dim")
    text.append(f"{finding.advice}\n")
    return text


def _shortened(path: str) -> str:
    """Both ends of a long path."""
    half = LONGEST_PATH // 2
    return path if len(path) <= LONGEST_PATH else f"{path[:half]} … {path[-half:]}"
