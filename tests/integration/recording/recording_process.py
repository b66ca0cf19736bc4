"""Records a call in a process of its own: ``python -m ... FOLDER SECONDS [kill]``."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.recording.archive import Recordings
from bot.recording.keys import KeyRing
from tests.unit.recording.build import ANSWERED, ENTRIES, KEY, ZONE, feed, sound


async def main(folder: Path, seconds: int, kill: bool) -> None:
    with Recordings(folder, KeyRing([KEY]), ZONE) as recordings:
        recorder = recordings.start("17", ANSWERED)
        recorder.bot(sound(16000, 2), 8000)
        recorder.note("barge_in", 12000)
        feed(recorder, sound(seconds * 8000))
        recordings._writer.submit(lambda: None).result()  # all that was given is written
        if kill:
            os.kill(os.getpid(), signal.SIGKILL)
        print(await recorder.close(ENTRIES))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] == ["kill"]))
