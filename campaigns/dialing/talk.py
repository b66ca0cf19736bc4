"""One answered call: the bot's session on the line's call."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
from bot.tracing import span
from bot.transcript import Entry
from bot.voice.attention import Attention
from bot.voice.channel import VoiceChannel
from bot.voice.decoder import Decoder
from bot.voice.listener import Listener
from bot.voice.manners import Manners
from bot.voice.ports import Voice
from campaigns.clock import Clock
from campaigns.dialing.handover import Handover
from campaigns.dialing.leaving import Leaving
from campaigns.dialing.sound import LineSound
from campaigns.dialing.staffing import CallStaff
from telephony.errors import CallEnded, LineError
from telephony.line import AudioCall, Call, Text, TextCall
from telephony.transfer import Transferable, TransferEnd, TransferOrder, Transferred

log = logging.getLogger(__name__)

REFUSES_RECORDING = "recording_refused"
"""The stop-word rule upon which nothing may be kept of a call's sound."""


class LineChannel:
    """The bot's text channel over a call on a line that carries text."""

    def __init__(self, call: TextCall, leaving: Leaving | None = None) -> None:
        self._call = call
        self._leaving = leaving or Leaving(call)

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
        await self._leaving.hang_up()


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
    """What a call came to, what was kept of its sound (None: nothing), and whether a person took it over."""

    result: SessionResult
    recorded: Recorded | None = None
    transfer: Transferred | None = None  # None: no person was asked


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
    handover: Handover | None = None,
    staff: CallStaff | None = None,
) -> Held:
    """Talk until somebody hangs up, and see to it that the line is free afterwards.

    A call that is to be handed to a person, and ``handover`` says to whom, is over when they have talked.
    ``staff`` may want it handed over, or ended.

    ``answered_at`` is when it was picked up, by default now: a recording begins there. Raises LineError when
    the call carries sound and there is no ``voice``.
    """
    with span("talk", flow=script.flow.name):
        return await _hold(call, brief, script, clock, ends_by, watch, voice, answered_at, handover, staff)


async def _hold(
    call: Call,
    brief: Brief,
    script: Script,
    clock: Clock,
    ends_by: datetime,
    watch: Callable[[Entry], None],
    voice: VoiceTools | None,
    answered_at: datetime | None,
    handover: Handover | None,
    staff: CallStaff | None,
) -> Held:
    conversation = Conversation(script.flow, script.prompts, brief, script.interpreter, zone=script.zone)
    # Whoever is to be handed over stays on the line when the bot has said its last word.
    leaving = Leaving(call, stays=lambda: handover is not None and conversation.handing_over)
    try:
        if call.carries == "sound":
            if voice is None:
                raise LineError("this line carries sound, and no voice is set up")
            recorder = voice.recorder(call.id, answered_at or clock.now())
            held = await _hold_by_voice(
                call, leaving, conversation, clock, ends_by, watch, voice, recorder, staff
            )
        else:
            by_sentence = BySentence(LineChannel(call, leaving), clock.now)
            session = Session(conversation, by_sentence, clock.now, ends_by=ends_by, watch=watch, staff=staff)
            held = Held(await session.run())
        result = held.result
        there = result.hung_up_by == "bot" and result.fault is None
        if handover is not None and there and conversation.handing_over:
            taken = _nobody_waits if staff is None else staff.taken
            held = replace(held, transfer=await _hand_over(call, handover.order(brief, result, taken)))
        if staff is not None:
            staff.over(held.transfer, left=result.hung_up_by == "customer")
        return held
    finally:
        await call.hang_up()


async def _hand_over(call: Call, order: TransferOrder) -> Transferred | None:
    if not isinstance(call, Transferable):
        return None
    try:
        return await call.transfer(order)
    except CallEnded:
        return Transferred(TransferEnd.ABANDONED)


def _nobody_waits() -> None:
    """Nobody waits to hear that an agent took the call."""


async def _hold_by_voice(
    call: AudioCall,
    leaving: Leaving,
    conversation: Conversation,
    clock: Clock,
    ends_by: datetime,
    watch: Callable[[Entry], None],
    voice: VoiceTools,
    recorder: CallRecorder | None,
    staff: CallStaff | None,
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
        LineSound(call, leaving), Listener(attention, decoder), voice.voice, attention, clock.now, recorder
    )
    recorded: Recorded | None = None
    try:
        result = await Session(
            conversation, channel, clock.now, ends_by=ends_by, watch=see, staff=staff
        ).run()
    finally:
        await leaving.hang_up()  # before the recogniser is waited for: nobody holds a dead line
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
