"""How calls are handed to people, from the settings."""

from __future__ import annotations

from bot.dialogue.speech import Speech
from bot.language import language_dir
from campaigns.dialing.handover import Handover
from campaigns.outcomes.whispers import load_handover
from campaigns.settings import Settings


def open_handover(settings: Settings) -> Handover | None:
    """None where nobody takes calls over. Raises DataFileError."""
    if settings.agents is None:
        return None
    speech = Speech.load(language_dir(settings.language))
    return Handover(settings.agents, load_handover(settings.language), speech, settings.zone)
