"""What the installation's line is built from, and the check of its set-up."""

from __future__ import annotations

from typing import Any

from bot.language import language_dir
from campaigns.clock import Clock
from campaigns.dialing.timing import SIMULATED
from campaigns.settings import Settings
from campaigns.store.pacing import Trunk
from telephony.announcements import load_announcements
from telephony.carrier import LineSetup
from telephony.registry import open_setup_check
from telephony.setup_check import SetupCheck

HORIZON_S, VIRTUAL_HORIZON_S = 5.0, 20.0
"""How far ahead starts are booked: a call waits for its own with a permit in hand, which lives 60 s."""


def line_settings(settings: Settings, **simulated: Any) -> dict[str, Any]:
    """The settings of the line itself; ``simulated`` are those that only a simulated one has."""
    if settings.line == SIMULATED:
        return {"seed": settings.seed, **simulated}
    own: dict[str, dict[str, Any]] = {"twilio": {"caller_number": settings.caller_id, **settings.twilio}}
    return own.get(settings.line, {})


def trunk_of(settings: Settings, clock: Clock) -> Trunk:
    """The line to pace calls on. Virtual time hands turns out in larger steps, so it books further ahead."""
    horizon_s = VIRTUAL_HORIZON_S if clock.virtual else HORIZON_S
    return Trunk(settings.line, settings.callers, settings.pacing, horizon_s)


def open_check(settings: Settings, clock: Clock) -> SetupCheck:
    """The check of the line that is set. Raises LineConfigError."""
    announcements = load_announcements(language_dir(settings.language) / "announcements.yml")
    return open_setup_check(settings.line, LineSetup(clock, announcements, settings=line_settings(settings)))
