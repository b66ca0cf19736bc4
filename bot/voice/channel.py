"""The channel of a call by voice: what a session says is spoken, and what the customer says becomes text."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Final

from bot.channel import HungUpError, Keys, Said
from bot.dialogue.turn import Say
from bot.voice.attention import Attention
from bot.voice.listener import Listener, Utterance
from bot.voice.playout import Playout
from bot.voice.ports import Clause, NoRecorder, Recorder, SoundLine, Voice
from bot.voice.preparation import Preparation
from bot.voice.wire import Wire

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

WORDLESS_TALK_S: Final = 2.0
"""From this length on speech over a disclosure counts though no word of it was recognised."""

MOST_DOUBTS: Final = 2
"""So often in a sentence the bot falls silent for a sound; after that for words alone."""

PREPARE_S: Final = 0.08
"""After so short a pause the answer to the words so far is made ready, in case they are all."""


class VoiceChannel:
    """Implements ``bot.channel.Channel``. One call's."""

    def __init__(
        self,
        line: SoundLine,
        listener: Listener,
        voice: Voice,
        attention: Attention,
        now: Callable[[], datetime],
        recorder: Recorder | None = None,
    ) -> None:
        self._listener, self._voice, self._attention, self._now = listener, voice, attention, now
        self._wire = Wire(line, listener, recorder or NoRecorder())
        self._preparation = Preparation(voice)
        self._utterance: Utterance | None = None  # ended while the bot spoke, for the next ``listen``
        self._urgent: str | None = None

    async def play(
        self, says: Sequence[Say], go_on: Callable[[], bool], *, final: bool = False
    ) -> AsyncIterator[Said]:
        self._preparation.start(says)
        for index, say in enumerate(says):
            if not go_on():
                return
            clauses = await self._voice.clauses(say.text, say.manner, say.prompt)
            begun = self._now()
            try:
                last = index == len(says) - 1
                cut = await self._speak(say, clauses, go_on, last=last, final=final)
            except HungUpError:
                yield Said(say, begun, False, self._wire.heard)
                raise
            if final and self._urgent is None:
                cut = None  # a goodbye that was talked over was said
            yield Said(say, begun, cut is None, say.text if cut is None else cut)
            if cut is not None:
                return

    async def listen(self, timeout_s: float) -> str | None:
        waited_s = 0.0
        while True:
            if self._wire.keys:
                keys, self._wire.keys = self._wire.keys, ""
                return Keys(keys)
            utterance, self._utterance = self._utterance or self._listener.take(), None
            if utterance is not None and (text := _words(utterance)):
                lasted_s, pause_s = round(utterance.lasted_s, 2), round(utterance.pause_s, 2)
                self._wire.note("utterance", lasted_s=lasted_s, pause_s=pause_s)
                return text
            if waited_s >= timeout_s and not self._listener.speaking:
                return None
            before = self._wire.at
            await self._next()
            if not self._listener.speaking:
                waited_s += self._wire.at - before

    async def last_words(self) -> str | None:
        utterance, self._utterance = self._utterance, None
        return utterance.text if utterance is not None else await self._listener.last_words()

    def overheard(self) -> str | None:
        urgent, self._urgent = self._urgent, None
        return urgent

    async def hang_up(self) -> None:
        await self._wire.hang_up()

    async def close(self) -> None:
        """Give back what the call holds of the recogniser."""
        self._preparation.stop()
        await self._listener.close()

    # One sentence

    async def _speak(
        self, say: Say, clauses: Sequence[Clause], go_on: Callable[[], bool], *, last: bool, final: bool
    ) -> str | None:
        """Play one sentence; what was heard of it when it was cut, None when it was heard to its end."""
        if not clauses:
            return None
        playing = await self._wire.play(Playout(clauses))
        if final or not say.interruptible:
            return await self._disclose(say, playing)
        judged, doubts = self._listener.onsets - self._listener.speaking, 0
        while not playing.done and playing.left_s(self._wire.at) > -MARK_GRACE_S:
            if self._wire.keys:
                return await self._wire.stop()
            nearly_done = last and playing.left_s(self._wire.at) <= NEARLY_DONE_S
            if doubts >= MOST_DOUBTS:
                if not nearly_done and self._has_words():
                    return await self._wire.stop()
            elif self._listener.onsets > judged:
                judged = self._listener.onsets
                if not nearly_done:
                    heard = await self._wire.stop()
                    if await self._means_to_interrupt() or not go_on():
                        return heard
                    doubts += 1
                    playing = await self._wire.play(playing.resumed())
                    continue
            await self._next()
        return None

    def _has_words(self) -> bool:
        """Whether somebody has said more than a murmur while the bot went on speaking; noise is dropped."""
        utterance = self._listener.take()
        text = self._listener.text if utterance is None else utterance.text
        if len(text) < INTERRUPTS or self._attention.manners.is_backchannel(text):
            return False
        self._utterance = utterance
        return True

    async def _disclose(self, say: Say, playing: Playout) -> str | None:
        """Play a sentence that must be heard to its end: only a stop word cuts it; talked over, it failed."""
        talked_over_s = 0.0
        while not playing.done:
            if playing.left_s(self._wire.at) <= -MARK_GRACE_S:
                return playing.heard(self._wire.at)  # nobody can tell that it was heard
            await self._next()
            if self._attention.is_urgent(self._listener.text):
                heard = await self._wire.stop()
                rest = await self._rest_of_utterance()
                self._urgent = rest.text if rest is not None else None
                return heard
            if (utterance := self._listener.take()) is not None:
                if self._attention.is_urgent(utterance.text):
                    heard = await self._wire.stop()
                    self._urgent = utterance.text
                    return heard
                talked_over_s += self._talk(utterance.text, utterance.voiced_s)
        if self._listener.speaking and talked_over_s + self._listener.voiced_s >= TALKED_OVER_S:
            rest = await self._rest_of_utterance()  # a grave word may be its last
            if rest is not None and self._attention.is_urgent(rest.text):
                self._urgent = rest.text
                return say.text
            talked_over_s += self._talk(rest.text, rest.voiced_s) if rest is not None else 0.0
        if talked_over_s < TALKED_OVER_S:
            return None
        self._wire.note("talked_over", prompt=say.prompt)
        return say.text  # what was said over it is dropped: the question is put again

    def _talk(self, text: str, voiced_s: float) -> float:
        """How much of it was talk, and no murmur or noise; long speech is, though not a word was heard."""
        if not text:
            return voiced_s if voiced_s >= WORDLESS_TALK_S else 0.0
        return 0.0 if self._attention.manners.is_backchannel(text) else voiced_s

    async def _means_to_interrupt(self) -> bool:
        """The bot has stopped for somebody who began to speak: do they want the word?"""
        began = self._wire.at
        while True:
            utterance = self._listener.take()
            text = self._listener.text if utterance is None else utterance.text
            murmur = self._attention.manners.is_backchannel(text)
            if self._wire.keys or (not murmur and (utterance is not None or len(text) >= INTERRUPTS)):
                self._utterance = utterance
                self._wire.note("barge_in")
                return True
            if utterance is not None or (not text and self._wire.at - began >= DOUBT_S):
                self._wire.note("false_interruption", words=bool(text))
                self._listener.forget()
                if not text:
                    self._listener.be_stricter()
                return False
            await self._next()

    async def _rest_of_utterance(self) -> Utterance | None:
        while (utterance := self._listener.take()) is None and self._listener.speaking:
            await self._next()
        return utterance

    async def _next(self) -> None:
        """Take in the next thing from the far end, and have the answer to it made ready."""
        await self._wire.next()
        if self._listener.silence_s >= PREPARE_S and (turn := self._listener.answer) is not None:
            self._preparation.start(turn.says)


def _words(utterance: Utterance) -> str | None:
    """What to answer; None for a cough."""
    if utterance.text:
        return utterance.text
    return UNINTELLIGIBLE if utterance.voiced_s >= SPOKE_S else None
