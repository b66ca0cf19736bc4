"""``xiaorong worker``."""

from __future__ import annotations

from typing import Annotated

import typer

from campaigns.cli.campaign import Audio, Channel, RealTime
from campaigns.cli.installation import open_installation

app = typer.Typer(no_args_is_help=True, help="Workers that serve every running campaign.")


@app.command(
    epilog="Examples:  xiaorong worker run --real-time  |  xiaorong worker run --until-idle  |  "
    "xiaorong worker run --calls 50  |  xiaorong worker run --with-calls.  "
    "Start as many as needed on one PostgreSQL; Ctrl-C or SIGTERM lets the "
    "calls in progress end, a second one leaves at once."
)
def run(
    context: typer.Context,
    real_time: RealTime = False,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="Come to an end when no campaign runs any more.")
    ] = False,
    calls: Annotated[int, typer.Option(min=1, max=1000, help="Calls at once in this worker.")] = 100,
    audio: Audio = False,
    channel: Channel = None,
    with_calls: Annotated[
        bool, typer.Option("--with-calls", help="Take the calls that customers make to us, too.")
    ] = False,
) -> None:
    """Serve every running campaign, and those that are launched later, until stopped.

    Many workers share one PostgreSQL when time is real: on every line that is not simulated, or with
    --real-time. In virtual time, and on SQLite, a worker is alone.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.running import exit_as, sound_options
        from campaigns.cli.working import work
        from campaigns.dialing.worker import Duty

        duty = Duty(calls=calls, until_idle=until_idle)
        sound = sound_options(audio, channel)
        end = work(settings, database, duty, real_time=real_time, sound=sound, with_calls=with_calls)
        exit_as(end)


@app.command("list", epilog="Examples:  xiaorong worker list  |  xiaorong worker list --gone")
def list_all(
    context: typer.Context,
    gone: Annotated[bool, typer.Option("--gone", help="Also those of the last days that ended.")] = False,
) -> None:
    """List who is alive: since when, on what, how many calls, and when it was last heard of."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.worker_view import print_workers
        from campaigns.store.workers import list_workers

        with database.transaction() as session:
            print_workers(list_workers(session, gone=gone), settings.zone)
