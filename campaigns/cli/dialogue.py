"""``xiaorong dialogue``: what dialogue authors prove, test and look at."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Prove, test and draw the dialogues.")

Language = Annotated[str, typer.Option(help="A folder under dialogues/.")]
Folder = Annotated[
    Path | None,
    typer.Option("--dialogues", help="Another folder of languages than the shipped one.", show_default=False),
]

LINT_EXAMPLES = (
    "Examples:  xiaorong dialogue lint  |  xiaorong dialogue lint repayment-reminder  |  "
    "xiaorong dialogue lint --format json > findings.json"
)
TEST_EXAMPLES = (
    "Examples:  xiaorong dialogue test  |  xiaorong dialogue test my-tests.yml -k relief  |  "
    "xiaorong dialogue test --junit dialogue-tests.xml"
)
GRAPH_EXAMPLES = (
    "Examples:  xiaorong dialogue graph repayment-reminder  |  "
    "xiaorong dialogue graph repayment-reminder --common --out reminder.svg"
)


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"


@app.command(epilog=LINT_EXAMPLES)
def lint(
    flows: Annotated[
        list[str] | None, typer.Argument(help="Flows to check. Default: all.", show_default=False)
    ] = None,
    language: Language = "zh",
    dialogues: Folder = None,
    format: Annotated[Format, typer.Option("--format", help="How findings are printed.")] = Format.TEXT,  # noqa: A002
) -> None:
    """Walk every way a call can go, and tell where a rule could be broken. Exit code 1 when one could.

    Debt before identity, dead ends, unreachable steps, unanswered intents, unset slots, missing disclosures,
    unbounded loops, promises not read back, self-harm hung up on, untruthful answers.
    """
    from campaigns.cli.dialogue_lint import run_lint

    if run_lint(language, dialogues, flows or [], as_json=format is Format.JSON):
        raise typer.Exit(1)


@app.command("test", epilog=TEST_EXAMPLES)
def hold_tests(
    context: typer.Context,
    path: Annotated[
        Path | None,
        typer.Argument(help="A file or folder of tests. Default: those of the language.", show_default=False),
    ] = None,
    name: Annotated[str, typer.Option("-k", help="Only tests whose name contains this.")] = "",
    junit: Annotated[
        Path | None, typer.Option(help="Write the results as JUnit XML.", show_default=False)
    ] = None,
    language: Language = "zh",
    dialogues: Folder = None,
) -> None:
    """Hold the calls of the dialogue tests, and show where a reply is not the expected one.

    Exit code 1 when a test fails.
    """
    from campaigns.cli.dialogue_test import run_tests

    home, kept = context.obj, os.environ.get("XIAORONG_CACHE_DIR")
    cache = Path(kept) if kept else home / "cache" if home.is_dir() else None
    if not run_tests(home, cache, language, dialogues, path, name, junit):
        raise typer.Exit(1)


@app.command(epilog=GRAPH_EXAMPLES)
def graph(
    flow: Annotated[str, typer.Argument(help="The flow to draw.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="The SVG file. Default: FLOW.svg here.", show_default=False)
    ] = None,
    common: Annotated[
        bool, typer.Option("--common", help="Draw what is answered in every step of every flow too.")
    ] = False,
    language: Language = "zh",
    dialogues: Folder = None,
) -> None:
    """Draw a flow: its steps with what they say, what leads from one to the next, and how it can end.

    In a browser, a step's sign leads to it, and what is cut short is shown in full under the pointer.
    """
    from bot.dialogue.drawing.picture import draw
    from bot.dialogue.flow import load_flow
    from bot.dialogue.lint.places import Places
    from bot.dialogue.prompts import PromptBook
    from bot.language import language_dir
    from campaigns.errors import SettingsError

    folder = language_dir(language, dialogues)
    prompts, places = PromptBook.load(folder), Places(folder)
    path = out or Path(f"{flow}.svg")
    loaded = load_flow(folder, flow, prompts)
    picture = draw(loaded, prompts, lambda step: places.file_name(flow, step), common=common)
    try:
        path.write_text(picture, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"the picture cannot be written: {error}") from error
    typer.echo(f"Drawn: {path}")
