"""All that the simulator keeps within one process."""

from __future__ import annotations

from campaigns.console.simulator.scripts import Scripts
from campaigns.console.simulator.sittings import Sittings
from campaigns.settings import Settings


class Studio:
    """Scripts and desks of one console."""

    def __init__(self, settings: Settings) -> None:
        self.scripts = Scripts(settings)
        self.sittings = Sittings()

    def close(self) -> None:
        """Let go of everything."""
        self.scripts.close()
