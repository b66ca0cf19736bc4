"""Files that are kept beside the store until their time is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from campaigns.compliance.housekeeping import HouseKind

FOLDERS: Final[Mapping[HouseKind, tuple[str, ...]]] = {
    "uploads": ("uploads", "imports"),
    "leavings": ("exports", "reports"),
}
"""Below the data directory: what was brought in, the rows of it that were rejected, what was written out."""


class HouseFolders:
    """The folders of one data directory. A file is as old as it was last written."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def older(self, kind: HouseKind, than: datetime) -> tuple[int, int, datetime | None]:
        """Files that are kept, files from before ``than``, and the time of the oldest."""
        times = [at for _, at in self._files(kind)]
        due = sum(at <= than for at in times)
        return len(times) - due, due, min(times, default=None)

    def delete(self, kind: HouseKind, than: datetime) -> tuple[int, datetime | None]:
        """Delete the files from before ``than``: how many, and the time of the newest of them."""
        count, newest = 0, None
        for path, at in self._files(kind):
            if at <= than:
                path.unlink(missing_ok=True)
                count, newest = count + 1, at if newest is None else max(newest, at)
        return count, newest

    def _files(self, kind: HouseKind) -> Iterator[tuple[Path, datetime]]:
        for name in FOLDERS[kind]:
            folder = self._home / name
            # None behind a link: it may lead out of the data directory.
            for path in sorted(folder.rglob("*")) if folder.is_dir() and not folder.is_symlink() else ():
                if path.is_file() and not path.is_symlink():
                    yield path, datetime.fromtimestamp(path.stat().st_mtime, UTC)
