"""The simulator: a conversation with a script in text, with what was understood and why beside it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

import yaml
from starlette.responses import Response

from bot.errors import ModelError
from bot.models.store import find_model
from bot.simulation.desk import Desk
from bot.simulation.scenario_file import scenario_data
from campaigns.console.access.permissions import SEE_PERSONAL
from campaigns.console.page import MenuEntry, Page, PageRoute
from campaigns.console.simulator.customer import GENDERS, PRODUCTS, Invented
from campaigns.console.simulator.publishing import scripts_of
from campaigns.console.simulator.seen import seen
from campaigns.console.simulator.sittings import Sitting
from campaigns.console.visit import Visit
from campaigns.errors import AccessError, ConflictError
from campaigns.store.scripts import in_force, versions

STEPS: Final = {
    "-1d": timedelta(days=-1), "+1d": timedelta(days=1), "+7d": timedelta(days=7),
    "-1h": timedelta(hours=-1), "+1h": timedelta(hours=1), "+3h": timedelta(hours=3),
}  # fmt: skip
"""How far the clock is moved at a time."""

VERSIONS: Final = 20  # to choose from
NOISES: Final = (0, 5, 10, 20, 30)  # percent
USUAL: Final = {
    "name": "王小明", "gender": "male", "id_tail": "1234", "product": "credit_card", "amount": "1200",
    "days": "5", "relief": "50", "noise": "0",
    "invitation": "我们为老客户准备了一份礼遇",
}  # fmt: skip
_MONEY: Final = re.compile(r"\d{1,9}(?:\.\d{1,2})?", re.ASCII)
COMMENT: Final = "# Saved from the simulator. Run it with: xiaorong dialogue test FILE\n"


def show(visit: Visit) -> Response:
    sitting = visit.studio.sittings.of(visit.who.user_id, visit.now)
    return _page(visit, sitting)


def begin(visit: Visit) -> Response:
    """A new conversation with the script and the customer of the form."""
    chosen = visit.form("version", 10)
    scripts = scripts_of(visit, int(chosen) if chosen.isascii() and chosen.isdigit() else None)
    script = scripts.script(visit.form("flow", 64))
    zone = script.prompts.speech.zone
    start = visit.now.astimezone(zone).replace(microsecond=0)
    customer = _invented(visit)
    brief = customer.brief(script.prompts.speech, visit.services.settings, start.date())
    desk = Desk(lambda: script.conversation(brief), start, scripts.noise())
    desk.noise_level = _noise(visit)
    desk.open()
    visit.studio.sittings.begin(visit.who.user_id, Sitting(desk, script, visit.now, visit.now))
    return visit.go("/simulator")


def say(visit: Visit) -> Response:
    """What the customer says; nothing is silence."""
    sitting = _needed(visit)
    with sitting.lock:
        sitting.check_room()
        keys = visit.form("keys", 20)
        if keys:
            if not re.fullmatch(r"[0-9*#]+", keys, re.ASCII):
                raise ConflictError("keys are digits, * and #")
            sitting.desk.press(keys)
        else:
            sitting.desk.say(visit.form("text", 200))
        _forget_replay(sitting)
    return _page(visit, sitting)


def travel(visit: Visit) -> Response:
    """Back, forward, to the beginning, or to any place."""
    sitting = _needed(visit)
    with sitting.lock:
        desk, to = sitting.desk, visit.form("to", 8)
        if to == "back":
            desk.back()
        elif to == "forward":
            desk.forward()
        elif to == "restart":
            desk.restart()
            sitting.call_id, sitting.then = None, ()
        elif to.isascii() and to.isdigit():
            desk.goto(int(to))
        else:
            raise ConflictError("choose where to go")
    return _page(visit, sitting)


def move_clock(visit: Visit) -> Response:
    sitting = _needed(visit)
    step = STEPS.get(visit.form("by", 4))
    if step is None:
        raise ConflictError("choose how far the clock moves")
    with sitting.lock:
        if abs(sitting.desk.start + step - sitting.opened_at) > timedelta(days=366):
            raise ConflictError("the clock moves within a year")
        sitting.desk.shift(step)
    return _page(visit, sitting)


def set_noise(visit: Visit) -> Response:
    sitting = _needed(visit)
    with sitting.lock:
        sitting.desk.noise_level = _noise(visit)
    return _page(visit, sitting)


def save(visit: Visit) -> Response:
    """The conversation up to here as a dialogue test, to be kept with the others."""
    sitting = _needed(visit)
    with sitting.lock:
        happenings = sitting.desk.happenings()
        if not happenings:
            raise ConflictError("nothing was said yet: there is nothing to test")
        if not visit.may(SEE_PERSONAL) and any(each.text in sitting.words for each in happenings):
            raise AccessError(
                "what was said in a call is hidden for your role, so it cannot be saved as a test"
            )
        name = f"call {sitting.call_id}" if sitting.call_id else f"chat {visit.now:%Y-%m-%d %H:%M}"
        data = scenario_data(name, sitting.desk.fresh(), sitting.desk.start, happenings)
    text = COMMENT + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110)
    file = f"{sitting.script.flow.name}-{visit.now:%Y%m%d-%H%M%S}.yml"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(text, media_type="application/yaml", headers=headers)


def end(visit: Visit) -> Response:
    visit.studio.sittings.end(visit.who.user_id)
    return visit.go("/simulator")


def _needed(visit: Visit) -> Sitting:
    return visit.studio.sittings.needed(visit.who.user_id, visit.now)


def _forget_replay(sitting: Sitting) -> None:
    """Something else was said than in the call on record: what lay ahead of it is no measure any more."""
    sitting.then = sitting.then[: sitting.desk.position]


def _page(visit: Visit, sitting: Sitting | None) -> Response:
    scripts = visit.studio.scripts
    held = None
    if sitting is not None:
        with sitting.lock:
            held = seen(sitting, visit.may(SEE_PERSONAL))
    language = visit.services.settings.language
    with visit.reading() as session:
        kept, now = versions(session, language, VERSIONS), in_force(session, language)
    return visit.render(
        "simulator/page.html",
        part="simulator/desk.html" if sitting is not None else None,
        tab="talk",
        hears=_hears(visit),
        model=visit.services.settings.recognizer_model,
        held=held,
        flows=scripts.flows,
        genders=GENDERS,
        products=PRODUCTS,
        noises=NOISES,
        usual=USUAL,
        clock_steps=tuple(STEPS),
        versions=kept,
        in_force=now,
        wanted_version=visit.query_number("version"),
    )


def _hears(visit: Visit) -> bool:
    """Whether a model that recognises speech is installed."""
    settings = visit.services.settings
    try:
        find_model(settings.models, settings.recognizer_model)
    except ModelError:
        return False
    return True


def _noise(visit: Visit) -> float:
    value = visit.form("noise", 3)
    if value not in map(str, NOISES):
        raise ConflictError("choose how much is garbled")
    return int(value) / 100


def _invented(visit: Visit) -> Invented:
    days = visit.form("days", 6)
    if not re.fullmatch(r"-?\d{1,5}", days, re.ASCII):
        raise ConflictError("days past due lie between -3000 and 3000")
    return Invented(
        name=visit.form("name", 30),
        gender=visit.form("gender", 10),
        id_tail=visit.form("id_tail", 4),
        product=visit.form("product", 20),
        amount=_minor(visit.form("amount", 15)),
        days_past_due=int(days),
        relief=_minor(visit.form("relief", 15) or "0"),
        invitation=visit.form("invitation", 60),
    )


def _minor(text: str) -> int:
    """An amount as it is typed, in minor units."""
    if not _MONEY.fullmatch(text):
        raise ConflictError("an amount is a number with two decimal places at most")
    whole, _, cents = text.partition(".")
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)


PAGE = Page(
    routes=(
        PageRoute("/simulator", show, "simulator.use"),
        PageRoute("/simulator/begin", begin, "simulator.use", ("POST",)),
        PageRoute("/simulator/say", say, "simulator.use", ("POST",)),
        PageRoute("/simulator/travel", travel, "simulator.use", ("POST",)),
        PageRoute("/simulator/clock", move_clock, "simulator.use", ("POST",)),
        PageRoute("/simulator/noise", set_noise, "simulator.use", ("POST",)),
        PageRoute("/simulator/save", save, "simulator.use", ("POST",)),
        PageRoute("/simulator/end", end, "simulator.use", ("POST",)),
    ),
    menu=(MenuEntry("Simulator", "/simulator", "simulator.use", order=60, icon="talk"),),
)
