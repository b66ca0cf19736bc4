"""The languages of the console: gettext catalogues, read as they are, and which one a browser wants."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from bot.errors import DataFileError

CATALOGUES: Final = Path(__file__).parents[1] / "locale"
DOMAIN: Final = "console"
LANGUAGES: Final = ("zh", "en")
LOCALES: Final = {"zh": Locale("zh"), "en": Locale("en", "GB")}
NAMES: Final = {"zh": "中文", "en": "English"}


def catalogue_file(language: str) -> Path:
    """Where the catalogue is."""
    return CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def translations(language: str) -> Translations:
    """The catalogue of a language, compiled in memory. Raises DataFileError."""
    path = catalogue_file(language)
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=str(LOCALES[language]), abort_invalid=True)
    except (OSError, ValueError) as error:
        raise DataFileError(str(path), f"the catalogue cannot be read: {error}") from error
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)


def choose_language(accepted: str, house: str) -> str:
    """The one of LANGUAGES that ``accepted``, an Accept-Language header, likes best; else the house's."""
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted[:500].split(",")):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if quality > 0:
            weighed.append((-quality, place, tag.strip().split("-")[0].lower()))
    wanted = [tag for _, _, tag in sorted(weighed)]
    found = negotiate_locale(wanted, LANGUAGES)
    return found or (house if house in LANGUAGES else LANGUAGES[0])
