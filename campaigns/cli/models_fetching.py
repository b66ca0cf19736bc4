"""Fetching a model at the terminal."""

from __future__ import annotations

from pathlib import Path

import httpx
import typer

from bot.models.catalogue import Catalogue
from bot.models.install import install
from bot.models.origin import Local, Mirror, Origin, Publisher, Trust
from bot.models.store import ModelStore
from campaigns.cli.progress import downloading
from campaigns.errors import SettingsError
from campaigns.settings import Settings


def fetch_model(
    settings: Settings,
    name: str,
    local: Path | None,
    mirror: str | None,
    sha256: str | None,
    unverified: bool,
) -> None:
    """Install the model called ``name``, and say what came. Raises ModelError."""
    if local is not None and mirror is not None:
        raise SettingsError("a model comes from a file (--from) or from a mirror (--mirror), not from both")
    entry = Catalogue.load().entry(name)
    origin: Origin = (
        Local(local) if local is not None else Mirror(mirror) if mirror is not None else Publisher()
    )
    typer.echo(f"{entry.id}: {entry.about}. Licence: {entry.licence}.")
    with downloading(f"Fetching {entry.id}") as progress, httpx.Client() as client:
        installed = install(
            ModelStore(settings.models),
            entry,
            origin=origin,
            trust=Trust(sha256, unverified),
            client=client,
            progress=progress,
        )
    how = (
        "its checksum is right" if installed.verified else "not verified: nothing tells it from a changed one"
    )
    typer.echo(f"Installed {installed.path} ({how}).")
    typer.echo(f"Next: xiaorong models check {entry.id}")
