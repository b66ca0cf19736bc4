"""What reviewers marked as misunderstood, for those who write the scripts: to read, and to teach from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.responses import Response

from bot.dialogue.speech import Speech
from bot.nlu.normalize import normalize
from bot.nlu.training_data import load_training_data
from campaigns.console.page import Page, PageRoute
from campaigns.console.visit import Visit
from campaigns.doubts import Doubt, as_yaml, doubts
from campaigns.store.console.audit import Deed
from campaigns.store.unsure import marked_turns

MOST: Final = 500
COMMENT: Final = (
    "# What reviewers marked as misunderstood. Correct 'label' where it is wrong, leave out what is no good "
    "example, then:\n#   xiaorong nlu review --take THIS-FILE          shows what would be learnt\n"
    "#   xiaorong nlu review --take THIS-FILE --apply  adds it to the examples\n"
    "#   xiaorong nlu evaluate, xiaorong dialogue test\n"
)


@dataclass(frozen=True, slots=True)
class Marked:
    """``stands``: how the sentence stands among the examples: new, known, contrary, or unlabelled."""

    doubt: Doubt
    stands: str


def show(visit: Visit) -> Response:
    found, unmasked = _found(visit)
    return visit.render(
        "simulator/misunderstood.html",
        tab="marks",
        marked=list(_standing(found, visit.studio.scripts.folder / "nlu.yml")),
        unmasked=unmasked,
    )


def take(visit: Visit) -> Response:
    """The file to teach from. It names no customer; that it was taken is on record."""
    found, _ = _found(visit)
    with visit.changing(Deed("marks.taken", "dialogue", "misunderstood", after={"count": len(found)})):
        pass
    name = f"misunderstood-{visit.now.astimezone(visit.formats.zone):%Y%m%d-%H%M}.yml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(COMMENT + as_yaml(found), media_type="application/yaml", headers=headers)


def _found(visit: Visit) -> tuple[list[Doubt], int]:
    speech: Speech = visit.studio.scripts.prompts().speech
    with visit.reading() as session:
        return doubts(marked_turns(session, MOST), speech, MOST)


def _standing(found: Iterable[Doubt], examples: Path) -> Iterable[Marked]:
    known = {normalize(each.text).compact: each.intent for each in load_training_data(examples)}
    for doubt in found:
        there = known.get(normalize(doubt.text).compact)
        if not doubt.label:
            yield Marked(doubt, "unlabelled")
        elif there is None:
            yield Marked(doubt, "new")
        else:
            yield Marked(doubt, "known" if there == doubt.label else "contrary")


PAGE = Page(
    routes=(
        PageRoute("/simulator/misunderstood", show, "simulator.use"),
        PageRoute("/simulator/misunderstood/file", take, "simulator.use"),
    )
)
