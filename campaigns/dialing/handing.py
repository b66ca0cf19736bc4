"""How calls are handed to people, from the settings."""

from __future__ import annotations

from pathlib import Path

from bot.dialogue.speech import Speech
from campaigns.dialing.handover import Handover
from campaigns.outcomes.whispers import load_handover
from campaigns.settings import Settings


def open_handover(settings: Settings, language: Path) -> Handover | None:
    """None where nobody takes calls over. ``language``: as it was published. Raises DataFileError."""
    if settings.agents is None:
        return None
    words = load_handover(language.name, root=language.parent)
    return Handover(settings.agents, words, Speech.load(language), settings.zone)
