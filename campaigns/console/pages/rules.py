"""The rules that decide on calls: what is in force, the hard limits, and their sources."""

from __future__ import annotations

from starlette.responses import Response

from campaigns.compliance.pack import load_pack
from campaigns.compliance.rulebook import rows
from campaigns.compliance.sources import Seen
from campaigns.console.foresight import local_now
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.view.codes import code_text
from campaigns.console.visit import Visit


def show(visit: Visit) -> Response:
    pack = visit.services.pack

    def say(word: str) -> str:
        said = code_text("rule_word", word, visit.language)
        return said if said != word else code_text("rule_text", word, visit.language)

    found = list(rows(load_pack(visit.services.settings.rule_pack), pack.rules, say))
    sections: dict[str, list[object]] = {}
    for row in found:
        sections.setdefault(row.rule.partition(".")[0], []).append(row)
    sources = {name: source for name, source in pack.rules.sources.items() if source.seen is not Seen.HOUSE}
    with visit.reading() as session:
        today = local_now(visit, session).date()
    return visit.render(
        "rules/page.html",
        pack=pack,
        sections=sections,
        sources=sources,
        calendar=pack.calendar_end(today),
        days_off=pack.rules.times.days_off,
        changed=sum(row.changed for row in found),
        overrides=visit.services.settings.rule_pack_overrides,
    )


PAGE = Page(
    routes=(PageRoute("/settings/rules", show, "rules.read"),),
    menu=(MenuEntry("Rules", "/settings/rules", "rules.read", "settings", 30, "scale"),),
)
