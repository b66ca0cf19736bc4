"""``xiaorong models``: what hears and speaks is not part of the program; here it is got, listed and tried."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Get and try the models for hearing and speaking.")

LIST_EXAMPLES = "Examples:  xiaorong models list"
FETCH_EXAMPLES = (
    "Examples:  xiaorong models fetch vosk-model-small-cn-0.22  |  "
    "xiaorong models fetch vosk-model-cn-0.22 --accept-unverified  |  "
    "xiaorong models fetch vosk-model-small-cn-0.22 --from vosk-model-small-cn-0.22.zip  |  "
    "xiaorong models fetch vosk-model-small-cn-0.22 --mirror https://mirror.example/models/"
)
CHECK_EXAMPLES = "Examples:  xiaorong models check  |  xiaorong models check vosk-model-small-cn-0.22"


@app.command("list", epilog=LIST_EXAMPLES)
def list_models(context: typer.Context) -> None:
    """List the models that are known, whether they are on this machine, and what each is for."""
    from campaigns.cli.models_view import print_models
    from campaigns.settings import load_settings

    print_models(load_settings(context.obj))


@app.command(epilog=FETCH_EXAMPLES)
def fetch(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="A model of 'xiaorong models list'.", show_default=False)],
    from_: Annotated[
        Path | None,
        typer.Option("--from", help="Take it from this archive or folder instead.", show_default=False),
    ] = None,
    mirror: Annotated[
        str | None,
        typer.Option(
            help="Fetch from this address instead; with a slash at its end, from this folder.",
            show_default=False,
        ),
    ] = None,
    sha256: Annotated[
        str | None,
        typer.Option(help="The checksum to expect where the catalogue has none.", show_default=False),
    ] = None,
    accept_unverified: Annotated[
        bool, typer.Option("--accept-unverified", help="Take it although no checksum is known.")
    ] = False,
) -> None:
    """Fetch a model from its publisher, check it, and put it into the models directory.

    A fetch that was cut goes on where it stopped. What does not have the checksum that is expected is never
    used. Fetching a model again replaces it.
    """
    from campaigns.cli.models_fetching import fetch_model
    from campaigns.settings import load_settings

    fetch_model(load_settings(context.obj), model, from_, mirror, sha256, accept_unverified)


@app.command(epilog=CHECK_EXAMPLES)
def check(
    context: typer.Context,
    models: Annotated[
        list[str] | None,
        typer.Argument(help="Models to check. Default: all on this machine.", show_default=False),
    ] = None,
) -> None:
    """Read each model whole, load it and let it hear half a second of noise; say what is missing.

    Exit code 1 when one is wrong, or the one that the settings name is missing.
    """
    from campaigns.cli.models_checking import check_models
    from campaigns.settings import load_settings

    if not check_models(load_settings(context.obj), models or []):
        raise typer.Exit(1)
