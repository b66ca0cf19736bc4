from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import Flow, load_flow
from bot.dialogue.prompts import PromptBook, load_prompts
from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.nlu.interpreter import Interpreter
from bot.session import Session, SessionResult
from bot.transcript import Entry
from bot.voice.attention import Attention
from bot.voice.channel import VoiceChannel
from bot.voice.decoder import Decoder
from bot.voice.listener import Listener
from bot.voice.manners import Manners
from tests.unit.dialogue.conftest import BRIEF
from tests.unit.voice.fakes import FakeLine, FakeRecognizer, FakeVoice, Happening, speech

ZH = language_dir("zh")


@pytest.fixture(scope="session")
def prompts() -> PromptBook:
    return load_prompts(ZH)


@pytest.fixture(scope="session")
def flow(prompts: PromptBook) -> Flow:
    return load_flow(ZH, "repayment-reminder", prompts)


@pytest.fixture(scope="session")
def manners() -> Manners:
    return Manners.load(ZH)


@pytest.fixture(scope="session")
def interpreter(model_cache: Path, prompts: PromptBook) -> Interpreter:
    return EmbeddedInterpreter.load(ZH, model_cache, prompts.speech.zone)


@dataclass
class VoiceCall:
    """One call by voice, from its opening; the far end does what ``line`` was told."""

    conversation: Conversation
    line: FakeLine
    manners: Manners
    voice: FakeVoice = field(default_factory=FakeVoice)
    recognizer: FakeRecognizer = field(default_factory=FakeRecognizer)
    notes: list[tuple[str, float]] = field(default_factory=list)

    def customer(self, pcm: bytes) -> None: ...

    def bot(self, pcm: bytes, at: int) -> None: ...

    def cut(self, at: int) -> None: ...

    def note(self, name: str, at: int, **data: str | float | bool) -> None:
        self.notes.append((name, at / 8000))

    def channel(self) -> VoiceChannel:
        attention = Attention(self.conversation, self.manners, self.line.now)
        self.decoder = Decoder(self.recognizer, lockstep=True)
        listener = Listener(attention, self.decoder)
        return VoiceChannel(self.line, listener, self.voice, attention, self.line.now, self)

    async def run(self) -> SessionResult:
        channel = self.channel()
        try:
            return await Session(self.conversation, channel, self.line.now).run()
        finally:
            await channel.close()

    def when(self, entry: Entry) -> float:
        """Seconds since the answer."""
        return (entry.at - FakeLine().now()).total_seconds()


MakeCall = Callable[..., VoiceCall]


@pytest.fixture
def make_call(flow: Flow, prompts: PromptBook, interpreter: Interpreter, manners: Manners) -> MakeCall:
    """A call whose customer says each of ``says``, (seconds, words or sound), and then hangs up."""

    def make(
        *says: tuple[float, str | bytes], id_tail: str = "", ends_at: float = 60.0, **line: Any
    ) -> VoiceCall:
        brief = replace(BRIEF, party=replace(BRIEF.party, id_tail=id_tail))
        happenings = [Happening(at, speech(what) if isinstance(what, str) else what) for at, what in says]
        far_end = FakeLine(happenings, ends_at=ends_at, **line)
        return VoiceCall(Conversation(flow, prompts, brief, interpreter), far_end, manners)

    return make
