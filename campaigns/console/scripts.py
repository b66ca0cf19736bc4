"""The scripts that campaigns can hold, as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.dialogue.flow import flow_names, load_flow
from bot.language import language_dir
from campaigns.console.visit import Visit
from campaigns.dialing.fitting import shipped_fits

RECENT_S: Final = 30.0  # a script that was changed is seen so soon


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """A script to choose: its name and the version in force."""

    name: str
    version: str


def scripts(visit: Visit) -> list[ScriptLine]:
    """Those for calls of ours. Raises DataFileError."""
    language = visit.services.settings.language

    def read() -> list[ScriptLine]:
        folder, fits = language_dir(language), shipped_fits().flows
        names = [name for name in flow_names(folder) if name not in fits or not fits[name].inbound]
        return [ScriptLine(name, load_flow(folder, name).version) for name in names]

    return visit.services.recent.get(("scripts", language), RECENT_S, read)


def version_of(visit: Visit, name: str) -> str:
    """The version in force; empty for a script that there is not any more."""
    return next((each.version for each in scripts(visit) if each.name == name), "")
