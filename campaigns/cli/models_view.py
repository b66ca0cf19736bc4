"""The models on a terminal."""

from __future__ import annotations

import typer

from bot.models.catalogue import Catalogue, Entry
from bot.models.store import Installed, Missing, ModelStore, State
from campaigns.settings import Settings


def print_models(settings: Settings) -> None:
    """Print the catalogue with the state of each model."""
    store, catalogue = ModelStore(settings.models), Catalogue.load()
    typer.echo(f"Models in {settings.models}; those that the settings name are marked *.")
    for entry in catalogue.models:
        mark = "*" if entry.id == settings.recognizer_model else " "
        typer.echo(f"\n{mark} {entry.id}  {state_of(store.state(entry))}")
        typer.echo(f"    {entry.about}.")
        facts = (entry.kind, entry.engine, entry.language, size_of(entry), f"licence {entry.licence}")
        typer.echo(f"    {', '.join(facts)}")
    if settings.recognizer_model not in {entry.id for entry in catalogue.models}:
        typer.echo(f"\n* {settings.recognizer_model}  not of this catalogue")


def state_of(state: State) -> str:
    """The state in a few words."""
    match state:
        case Missing():
            return "missing"
        case Installed(verified=verified):
            return "installed" if verified else "installed, unverified"
        case wrong:
            return f"wrong: {wrong.reason}"


def size_of(entry: Entry) -> str:
    """The size of what is fetched, and whether its checksum is known."""
    size = f"{entry.size / 1e6:,.0f} MB" if entry.size else "size unknown"
    return size if entry.sha256 else f"{size}, checksum unknown"
