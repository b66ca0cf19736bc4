"""``xiaorong serve``."""

from __future__ import annotations

from typing import Annotated

import typer

EXAMPLES = "Examples:  xiaorong serve  |  xiaorong serve --port 8080  |  xiaorong --home demo serve"


def serve(
    context: typer.Context,
    host: Annotated[
        str | None, typer.Option(help="Where to listen. Default: this machine alone.", show_default=False)
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Default: 8765; 0: any.", show_default=False)
    ] = None,
) -> None:
    """Serve the console: the web application in which staff launch, watch and answer for campaigns.

    Ctrl-C lets requests and calls in progress end.
    """
    from campaigns.cli.installation import open_installation
    from campaigns.cli.serving import serve_console

    with open_installation(context.obj) as (settings, database):
        serve_console(settings, database, host, port)
