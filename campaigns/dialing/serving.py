"""A campaign as a worker serves it: what is of one campaign, beside the tools that all campaigns share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.dialogue.flow import load_flow
from bot.dialogue.prompts import PromptBook
from bot.nlu.embedded import EmbeddedInterpreter
from campaigns.compliance.facts import Purpose
from campaigns.dialing.talk import Script
from campaigns.settings import Settings
from campaigns.store.handout import RunningCampaign


@dataclass(frozen=True, slots=True)
class Served:
    """What is of one campaign. ``scripts``: by the name of their flow."""

    id: int
    purpose: Purpose
    flow: str
    scripts: Mapping[str, Script]

    def script(self, flow: str | None = None) -> Script:
        """The script of a flow, by default the campaign's own. Raises NotFoundError, DataFileError."""
        return self.scripts[flow or self.flow]


class Scripts(Mapping[str, Script]):
    """Every flow's script, loaded when it is first asked for. Raises NotFoundError, DataFileError then."""

    def __init__(self, settings: Settings, language: Path, prompts: PromptBook) -> None:
        self._settings = settings
        self._language = language
        self._prompts = prompts
        self._interpreter = EmbeddedInterpreter.load(language, settings.cache, settings.zone)
        self._loaded: dict[str, Script] = {}

    def __getitem__(self, flow: str) -> Script:
        if flow not in self._loaded:
            self._loaded[flow] = Script(
                load_flow(self._language, flow, self._prompts),
                self._prompts,
                self._interpreter,
                self._settings.zone,
            )
        return self._loaded[flow]

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded)

    def __len__(self) -> int:
        return len(self._loaded)


def serve(campaign: RunningCampaign, scripts: Mapping[str, Script]) -> Served:
    """``campaign``, with its own script and those of its arms loaded. Raises NotFoundError, DataFileError."""
    served = Served(campaign.id, campaign.purpose, campaign.flow, scripts)
    for flow in (campaign.flow, *campaign.arm_flows):
        served.script(flow)
    return served
