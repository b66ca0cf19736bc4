"""All that the simulator keeps within one process."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Final

from campaigns.console.simulator.scripts import Scripts
from campaigns.console.simulator.sittings import Sittings
from campaigns.settings import Settings

MOST: Final = 3
"""Versions at hand beside the present one: each has an understanding of its own."""


class Studio:
    """Scripts and desks of one console. ``scripts`` are those that authors write. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._versions: OrderedDict[Path, Scripts] = OrderedDict()
        self.scripts = Scripts(settings)
        self.sittings = Sittings()

    def scripts_in(self, folder: Path) -> Scripts:
        """Those of another version, whose files lie in ``folder``."""
        if folder == self.scripts.folder:
            return self.scripts
        with self._lock:
            found = self._versions.pop(folder, None) or Scripts(self._settings, folder)
            self._versions[folder] = found
            while len(self._versions) > MOST:
                self._versions.popitem(last=False)  # who talks to it keeps what they have of it
        return found

    def close(self) -> None:
        """Let go of everything."""
        self.scripts.close()
        for scripts in self._versions.values():
            scripts.close()
