"""The CallRecorder port: what a call by voice records with, from its answer to what was kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.transcript import Entry
from bot.voice.ports import Recorder


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was kept of a call.

    ``name`` is the file's within the folder of recordings, with ``/``: what a call's row refers to; None when
    nothing was kept. ``fault`` says why the recording ends early, is missing or could not be deleted.
    """

    name: str | None = None
    path: Path | None = None
    seconds: float = 0.0
    fault: str | None = None


class CallRecorder(Recorder, Protocol):
    """A recorder with the end of a call.

    It never ends a call itself: when it cannot go on, the recording stops and ``close`` says why. Sound that
    ends within a sample and positions before the start raise ValueError; data that is no JSON TypeError.
    """

    def stop_and_discard(self) -> None:
        """Record nothing more, and delete what was recorded: the customer does not want it.

        The bot answers a refusal with "we respect your wish", which keeping the sound would belie. The floor
        of the rule pack's ``retention_days`` is for recordings that there are; that the call took place and
        was refused stays on record in its decision, transcript and disposition.
        """
        ...

    async def close(self, entries: Sequence[Entry]) -> Recorded:
        """End the recording, with the transcript. Harmless to call again."""
        ...
