"""``xiaorong nlu review``: what was not understood in real calls becomes examples, by a person's hand."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = (
    "Examples:  xiaorong nlu review  |  xiaorong nlu review --campaign march --out review.csv  |  "
    "xiaorong nlu review --take review.csv  |  xiaorong nlu review --take review.csv --apply"
)


def review(
    context: typer.Context,
    below: Annotated[float, typer.Option(min=0, max=1, help="Understood with less confidence.")] = 0.6,
    campaign: Annotated[
        str | None, typer.Option(help="Only calls of this campaign.", show_default=False)
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only from this day on.", show_default=False),
    ] = None,
    most: Annotated[int, typer.Option(min=1, help="At most so many different utterances.")] = 500,
    out: Annotated[
        Path | None, typer.Option(help="Write them to this CSV or YAML file to label.", show_default=False)
    ] = None,
    take: Annotated[
        Path | None,
        typer.Option(help="Read a labelled file back, and show what it adds.", show_default=False),
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(help="The examples to add to. Default: those of the language.", show_default=False),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="With --take: add them.")] = False,
) -> None:
    """List what customers said and the bot was not sure of, with names and numbers replaced.

    Write the right intent into the column 'label', and take the file back: the utterances become examples.
    Nothing is learnt by itself.
    """
    from campaigns.cli.installation import open_installation
    from campaigns.cli.nlu_reviewing import Wanted, list_doubts, take_labels
    from campaigns.errors import ConflictError
    from campaigns.settings import load_settings

    if take is not None:
        if out is not None or campaign is not None or since is not None:
            raise ConflictError("--take reads a labelled file: it goes with --into and --apply alone")
        take_labels(load_settings(context.obj), take, into, apply=apply)
        return
    if apply or into is not None:
        raise ConflictError("--apply and --into go with --take FILE")
    with open_installation(context.obj) as (settings, database):
        begin = None if since is None else since.replace(tzinfo=settings.zone)
        list_doubts(settings, database, Wanted(below, campaign, begin, most), out)
