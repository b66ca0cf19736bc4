"""One answered call: the bot's session on the line's call."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.asr.recognizer import Recognizer
from bot.channel import BySentence, HungUpError, Keys
from bot.dialogue.brief import Brief
from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import Flow
from bot.dialogue.prompts import PromptBook
from bot.errors import RecognizerError
from bot.nlu.interpreter import Interpreter
from bot.recording.recorder import CallRecorder, Recorded
from bot.session import Session, SessionResult
from bot.transcript import Entry
from bot.voice.attention import Attention
from bot.voice.channel import VoiceChannel
from bot.voice.decoder import Decoder
from bot.voice.listener import Listener
from bot.voice.manners import Manners
from bot.voice.ports import Voice
from campaigns.clock import Clock
from campaigns.dialing.sound import LineSound
from telephony.errors import CallEnded, LineError
from telephony.line import AudioCall, Call, Text, TextCall

log = logging.getLogger(__name__)

REFUSES_RECORDING = "recording_refused"
"""The stop-word rule upon which nothing may be kept of a call's sound."""


class LineChannel:
    """The bot's text channel over a call on a line that carries text."""

    def __init__(self, call: TextCall) -> None:
        self._call = call

    async def say(self, text: str, *, interruptible: bool) -> bool:
        try:
            return await self._call.play(Text(text), interruptible=interruptible)
        except CallEnded as error:
            raise HungUpError from error

    async def listen(self, timeout_s: float) -> str | None:
        try:
            heard = await self._call.hear(timeout_s)
        except CallEnded as error:
            raise HungUpError from error
        if heard is None:
            return None
        return heard.text if isinstance(heard, Text) else Keys(heard.digit)

    async def hang_up(self) -> None:
        await self._call.hang_up()


@dataclass(frozen=True, slots=True)
class Script:
    """What a campaign says: a flow, its prompts and who understands the answers. Shared by all its calls."""

    flow: Flow
    prompts: PromptBook
    interpreter: Interpreter
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class VoiceTools:
    """What calls by voice are held with, beside the script. Shared by all calls.

    ``phrases`` gives the words that a call makes likely, ``recorder`` the recorder of a call by its id and
    the time of its answer.
    """

    recognizer: Recognizer
    voice: Voice
    manners: Manners
    phrases: Callable[[Brief], Sequence[str]] = lambda _: ()
    recorder: Callable[[str, datetime], CallRecorder | None] = lambda _, __: None


@dataclass(frozen=True, slots=True)
class Held:
    """What a call came to, and what was kept of its sound: None when nothing was recorded."""

    result: SessionResult
    recorded: Recorded | None = None


async def hold_call(
    call: Call,
    brief: Brief,
    script: Script,
    clock: Clock,
    ends_by: datetime,
    watch: Callable[[Entry], None],
    *,
    voice: VoiceTools | None = None,
    answered_at: datetime | None = None,
) -> Held:
    """Talk until somebody hangs up, and see to it that the line is free afterwards.

    ``answered_at`` is when it was picked up, by default now: a recording begins there. Raises LineError when
    the call carries sound and there is no ``voice``.
    """
    conversation = Conversation(script.flow, script.prompts, brief, script.interpreter, zone=script.zone)
    try:
        if call.carries == "sound":
            if voice is None:
                raise LineError("this line carries sound, and no voice is set up")
            recorder = voice.recorder(call.id, answered_at or clock.now())
            return await _hold_by_voice(call, conversation, clock, ends_by, watch, voice, recorder)
        by_sentence = BySentence(LineChannel(call), clock.now)
        return Held(await Session(conversation, by_sentence, clock.now, ends_by=ends_by, watch=watch).run())
    finally:
        await call.hang_up()


async def _hold_by_voice(
    call: AudioCall,
    conversation: Conversation,
    clock: Clock,
    ends_by: datetime,
    watch: Callable[[Entry], None],
    voice: VoiceTools,
    recorder: CallRecorder | None,
) -> Held:
    entries: list[Entry] = []

    def see(entry: Entry) -> None:
        entries.append(entry)
        if recorder is not None and REFUSES_RECORDING in entry.stop_words:
            recorder.stop_and_discard()
        watch(entry)

    attention = Attention(conversation, voice.manners, clock.now)
    decoder = Decoder(
        voice.recognizer, voice.phrases(conversation.brief), lockstep=clock.virtual, on_fault=_tell
    )
    channel = VoiceChannel(
        LineSound(call), Listener(attention, decoder), voice.voice, attention, clock.now, recorder
    )
    recorded: Recorded | None = None
    try:
        result = await Session(conversation, channel, clock.now, ends_by=ends_by, watch=see).run()
    finally:
        await call.hang_up()  # before the recogniser is waited for: nobody holds a dead line
        try:
            await channel.close()
        finally:
            if recorder is not None:
                recorded = await recorder.close(entries)
                if recorded.fault is not None:
                    log.error("call %s: the recording: %s", call.id, recorded.fault)
    return Held(result, recorded)


def _tell(error: RecognizerError) -> None:
    log.error("the recogniser failed in mid-call: %s", error)
