"""The scripts that campaigns can hold, as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.dialogue.bundle import read_bundle
from bot.dialogue.flow import flow_names
from bot.language import language_dir
from campaigns.console.visit import Visit
from campaigns.dialing.fitting import shipped_fits
from campaigns.errors import NotFoundError
from campaigns.published import flow_versions, scripts_on_offer


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
    published, fits = folder(visit), shipped_fits().flows
    versions = flow_versions(published, read_bundle(published).digest)
    return [ScriptLine(*each) for each in versions if each[0] not in fits or not fits[each[0]].inbound]


def check_known(visit: Visit, *names: str) -> None:
    """Each is a script, published or written. Raises NotFoundError, DataFileError."""
    flows = flow_names(folder(visit))
    written = flow_names(language_dir(visit.services.settings.language))
    for name in names:
        if name not in (*flows, *written):
            raise NotFoundError(
                "there is no script %(script)r; there are: %(flows)s", script=name, flows=", ".join(flows)
            )


def version_of(visit: Visit, name: str) -> str:
    """The version in force; empty for a script that there is not any more."""
    return next((each.version for each in scripts(visit) if each.name == name), "")
