"""Our voice under the benchmark's callers: real turn-taking and dialogue state, the script's replies.

The conversation stands where the customer has just been asked when they can pay, or for four digits where the
script asks for them: what is complete is judged by it, what is answered is the script's, so that every server
says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bot.asr.recognizer import Recognizer
from bot.channel import HungUpError, Keys
from bot.dialogue.brief import Brief, Debt, Party
from bot.dialogue.manner import Manner
from bot.dialogue.turn import Say
from bot.language import language_dir
from bot.simulation.script import Script as Loaded
from bot.voice.attention import Attention
from bot.voice.channel import VoiceChannel
from bot.voice.decoder import Decoder
from bot.voice.listener import Listener
from bot.voice.manners import Manners
from campaigns.dialing.sound import LineSound
from telephony.line import AudioCall
from telephony.twilio.messages import Start
from tests.benchmarks.caller_script import Script

LANGUAGE = language_dir("zh")
ASKING, ASKS_DIGITS, TAIL = "payday", "identity_check", "2483"  # the script's reply, the flow's step
BRIEF = Brief(
    "长河消费金融",
    "4001234567",
    Party("王晓明", id_tail=TAIL),
    Debt("信用卡", 200000, 20000, "CNY", date(2026, 11, 10), 13),
)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class WholeReply:
    """A reply as one clause."""

    text: str
    pcm: bytes


class ScriptVoice:
    """Has every reply ready."""

    def __init__(self, script: Script) -> None:
        self._sound = {
            reply.text: WholeReply(reply.text, reply.sound.astype("<i2").tobytes())
            for reply in script.replies.values()
        }

    async def clauses(self, text: str, manner: Manner, prompt: str = "") -> Sequence[WholeReply]:
        return [self._sound[text]] if text in self._sound else []


class VoiceResponder:
    """A ``telephony.twilio.server.Handler``."""

    def __init__(self, script: Script, recognizer: Recognizer, cache: Path | None = None) -> None:
        self._script, self._recognizer = script, recognizer
        self._voice = ScriptVoice(script)
        self._loaded = Loaded.load_from(LANGUAGE, "repayment-reminder", cache)
        self._manners = Manners.load(LANGUAGE)

    async def __call__(self, call: AudioCall, start: Start) -> None:
        conversation = self._loaded.conversation(BRIEF)
        conversation.open(now())
        for answer in ("我就是", TAIL):
            conversation.hear(answer, now())
        attention = Attention(conversation, self._manners, now)
        listener = Listener(attention, Decoder(self._recognizer))
        line = LineSound(call)
        channel = VoiceChannel(line, listener, self._voice, attention, now)
        try:
            while True:
                heard = await channel.listen(60.0)
                if heard is None or isinstance(heard, Keys):
                    continue
                if conversation.state.step == ASKS_DIGITS:
                    conversation.hear(TAIL, now())
                reply = self._script.reply_to(heard)
                if reply.id == ASKING:
                    conversation.back()  # to the question for the digits
                async for _ in channel.play([Say(reply.id, reply.text)], lambda: True):
                    pass
        except HungUpError:
            return
        finally:
            await channel.close()
