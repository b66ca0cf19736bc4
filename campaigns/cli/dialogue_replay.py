"""``xiaorong dialogue replay``: a call of the past, through the script of today."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = (
    "Examples:  xiaorong dialogue replay 17  |  xiaorong dialogue replay 17 --save-test refused-relief.yml"
)


def replay(
    context: typer.Context,
    call: Annotated[int, typer.Argument(help="The number of the call.", show_default=False)],
    save_test: Annotated[
        Path | None,
        typer.Option("--save-test", help="Write it as a dialogue test, without names.", show_default=False),
    ] = None,
) -> None:
    """Replay the log of a call, and show where the bot would now say something else.

    What the bot was told of the customer was kept with the call, so a ledger that has changed since changes
    nothing. Exit code 1 when a reply differs.
    """
    from bot.language import language_dir
    from campaigns.cli.installation import open_installation
    from campaigns.cli.replaying import replay_stored, scripts_of
    from campaigns.understanding import open_interpreter

    with open_installation(context.obj) as (settings, database):
        folder = language_dir(settings.language)
        with open_interpreter(settings, folder, live=False) as interpreter:
            same = replay_stored(settings, database, scripts_of(settings, interpreter), call, save_test)
    if not same:
        raise typer.Exit(1)
