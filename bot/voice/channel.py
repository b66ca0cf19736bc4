"""The channel of a call by voice: what a session says is spoken, and what the customer says becomes text."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Final

from bot.audio.pcm import FRAME_S, RATE, seconds
from bot.channel import HungUpError, Keys, Said
from bot.dialogue.turn import Say
from bot.voice.attention import Attention
from bot.voice.listener import Listener, Utterance
from bot.voice.playout import Playout
from bot.voice.ports import Clause, Frame, NoRecorder, Played, Recorder, SoundLine, Voice
from bot.voice.preparation import Preparation

TICK_S: Final = 0.1
"""How long to wait for a frame before its absence is noticed."""

DEAD_LINE_S: Final = 15.0
"""A line that brings no frame for so long is dead."""

MARK_GRACE_S: Final = 3.0
"""How long after the end of a sentence its mark may come; the networks' own buffers are far shorter."""

NEARLY_DONE_S: Final = 0.5
"""Who begins to speak so shortly before the end of a sentence answers it: it is not paused for them."""

DOUBT_S: Final = 3.0
"""How long the bot stays paused for sound of which no word is recognised."""

INTERRUPTS: Final = 2
"""So many characters beyond a murmur interrupt the bot. Counted in characters: Chinese has no spaces."""

UNINTELLIGIBLE: Final = "…"
"""Heard, when somebody spoke and not a word was recognised: the conversation asks again."""

SPOKE_S: Final = 0.7
"""Speech of this length without a word is asked again; what is shorter is a cough."""


TALKED_OVER_S: Final = 0.8
"""A disclosure over which somebody talked so long was not heard."""

PREPARE_S: Final = 0.08
"""After so short a pause the answer to the words so far is made ready, in case they are all."""


