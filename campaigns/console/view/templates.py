"""The templates' environment: escaping always on, undefined names are errors, personal data masks itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from campaigns.console.view.codes import code_text
from campaigns.console.view.languages import translations
from campaigns.console.view.saying import said
from campaigns.console.web.assets import asset
from campaigns.customers.phone import readable
from campaigns.private import Private, PrivateKind

TEMPLATES: Final = Path(__file__).parents[1] / "templates"


@cache
def environment(language: str) -> Environment:
    """The environment of one language."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(  # type: ignore[attr-defined]
        translations(language), newstyle=True
    )
    made.filters |= {
        "code": _code_in(language),
        "said": partial(said, language=language),
        "shown": _shown_in(language),
        "query": _query,
    }
    made.globals |= {"asset": asset, "language": language}
    return made


def _code_in(language: str) -> Callable[[str | None, str], str]:
    def code(value: str | None, kind: str) -> str:
        return code_text(kind, value, language)

    return code


def _shown_in(language: str) -> Callable[[Context, Private | None], str | Markup]:
    hidden: str = translations(language).ugettext("hidden for your role")

    @pass_context
    def shown(context: Context, value: Private | None) -> str | Markup:
        """Personal data, for those who may see it: it is noted whose was shown. For others, its mask."""
        if value is None:
            return "–"
        if context["reveals"](value):
            return readable(value.value) if value.kind is PrivateKind.NUMBER else value.value
        mask = hidden if value.kind is PrivateKind.TEXT else value.masked
        return Markup('<span class="masked" title="{}">{}</span>').format(hidden, escape(mask))

    return shown


def _query(values: dict[str, Any], **changes: Any) -> str:
    """The query string of a page's present choices with some of them changed; empty ones fall away."""
    merged = {**values, **changes}
    kept = {key: value for key, value in merged.items() if value not in (None, "", False)}
    return "?" + urlencode(kept) if kept else "?"
