"""Where the data directory is. Apart from the settings, so that the command line starts without them."""

from __future__ import annotations

import os
from pathlib import Path

HOME_VARIABLE = "XIAORONG_HOME"
DEFAULT_HOME = Path(".xiaorong")


def home_dir(given: Path | None = None) -> Path:
    """The data directory: as given, else ``XIAORONG_HOME``, else ``.xiaorong`` here."""
    return given or Path(os.environ.get(HOME_VARIABLE) or DEFAULT_HOME)
