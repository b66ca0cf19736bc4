"""The log of one call: everything said, heard and noticed, from which the conversation replays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.dialogue.conversation import Conversation
from bot.dialogue.turn import Turn
from bot.nlu.interpreter import Entity

Speaker = Literal["bot", "customer", "line"]
Event = Literal[
    "opened",
    "silence",
    "interrupted",
    "cut_short",
    "reopened",
    "pressed",
    "wound_up",
    "handed_over",
    "human_noted",
    "fault",
    "hung_up",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.

    Of the bot: ``text``, ``prompt``, the ``step`` after it, whether it was ``played`` to its end and, if not,
    what was ``heard`` of it; it is said from ``at`` to ``until``. Of the customer: ``text``, the ``step`` it
    answered and what it was taken to mean, with the model that had to ``stand_in`` for the one that is set;
    keys come as the event ``pressed`` with the keys for ``text``. Of the line: an ``event``; for
    ``interrupted`` and ``cut_short`` the cut ``prompts``; for ``fault`` the error's class in ``text``; for
    what people of the house wanted (``handed_over``, ``human_noted`` and ``wound_up``) their user name there.
    """

    at: datetime
    speaker: Speaker
    text: str = ""
    prompt: str | None = None
    step: str | None = None
    until: datetime | None = None
    played: bool = True
    heard: str | None = None
    intent: str | None = None
    confidence: float | None = None
    entities: tuple[Entity, ...] = ()
    stop_words: tuple[str, ...] = ()
    stand_in: str | None = None
    event: Event | None = None
    prompts: tuple[str, ...] = ()


def replay(entries: Iterable[Entry], conversation: Conversation) -> Iterator[Turn]:
    """Run what the customer and the line did through a fresh conversation; gives each turn of the bot."""
    for entry in entries:
        if entry.event == "pressed":
            yield conversation.press(entry.text, entry.at)
        elif entry.speaker == "customer":
            yield conversation.hear(entry.text, entry.at)
        elif entry.event == "opened":
            yield conversation.open(entry.at)
        elif entry.event == "silence":
            yield conversation.hear_silence(entry.at)
        elif entry.event == "interrupted":
            yield conversation.interrupted(entry.prompts, entry.at)
        elif entry.event == "cut_short":
            conversation.cut_short(entry.prompts)
        elif entry.event == "reopened":
            conversation.reopen()
        elif entry.event == "wound_up":
            yield conversation.wind_up(entry.at)
        elif entry.event == "handed_over":
            yield conversation.hand_over(entry.at)
        elif entry.event == "human_noted":
            conversation.note_human(entry.at)
        elif entry.event == "hung_up":
            conversation.far_end_hung_up(entry.at)
