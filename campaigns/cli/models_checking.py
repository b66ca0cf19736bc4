"""Checking the models of this machine."""

from __future__ import annotations

from pathlib import Path

import typer

from bot.errors import ModelError
from bot.models.catalogue import Catalogue, Entry
from bot.models.store import Installed, Missing, ModelStore, find_model
from bot.models.trial import has_trial, try_model
from campaigns.settings import Settings


def check_models(settings: Settings, names: list[str]) -> bool:
    """Whether the models called ``names`` are well; by default those that are here and the one set."""
    catalogue, store = Catalogue.load(), ModelStore(settings.models)
    entries = [catalogue.entry(name) for name in names] if names else catalogue.models
    well = True
    for entry in entries:
        wanted = bool(names) or entry.id == settings.recognizer_model
        well &= _check(store, entry, wanted=wanted)
    if not names and settings.recognizer_model not in {entry.id for entry in catalogue.models}:
        well &= _check_own(settings)
    return well


def _check(store: ModelStore, entry: Entry, *, wanted: bool) -> bool:
    """Check one model of the catalogue and say how it is; a missing one is wrong only when it is wanted."""
    match store.state(entry, thorough=True):
        case Missing():
            hint = f"; 'xiaorong models fetch {entry.id}' gets it" if wanted else ""
            _say("MISSING" if wanted else "missing", entry.id, f"without it {entry.without}{hint}")
            return not wanted
        case Installed(path=path, verified=verified):
            unverified = "" if verified else ", unverified"
            if has_trial(entry.engine):
                return _try(entry.engine, path, entry.id, unverified)
            _say("there", entry.id, f"its files are whole{unverified}; there is no trial for {entry.engine}")
            return True
        case wrong:
            _say("WRONG", entry.id, f"{wrong.reason}; 'xiaorong models fetch {entry.id}' replaces it")
            return False


def _check_own(settings: Settings) -> bool:
    """Check a model that the settings name and the catalogue does not know."""
    try:
        path = find_model(settings.models, settings.recognizer_model)
    except ModelError as error:
        _say("MISSING", settings.recognizer_model, str(error))
        return False
    return _try(settings.recognizer, path, settings.recognizer_model, ", not of the catalogue")


def _try(engine: str, path: Path, name: str, remark: str) -> bool:
    try:
        tried = try_model(engine, path)
    except ModelError as error:
        _say("WRONG", name, str(error))
        return False
    heard = f"heard {tried.heard!r}" if tried.heard else "heard nothing"
    _say(
        "works", name, f"loaded in {tried.load_s:.1f} s, {heard} in noise within {tried.hear_s:.2f} s{remark}"
    )
    return True


def _say(state: str, name: str, text: str) -> None:
    typer.echo(f"{state:8} {name}: {text}")
