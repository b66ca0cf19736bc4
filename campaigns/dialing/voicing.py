"""The voice of an installation: what its calls hear and speak with, from the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Final

from bot.asr.biasing import phrases_of
from bot.asr.registry import open_recognizer
from bot.dialogue.brief import Brief
from bot.dialogue.prompts import PromptBook
from bot.dialogue.speech import Speech
from bot.models.store import find_model
from bot.recording.recorder import CallRecorder
from bot.tts.reading import Reading
from bot.tts.registry import open_synthesizer
from bot.tts.speaker import Speaker, open_speaker
from bot.tts.synthesizer import Synthesizer
from bot.voice.manners import Manners
from campaigns.dialing.sound import BotEars
from campaigns.dialing.talk import VoiceTools
from campaigns.recordings import open_recordings
from campaigns.settings import Settings

FAR_VOICES: Final = ("m1", "m3", "m7", "f3", "f4")
"""Variants of the default engine for simulated customers; none is the bot's own."""


BARE_NUMBER: Final = re.compile(r"[0-9]{3,}[Xx]?")


@dataclass(frozen=True, slots=True)
class Voicing:
    """``tools`` for the calls; ``ears`` and ``far_voice`` for a line that needs them.

    ``static`` are the clauses that all customers hear alike: worth making before the first call.
    """

    tools: VoiceTools
    speaker: Speaker
    static: frozenset[str]
    ears: BotEars
    far_voice: SpokenFarEnds


@contextmanager
def open_voicing(
    settings: Settings, language: Path, prompts: PromptBook, *, record: bool | None = None
) -> Iterator[Voicing]:
    """Hearing and speaking as the settings say; ``record`` overrules theirs.

    Raises ModelError when a model or engine is missing, DataFileError, RecordingKeyError.
    """
    with ExitStack() as stack:
        recognizer = open_recognizer(
            settings.recognizer,
            find_model(settings.models, settings.recognizer_model),
            phrases=phrases_of(language),
        )
        synthesizer = open_synthesizer(settings.synthesizer, language, settings.synthesizer_voice)
        stack.callback(synthesizer.close)
        constants = {"institution": settings.institution, "hotline": settings.hotline}
        speaker, static = open_speaker(
            language,
            prompts,
            constants,
            synthesizer,
            cache_dir=settings.cache / "speech",
            recordings_dir=settings.recorded_prompts,
        )
        far_ends = [open_synthesizer("espeak", language, variant) for variant in FAR_VOICES]
        for far_end in far_ends:
            stack.callback(far_end.close)
        recordings = None
        if settings.record if record is None else record:
            recordings = stack.enter_context(open_recordings(settings))

        def recorder(call_id: str, answered_at: datetime) -> CallRecorder | None:
            return None if recordings is None else recordings.start(call_id, answered_at)

        phrases = CallPhrases(prompts.speech, Reading.load(language))
        tools = VoiceTools(recognizer, speaker, Manners.load(language), phrases, recorder)
        yield Voicing(tools, speaker, static, BotEars(recognizer), SpokenFarEnds(tuple(far_ends)))


FAR: Final = timedelta(days=5)
"""A day this far off has no name of its own such as tomorrow."""


class CallPhrases:
    """What a customer is likely to say and others are not: their name, and the sums and days of their debt.

    As they are spoken: the way the bot reads them out, which customers take up.
    """

    def __init__(self, speech: Speech, reading: Reading) -> None:
        self._speech, self._reading = speech, reading

    def __call__(self, brief: Brief) -> tuple[str, ...]:
        party, debt, offer = brief.party, brief.debt, brief.offer
        said = [party.name, f"{party.name}{party.honorific}"] if party.name else []
        if debt.amount_due > 0:
            sums = {debt.amount_due, debt.minimum_due, debt.amount_due - (offer.waives if offer else 0)}
            days = {debt.due_date} | ({offer.pay_by} if offer else set())
            said += [self._speech.say_money(amount) for amount in sorted(sums) if amount > 0]
            said += [self._speech.say_day(day, day - FAR) for day in sorted(days)]
        return tuple(dict.fromkeys(self._reading.read(text) for text in said))


class SpokenFarEnds:
    """Implements ``telephony.far_end.FarVoice``: each call's far end has one of several voices."""

    def __init__(self, voices: tuple[Synthesizer, ...]) -> None:
        self._voices = voices

    async def speak(self, text: str, who: str) -> bytes:
        """Raises SynthesisError."""
        chosen = blake2b(who.encode(), digest_size=2).digest()[0] % len(self._voices)
        return await self._voices[chosen].synthesize(dictated(text))


def dictated(text: str) -> str:
    """A bare number as a customer dictates it, figure by figure: read as one it would be a sum."""
    return " ".join(text) if BARE_NUMBER.fullmatch(text) else text
