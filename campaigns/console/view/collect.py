"""Collects every message of templates and pages into the catalogues.

``python -m campaigns.console.view.collect``. English is the message itself, so its catalogue fills itself;
what other languages lack is printed, to be written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from campaigns.console.api.catalogue import ENDPOINTS
from campaigns.console.view.languages import LANGUAGES, LOCALES, catalogue_file

NO_DATE: Final = datetime(2026, 1, 1, tzinfo=UTC)  # a file changes only when a message does
ROOT: Final = Path(__file__).parents[1]
BUSINESS: Final = ROOT.parent
ELSEWHERE: Final = (
    "cli",
    "backup",
    "customers/facts",
    "customers/generate.py",
    "experiments/power.py",
    "outcomes/report_words.py",
    "store/copying.py",
    "store/legal.py",
    "store/life_cycle_records.py",
    "store/merging.py",
    "store/number_reading.py",
    "store/resealing.py",
    "store/splitting.py",
)
"""What only speaks at a command line: no page comes by."""
KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "text": None,
    "marked": None,
    "plural": (1, 2),
}
SAID: Final = (
    "Said",
    "WrongValue",
    "UnfitError",
    "ConflictError",
    "NotFoundError",
    "AccessError",
    "ImportFileError",
)
"""What carries a message from the rooms behind the pages."""


def collected() -> Catalog:
    """Every message that there is."""
    catalogue = Catalog(project="Xiaorong", charset="utf-8")
    for _place, message in sorted(_messages(), key=lambda each: (each[0], str(each[1]))):
        catalogue.add(message)
    return catalogue


def _messages() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    for path in sorted(BUSINESS.rglob("*.py")):
        place = path.relative_to(BUSINESS).as_posix()
        if not place.startswith(ELSEWHERE):
            inside = path.is_relative_to(ROOT)
            words = dict.fromkeys(SAID) | (KEYWORDS if inside else {})
            yield from ((place, message) for message in _extracted(path, "python", words))
    for endpoint in ENDPOINTS:
        yield from (("console/api", text) for text in (endpoint.summary, endpoint.about) if text)
    for path in sorted(ROOT.rglob("*.html")):
        place = path.relative_to(BUSINESS).as_posix()
        yield from ((place, message) for message in _extracted(path, "jinja2.ext:babel_extract", KEYWORDS))


def _extracted(path: Path, method: str, words: Mapping[str, Any]) -> Iterator[str | tuple[str, ...]]:
    options = {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
    with path.open("rb") as file:
        for _line, message, _comments, _context in extract(method, file, words, options=options):
            if message:
                yield message


def update(language: str) -> Catalog:
    """The catalogue of a language with all messages and none that is gone."""
    path = catalogue_file(language)
    known = Catalog(locale=str(LOCALES[language]))
    if path.exists():
        with path.open("rb") as file:
            known = read_po(file, locale=str(LOCALES[language]))
    made = Catalog(
        locale=str(LOCALES[language]),
        header_comment="# Messages of the console; collected by campaigns.console.view.collect.",
        project="Xiaorong",
        version="1",
        last_translator="",
        language_team="",
        creation_date=NO_DATE,
        revision_date=NO_DATE,
        fuzzy=False,
    )
    for message in collected():
        if message.id:
            before = known.get(message.id)
            string = before.string if before is not None and before.string else ""
            made.add(message.id, message.id if language == "en" else string)
    return made


def lacking(catalogue: Catalog) -> list[str]:
    """The messages without words in this language."""
    return [
        str(message.id)
        for message in catalogue
        if message.id
        and not (all(message.string) if isinstance(message.string, (tuple, list)) else message.string)
    ]


def main() -> int:
    """Bring the catalogues up to date; 1 when words are missing."""
    missing = 0
    for language in LANGUAGES:
        catalogue = update(language)
        path = catalogue_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, omit_header=False, sort_output=True, no_location=True)
        for message in lacking(catalogue):
            missing += 1
            sys.stdout.write(f"{path}: no words for {message!r}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
