"""What a recording is worth after its process was killed, and on a file system that is really full."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.audio.pcm import samples
from bot.recording.archive import Recordings
from bot.recording.checking import check
from bot.recording.keys import KeyRing
from tests.unit.recording.build import KEY, NAME, ZONE, read, sound

ROOT = Path(__file__).parents[3]
PROGRAM = [sys.executable, "-m", "tests.integration.recording.recording_process"]


def test_a_killed_process_leaves_what_it_had_written(tmp_path: Path) -> None:
    done = subprocess.run([*PROGRAM, str(tmp_path), "20", "kill"], cwd=ROOT, timeout=60, check=False)  # noqa: S603
    assert done.returncode == -signal.SIGKILL
    with Recordings(tmp_path, KeyRing([KEY]), ZONE) as recordings:
        result = check(recordings, NAME)
        assert (result.verdict, result.seconds) == ("cut off", 18.0)  # a last second, and what is held
        heard = read(recordings, NAME)
        assert heard[:, 0].tobytes() == sound(20 * 8000)[: 2 * len(heard)]
        assert heard[8000:24000, 1].tolist() == samples(sound(16000, 2)).tolist()
        with recordings.open(NAME) as recording:
            assert [note.name for note in recording.notes()] == ["barge_in"]


@pytest.mark.external
def test_a_file_system_that_is_full(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare here, to mount a file system of a test's own")
    small, copy = tmp_path / "small", tmp_path / "copy"
    small.mkdir()
    # The mount is seen in there alone, and goes with the process.
    script = 'mount -t tmpfs -o size=128k tmpfs "$1" || exit 77; "$3" -m "$4" "$1" 30 && cp -r "$1" "$2"'
    arguments = [str(small), str(copy), *PROGRAM[::2]]
    done = subprocess.run(  # noqa: S603
        [unshare, "-rm", "sh", "-c", script, "sh", *arguments],
        cwd=ROOT,
        timeout=60,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode == 77 or done.stderr.startswith("unshare"):
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()[:100]}")
    assert "No space left on device" in done.stdout
    with Recordings(copy, KeyRing([KEY]), ZONE) as recordings:
        result = check(recordings, NAME)
        assert result.verdict == "cut off"
        assert 1 < result.seconds < 20
        heard = read(recordings, NAME)
        assert heard[:, 0].tobytes() == sound(30 * 8000)[: 2 * len(heard)]
