"""``xiaorong dialogue``: what dialogue authors prove, test and look at."""

from __future__ import annotations

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
    "xiaorong dialogue graph repayment-reminder --out reminder.svg"
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
