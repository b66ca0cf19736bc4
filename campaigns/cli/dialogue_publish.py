"""``xiaorong dialogue publish``."""

from __future__ import annotations

from typing import Annotated

import typer

EXAMPLES = 'Example:  xiaorong dialogue publish --note "new scripts of release 1.4"'


def publish(
    context: typer.Context,
    note: Annotated[str, typer.Option(help="What has changed; kept on record.", show_default=False)],
) -> None:
    """Put the scripts on the disk in force, without a second person: for whoever runs the machine.

    Staff publish in the console, where one person proposes and another agrees. This is on record as a
    command's. Nothing is published that 'xiaorong dialogue lint' finds an error in. Workers take it up when
    they start.
    """
    from campaigns.cli.dialogue_publishing import publish_present
    from campaigns.cli.installation import open_installation

    with open_installation(context.obj) as (settings, database):
        typer.echo(publish_present(settings, database, note))
