"""The check of the simulated line's set-up: that its data can be read, and that it reaches nobody."""

from __future__ import annotations

from collections.abc import Sequence

from telephony.carrier import LineSetup
from telephony.errors import LineConfigError
from telephony.setup_check import Finding
from telephony.simulated.carrier import subscribers_of
from telephony.wording import worded


class SimulatedSetup:
    """Reads what the line would be built from."""

    def __init__(self, setup: LineSetup) -> None:
        self._setup = setup

    async def examine(self) -> Sequence[Finding]:
        """Two findings."""
        simulated = Finding("line", True, worded("simulated_line"))
        try:
            subscribers_of(self._setup)
        except LineConfigError as error:
            return [simulated, Finding("subscribers", False, str(error))]
        return [simulated, Finding("subscribers", True, worded("subscribers_sound"))]


def build(setup: LineSetup) -> SimulatedSetup:
    """The check of these settings."""
    return SimulatedSetup(setup)
