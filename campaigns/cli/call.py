"""``xiaorong call``: calls that reach nobody, to see what they come to."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Simulate calls, in text or by voice.")

EXAMPLES = (
    "Examples:  xiaorong call simulate --customers 50  |  xiaorong call simulate --audio  |  "
    "xiaorong call simulate --audio --channel noisy_street"
)


@app.callback()
def call() -> None:
    """Calls that reach nobody."""


@app.command(epilog=EXAMPLES)
def simulate(
    context: typer.Context,
    audio: Annotated[
        bool, typer.Option("--audio", help="By voice: everybody speaks and is recognised.")
    ] = False,
    channel: Annotated[
        str | None,
        typer.Option(
            help="By voice over one kind of connection: clean, landline, mobile, noisy_street, ...",
            show_default=False,
        ),
    ] = None,
    customers: Annotated[int, typer.Option(min=1, max=50_000, help="Size of the made-up portfolio.")] = 12,
    seed: Annotated[int, typer.Option(help="Another seed makes other customers.")] = 20260101,
) -> None:
    """Run a campaign with simulated customers on the simulated line. Nobody is called.

    By voice it needs a model to recognise speech (see xiaorong models) and keeps recordings of the calls;
    without a model it says so and holds the calls in text. Starts afresh every time, in a directory of its
    own beside the data directory, with the settings of the data directory if there is one.
    """
    from campaigns.cli.demonstration import demonstrate
    from campaigns.cli.running import sound_options

    home = context.obj.with_name(context.obj.name + "-simulation")
    demonstrate(home, customers, seed, sound=sound_options(audio, channel), like=context.obj)
