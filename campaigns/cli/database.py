"""``xiaorong database``: the key of the database, and its personal columns sealed with it."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="Seal the personal columns of the database with a key.")

NEW_KEY_EXAMPLES = "Examples:  xiaorong database new-key  |  xiaorong --home /srv/xiaorong database new-key"
SEAL_EXAMPLES = "Examples:  xiaorong database seal"
UNSEAL_EXAMPLES = "Examples:  xiaorong database unseal"
SHOW_EXAMPLES = "Examples:  xiaorong database show"


@app.command("new-key", epilog=NEW_KEY_EXAMPLES)
def new_key(context: typer.Context) -> None:
    """Make a key for the database; 'seal' uses it. Keep a copy of it apart from backups of the database."""
    from campaigns.cli.database_sealing import make_key

    make_key(context.obj)


@app.command(epilog=SEAL_EXAMPLES)
def seal(context: typer.Context) -> None:
    """Seal names, numbers, transcripts and all else that is personal with the newest key.

    What is sealed with an older key is sealed anew. Nothing else may use the database meanwhile. One that was
    cut short goes on where it was when it is run again.
    """
    from campaigns.cli.database_sealing import seal_database

    seal_database(context.obj)


@app.command(epilog=UNSEAL_EXAMPLES)
def unseal(context: typer.Context) -> None:
    """Write all columns in the clear again. The key is not touched: put it away afterwards."""
    from campaigns.cli.database_sealing import unseal_database

    unseal_database(context.obj)


@app.command(epilog=SHOW_EXAMPLES)
def show(context: typer.Context) -> None:
    """Show with which key the database is sealed, and which keys are at hand."""
    from campaigns.cli.database_sealing import show_sealing

    show_sealing(context.obj)