class VoiceChannel:
    """Implements ``bot.channel.Channel``. One call's; time is counted in the frames of the line."""

    def __init__(
        self,
        line: SoundLine,
        listener: Listener,
        voice: Voice,
        attention: Attention,
        now: Callable[[], datetime],
        recorder: Recorder | None = None,
    ) -> None:
        self._line, self._listener, self._voice = line, listener, voice
        self._attention, self._now = attention, now
        self._recorder = recorder or NoRecorder()
        self._preparation = Preparation(voice)
        self._at = 0.0  # seconds of the call
        self._busy_until = 0.0  # when all that was sent will have been played
        self._without_frame_s = 0.0
        self._playing: Playout | None = None
        self._keys = ""
        self._utterance: Utterance | None = None  # ended while the bot spoke, for the next ``listen``
        self._urgent: str | None = None

    async def play(self, says: Sequence[Say], go_on: Callable[[], bool]) -> AsyncIterator[Said]:
        self._preparation.start(says)
        for index, say in enumerate(says):
            if not go_on():
                return
            clauses = await self._voice.clauses(say.text, say.manner, say.prompt)
            begun = self._now()
            try:
                cut = await self._speak(say, clauses, last=index == len(says) - 1)
            except HungUpError:
                yield Said(say, begun, False, self._heard_by_now())
                raise
            yield Said(say, begun, cut is None, say.text if cut is None else cut)
            if cut is not None:
                return

    async def listen(self, timeout_s: float) -> str | None:
        self._playing = None
        waited_s = 0.0
        while True:
            if self._keys:
                keys, self._keys = self._keys, ""
                return Keys(keys)
            utterance, self._utterance = self._utterance or self._listener.take(), None
            if utterance is not None and (text := _words(utterance)):
                self._note("utterance", pause_s=round(utterance.pause_s, 2))
                return text
            if waited_s >= timeout_s and not self._listener.speaking:
                return None
            before = self._at
            await self._next()
            if not self._listener.speaking:
                waited_s += self._at - before

    def overheard(self) -> str | None:
        urgent, self._urgent = self._urgent, None
        return urgent

    async def hang_up(self) -> None:
        await self._line.hang_up()

    async def close(self) -> None:
        """Give back what the call holds of the recogniser."""
        self._preparation.stop()
        await self._listener.close()

    # One sentence

    async def _speak(self, say: Say, clauses: Sequence[Clause], *, last: bool) -> str | None:
        """Play one sentence; what was heard of it when it was cut, None when it was heard to its end."""
        if not clauses:
            return None
        playing = await self._start(Playout(clauses, max(self._at, self._busy_until)))
        if not say.interruptible:
            return await self._disclose(say, playing)
        judged = self._listener.onsets - self._listener.speaking
        while not playing.done and playing.left_s(self._at) > -MARK_GRACE_S:
            if self._keys:
                return await self._stop()
            if self._listener.onsets > judged:
                judged = self._listener.onsets
                if not (last and playing.left_s(self._at) <= NEARLY_DONE_S):
                    heard = await self._stop()
                    if await self._means_to_interrupt():
                        return heard
                    playing = await self._start(playing.resumed(self._at))
                    continue
            await self._next()
        return None

    async def _disclose(self, say: Say, playing: Playout) -> str | None:
        """Play a sentence that must be heard to its end: only a stop word cuts it; talked over, it failed."""
        talked_over_s = 0.0
        while not playing.done:
            if playing.left_s(self._at) <= -MARK_GRACE_S:
                return playing.heard(self._at)  # nobody can tell that it was heard
            await self._next()
            if self._attention.is_urgent(self._listener.text):
                heard = await self._stop()
                self._urgent = await self._rest_of_utterance()
                return heard
            if (utterance := self._listener.take()) is not None:
                talked_over_s += self._talk(utterance.text, utterance.voiced_s)
        talked_over_s += self._talk(self._listener.text, self._listener.voiced_s)
        if talked_over_s < TALKED_OVER_S:
            return None
        self._note("talked_over", prompt=say.prompt)
        self._listener.forget()  # the question is put again
        return say.text

    def _talk(self, text: str, voiced_s: float) -> float:
        """How much of it was talk, and no murmur or noise."""
        return 0.0 if self._attention.manners.is_backchannel(text) else voiced_s

    async def _means_to_interrupt(self) -> bool:
        """The bot has stopped for somebody who began to speak: do they want the word?"""
        began = self._at
        while True:
            utterance = self._listener.take()
            text = self._listener.text if utterance is None else utterance.text
            murmur = self._attention.manners.is_backchannel(text)
            if self._keys or (not murmur and (utterance is not None or len(text) >= INTERRUPTS)):
                self._utterance = utterance
                self._note("barge_in")
                return True
            if utterance is not None or (not text and self._at - began >= DOUBT_S):
                self._note("false_interruption", words=bool(text))
                self._listener.forget()
                if not text:
                    self._listener.be_stricter()
                return False
            await self._next()

    async def _rest_of_utterance(self) -> str:
        while (utterance := self._listener.take()) is None:
            if not self._listener.speaking:
                return ""
            await self._next()
        return utterance.text

    async def _start(self, playout: Playout) -> Playout:
        begins = max(self._at, self._busy_until)
        self._playing = playout
        sound = await playout.start(self._line)
        self._recorder.bot(sound, round(begins * RATE))
        self._busy_until = begins + seconds(sound)
        return playout

    async def _stop(self) -> str:
        """Fall silent at once; gives what was heard of the sentence."""
        heard = self._heard_by_now()
        self._playing = None
        await self._line.clear()
        self._recorder.cut(round(self._at * RATE))
        self._busy_until = self._at
        return heard

    def _heard_by_now(self) -> str:
        return self._playing.heard(self._at) if self._playing is not None else ""

    # The line

    async def _next(self) -> None:
        """Take in the next thing from the far end. Raises HungUpError, also when the line is dead."""
        match await self._line.receive(TICK_S):
            case None:
                self._at += TICK_S
                self._without_frame_s += TICK_S
                if self._without_frame_s >= DEAD_LINE_S:
                    self._note("dead_line")
                    await self._line.hang_up()
                    raise HungUpError
            case Keys() as keys:
                self._keys += keys
            case Played(mark):
                if self._playing is not None:
                    self._playing.played(mark, self._at)
            case Frame(pcm):
                self._at += FRAME_S
                self._without_frame_s = 0.0
                self._recorder.customer(pcm)
                await self._listener.feed(pcm, double_talk=self._at < self._busy_until)
                if self._listener.silence_s >= PREPARE_S and (turn := self._listener.answer) is not None:
                    self._preparation.start(turn.says)

    def _note(self, name: str, **data: str | float | bool) -> None:
        self._recorder.note(name, round(self._at * RATE), **data)


def _words(utterance: Utterance) -> str | None:
    """What to answer; None for a cough."""
    if utterance.text:
        return utterance.text
    return UNINTELLIGIBLE if utterance.voiced_s >= SPOKE_S else None
