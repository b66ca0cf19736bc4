"""Where the data of a language lies. A second language is a second folder; no code names one."""

from __future__ import annotations

from pathlib import Path

from bot.errors import DataFileError

DIALOGUES = Path(__file__).resolve().parent.parent / "dialogues"


def language_dir(code: str, root: Path | None = None) -> Path:
    """The folder of language ``code`` under ``root`` (default: the shipped one). Raises DataFileError."""
    root = root or DIALOGUES
    folder = root / code
    if not folder.is_dir():
        known = ", ".join(sorted(p.name for p in root.iterdir() if p.is_dir())) if root.is_dir() else "none"
        raise DataFileError(str(folder), f"there is no language {code!r}; known: {known}")
    return folder
