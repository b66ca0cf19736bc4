"""The scripts that campaigns can hold, as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.dialogue.flow import flow_names, load_flow
from campaigns.console.visit import Visit
from campaigns.dialing.fitting import shipped_fits
from campaigns.published import scripts_on_offer
from campaigns.store.scripts import in_force

RECENT_S: Final = 30.0  # what is written before the first run is seen so soon


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """A script to choose: its name and the version in force."""

    name: str
    version: str


def folder(visit: Visit) -> Path:
    """The scripts that customers hear, not what authors are at. Raises DataFileError."""
    return scripts_on_offer(visit.services.settings, visit.services.database)


def scripts(visit: Visit) -> list[ScriptLine]:
    """Those for calls of ours. Raises DataFileError."""
    language = visit.services.settings.language

    def read() -> list[ScriptLine]:
        published, fits = folder(visit), shipped_fits().flows
        names = [name for name in flow_names(published) if name not in fits or not fits[name].inbound]
        return [ScriptLine(name, load_flow(published, name).version) for name in names]

    with visit.reading() as session:
        version = in_force(session, language)
    return visit.services.recent.get(("scripts", language, version and version.id), RECENT_S, read)


def version_of(visit: Visit, name: str) -> str:
    """The version in force; empty for a script that there is not any more."""
    return next((each.version for each in scripts(visit) if each.name == name), "")
