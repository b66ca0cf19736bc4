"""``xiaorong init``."""

from __future__ import annotations

import typer

EXAMPLES = "Examples:  xiaorong init  |  xiaorong --home /srv/xiaorong init"


def init(context: typer.Context) -> None:
    """Create the data directory: settings, permit key and database. Harmless to run again."""
    from campaigns.settings import SETTINGS_FILE, create_home, load_settings

    home = context.obj
    new = create_home(home)
    settings = load_settings(home)
    from campaigns.clock import SystemClock
    from campaigns.new_store import prepare_store

    prepare_store(settings, SystemClock().now())
    verb = "Created" if new else "Checked and updated"
    typer.echo(f"{verb} {home}. Settings: {home / SETTINGS_FILE}")
    if new:
        typer.echo("Next: set your institution there, then 'xiaorong customers import FILE'.")
