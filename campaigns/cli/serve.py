"""``xiaorong serve``."""

from __future__ import annotations

from typing import Annotated

import typer

from campaigns.cli.campaign import RealTime
from campaigns.cli.starting import may_leave

EXAMPLES = (
    "Examples:  xiaorong serve  |  xiaorong serve --port 8080  |  xiaorong serve --with-worker  |  "
    "xiaorong --home demo serve"
)


def serve(
    context: typer.Context,
    host: Annotated[
        str | None, typer.Option(help="Where to listen. Default: this machine alone.", show_default=False)
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Default: 8765; 0: any.", show_default=False)
    ] = None,
    with_worker: Annotated[
        bool,
        typer.Option(
            "--with-worker",
            help="Serve every running campaign too and, on a real line, the calls to us, by the same port.",
        ),
    ] = False,
    real_time: RealTime = False,
    calls: Annotated[int, typer.Option(min=1, max=1000, help="Calls at once of that worker.")] = 50,
) -> None:
    """Serve the console: the web application in which staff launch, watch and answer for campaigns.

    Ctrl-C or SIGTERM lets requests and calls in progress end, for as long as console.leave_s allows; a second
    one leaves at once.
    """
    with may_leave():
        from campaigns.cli.installation import open_installation
        from campaigns.cli.serving import serve_console
        from campaigns.dialing.worker import Duty

        duty = Duty(calls=calls) if with_worker else None
        with open_installation(context.obj) as (settings, database):
            serve_console(settings, database, host, port, duty, real_time=real_time)
