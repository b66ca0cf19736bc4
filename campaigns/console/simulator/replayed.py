"""A call on record put on a user's desk, with invented names and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.simulation.anonymous import Anonymiser
from bot.simulation.desk import Desk
from bot.simulation.noise import NoiseChannel
from bot.simulation.scenario_file import Happening
from bot.simulation.script import Script
from bot.transcript import Entry
from campaigns.console.simulator.sittings import LONGEST, Sitting, Then
from campaigns.dialing.briefing import brief_from
from campaigns.errors import ConflictError
from campaigns.store.calls import StoredCall


def check_replayable(call: StoredCall) -> None:
    """Raises ConflictError for a call that cannot be held again."""
    if call.brief is None:
        raise ConflictError("this call cannot be replayed: what the bot was told then was not kept")


def replayed(call: StoredCall, script: Script, noise: NoiseChannel, now: datetime) -> Sitting:
    """The call held again with the present script, up to where it ends now. Nothing personal is left in it.

    Raises ConflictError for a call that cannot be held again.
    """
    check_replayable(call)
    anonymous = Anonymiser(brief_from(call.brief or {}), script.prompts.speech)
    began = next((entry.at for entry in call.entries if entry.event == "opened"), call.answered_at or now)
    start = began.astimezone(script.prompts.speech.zone).replace(microsecond=0)
    desk = Desk(lambda: script.conversation(anonymous.brief), start, noise)
    desk.open()
    happened = tuple(happenings(call.entries, anonymous))
    for happening in happened:
        if desk.state.ended or desk.position >= LONGEST:
            break
        if happening.kind == "pressed":
            desk.press(happening.text)
        else:
            desk.say(happening.text)
    words = frozenset(happening.text for happening in happened if happening.text)
    return Sitting(desk, script, now, now, call.id, tuple(answers(call.entries)), words)


def happenings(entries: Iterable[Entry], anonymous: Anonymiser) -> Iterator[Happening]:
    """What the far end did, anonymous."""
    for entry in entries:
        if entry.event == "pressed":
            yield Happening("pressed", anonymous.text(entry.text))
        elif entry.speaker == "customer":
            yield Happening("user", anonymous.text(entry.text, entry.entities))
        elif entry.event == "silence":
            yield Happening("silence")


def answers(entries: Iterable[Entry]) -> Iterator[Then]:
    """What came then: for the opening, and for each thing that the far end did."""
    intent: str | None = None
    prompts: list[str] = []
    begun = ours = False
    for entry in entries:
        if entry.speaker == "line":
            ours = entry.event in ("handed_over", "wound_up")  # what follows answers nothing
        if entry.speaker == "customer" or entry.event in ("silence", "opened"):
            if begun:
                yield Then(intent, tuple(prompts))
            begun, intent, prompts = True, entry.intent, []
            ours = False
        elif entry.speaker == "bot" and entry.prompt and not ours:
            prompts.append(entry.prompt)
    if begun:
        yield Then(intent, tuple(prompts))
