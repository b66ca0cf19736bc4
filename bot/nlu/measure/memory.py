"""The memory that our own model takes: of a process that does nothing else."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from bot.nlu.model import IntentModel

# Of this program, not of its parent: VmHWM starts anew with a program, ru_maxrss does not.
_PROGRAM = """
import sys
from datetime import datetime
from pathlib import Path
from bot.language import language_dir
from bot.nlu.embedded import EmbeddedClassifier, blocks_of
from bot.nlu.model import IntentModel
from bot.nlu.normalize import normalize
model = IntentModel.from_bytes(Path(sys.argv[1]).read_bytes())
EmbeddedClassifier(model).opinion(normalize("明天还"), [], datetime(2026, 1, 5).date())
status = Path("/proc/self/status").read_text().splitlines()
print(next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024)
"""


def embedded_memory_mb(model: IntentModel) -> float | None:
    """The most that a process holds that loads ``model`` and answers once; None where the system hides it."""
    with tempfile.NamedTemporaryFile(suffix=".model") as file:
        file.write(model.to_bytes())
        file.flush()
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", _PROGRAM, str(Path(file.name))],
            capture_output=True,
            text=True,
            check=False,
        )
    return float(done.stdout) if done.returncode == 0 else None
