"""One answered call: the bot's session on the line's call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.channel import BySentence, HungUpError, Keys
from bot.dialogue.brief import Brief
from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import Flow
from bot.dialogue.prompts import PromptBook
from bot.nlu.interpreter import Interpreter
from bot.session import Session, SessionResult
from bot.transcript import Entry
from campaigns.clock import Clock
from telephony.errors import CallEnded, LineError
from telephony.line import Call, Text, TextCall


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


async def hold_call(
    call: Call,
    brief: Brief,
    script: Script,
    clock: Clock,
    ends_by: datetime,
    watch: Callable[[Entry], None],
) -> SessionResult:
    """Talk until somebody hangs up, and see to it that the line is free afterwards."""
    conversation = Conversation(script.flow, script.prompts, brief, script.interpreter, zone=script.zone)
    if call.carries != "text":
        raise LineError("this line carries sound, and no voice is set up")
    channel = BySentence(LineChannel(call), clock.now)
    session = Session(conversation, channel, clock.now, ends_by=ends_by, watch=watch)
    try:
        return await session.run()
    finally:
        await call.hang_up()
