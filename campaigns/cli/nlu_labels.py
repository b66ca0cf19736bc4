"""The file in which a person writes what customers meant: CSV for a spreadsheet, or YAML."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from bot.datafile import read_yaml
from bot.errors import DataFileError
from campaigns.doubts import Doubt, as_yaml
from campaigns.errors import SettingsError

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for one


def write_doubts(path: Path, doubts: Sequence[Doubt]) -> None:
    """As YAML where the name ends so, else as CSV. Raises SettingsError."""
    rows: list[dict[str, Any]] = [asdict(doubt) for doubt in doubts]
    try:
        if path.suffix in (".yml", ".yaml"):
            path.write_text(as_yaml(doubts), encoding="utf-8")
            return
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, [field.name for field in fields(Doubt)])
            writer.writeheader()
            writer.writerows({key: _inert(value) for key, value in row.items()} for row in rows)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error}") from error


def _inert(value: Any) -> Any:
    """What was said is text to a spreadsheet, never a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def read_labels(path: Path) -> Iterator[tuple[str, str]]:
    """Text and label of each line that has one. Raises DataFileError."""
    for number, row in enumerate(_rows(path), start=2):
        try:
            text, label = str(row["text"]).strip().removeprefix("'"), str(row["label"] or "").strip()
        except (KeyError, TypeError) as error:
            raise DataFileError(str(path), "each row has a text and a label", line=number) from error
        if label:
            yield text, label


def _rows(path: Path) -> list[Any]:
    if path.suffix in (".yml", ".yaml"):
        rows = read_yaml(path)
        return rows if isinstance(rows, list) else [rows]
    for encoding in ("utf-8-sig", "gb18030"):  # what a spreadsheet in China makes of it
        try:
            with path.open(encoding=encoding, newline="") as file:
                return list(csv.DictReader(file))
        except UnicodeDecodeError:
            continue
        except (OSError, csv.Error) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise DataFileError(str(path), f"cannot be read: {why}") from error
    raise DataFileError(str(path), "is neither UTF-8 nor GB 18030")
