"""Noticing that an author has saved a file: prompts, flows, words and what is understood."""

from __future__ import annotations

from pathlib import Path

from bot.dialogue.bundle import FOR_AUTHORS_ALONE


class Freshness:
    """Remembers the files of a language as they were when it last looked."""

    def __init__(self, language_dir: Path) -> None:
        self._folder = language_dir
        self._seen = self._stamps()

    def changed(self) -> list[Path]:
        """The files saved, added or removed since the last call."""
        now = self._stamps()
        before, self._seen = self._seen, now
        return sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))

    def _stamps(self) -> dict[Path, tuple[int, int]]:
        stamps = {}
        for path in self._folder.rglob("*.yml"):
            if path.relative_to(self._folder).parts[0] in FOR_AUTHORS_ALONE:
                continue
            try:
                status = path.stat()
            except FileNotFoundError:
                continue  # saved by renaming: it is there again in a moment
            stamps[path] = (status.st_mtime_ns, status.st_size)
        return stamps
