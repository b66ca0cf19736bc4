"""What the installation's line is built from, and the check of its set-up."""

from __future__ import annotations

from typing import Any

from bot.language import language_dir
from campaigns.clock import Clock
from campaigns.dialing.timing import SIMULATED
from campaigns.settings import Settings
from telephony.announcements import load_announcements
from telephony.carrier import LineSetup
from telephony.registry import open_setup_check
from telephony.setup_check import SetupCheck


def line_settings(settings: Settings, **simulated: Any) -> dict[str, Any]:
    """The settings of the line itself; ``simulated`` are those that only a simulated one has."""
    if settings.line == SIMULATED:
        return {"seed": settings.seed, **simulated}
    own: dict[str, dict[str, Any]] = {"twilio": {"caller_number": settings.caller_id, **settings.twilio}}
    return own.get(settings.line, {})


def open_check(settings: Settings, clock: Clock) -> SetupCheck:
    """The check of the line that is set. Raises LineConfigError."""
    announcements = load_announcements(language_dir(settings.language) / "announcements.yml")
    return open_setup_check(settings.line, LineSetup(clock, announcements, settings=line_settings(settings)))
