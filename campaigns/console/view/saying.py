"""Messages in the language of who reads them."""

from __future__ import annotations

from typing import Any

from bot.errors import DataFileError
from campaigns.console.view.codes import code_text
from campaigns.console.view.languages import translations
from campaigns.errors import CampaignsError
from campaigns.refused import told_of_file
from campaigns.said import Code, Said


def said(what: Said | Exception | str | None, language: str) -> str:
    """``what`` in ``language``, as far as the catalogues have it; empty for None."""
    if what is None:
        return ""
    if isinstance(what, CampaignsError):
        what = what.said
    elif isinstance(what, DataFileError):
        what = told_of_file(what)
    template = what.template if isinstance(what, Said) else str(what)
    found: str = translations(language).ugettext(template) if template else ""
    if not isinstance(what, Said) or not what.values:
        return found
    return found % {name: _value(value, language) for name, value in what.values.items()}


def _value(value: Any, language: str) -> Any:
    match value:
        case tuple():
            comma: str = translations(language).ugettext(", ")
            return comma.join(str(_value(each, language)) for each in value)
        case Code():
            return code_text(value.kind, value.code, language)
        case Said() | CampaignsError() | DataFileError():
            return said(value, language)
    return value
