"""One call by voice with whoever sits at this machine, or with a recording."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot.dialogue.flow import load_flow
from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.transcript import Entry
from campaigns.cli.inventing import Invented, brief_for
from campaigns.clock import Clock, SystemClock, VirtualClock
from campaigns.dialing.talk import Held, Script, hold_call
from campaigns.dialing.voicing import Voicing, open_voicing
from campaigns.settings import load_settings
from campaigns.understanding import open_interpreter
from telephony.line import AudioCall
from telephony.microphone import microphone_call
from telephony.simulated.file_call import FileCall

LONGEST_TALK = timedelta(hours=1)

AFTER_THE_RECORDING_S = 12.0
"""How long the bot may go on after a recording is over: long enough to ask about the silence once."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The far end: the recording ``wav`` with the bot's side written to ``reply``, or a microphone (None)."""

    wav: Path | None
    reply: Path


def run_talk(
    home: Path, flow: str, customer: str | None, invented: Invented, ends: Ends, *, record: bool
) -> None:
    """Hold one call and print it as it goes.

    Raises NotInitialisedError, ModelError when there is nothing to hear with, LineConfigError for a
    microphone or file that cannot be used.
    """
    settings = load_settings(home)
    language = language_dir(settings.language)
    prompts = PromptBook.load(language)
    clock: Clock = SystemClock() if ends.wav is None else VirtualClock(SystemClock().now())
    today = clock.now().astimezone(settings.zone).date()
    brief = brief_for(home, customer, invented, prompts, today)
    console = Console(highlight=False)
    with (
        open_voicing(settings, language, prompts, record=record) as voicing,
        open_interpreter(settings, language, live=True) as interpreter,
    ):
        script = Script(load_flow(language, flow, prompts), prompts, interpreter, settings.zone)

        async def hold() -> Held:
            with clock.busy():
                call = _call(ends, clock)
                await _make_ready(voicing, console)
                await call.answer()
                ends_by = clock.now() + LONGEST_TALK
                started = clock.now()

                def show(entry: Entry) -> None:
                    _show(console, entry, (entry.at - started).total_seconds())

                return await hold_call(call, brief, script, clock, ends_by, show, voice=voicing.tools)

        held = asyncio.run(hold())
    console.print(f"[dim]The call ends: {held.result.outcome.disposition}[/dim]")
    if ends.wav is not None:
        console.print(f"[dim]What the bot said: {ends.reply}[/dim]")
    if held.recorded is not None and held.recorded.path is not None:
        console.print(f"[dim]Recorded: {held.recorded.path}[/dim]", soft_wrap=True)


def _call(ends: Ends, clock: Clock) -> AudioCall:
    if ends.wav is None:
        return microphone_call()
    return FileCall(clock, ends.wav, ends.reply, lingers_s=AFTER_THE_RECORDING_S)


async def _make_ready(voicing: Voicing, console: Console) -> None:
    """What takes a while the first time, before anybody waits for an answer."""
    console.print(f"[dim]Hears with {voicing.tools.recognizer.name}.[/dim]")
    await voicing.speaker.warm(voicing.static)


def _show(console: Console, entry: Entry, at_s: float) -> None:
    if entry.speaker == "line":
        if entry.event not in ("opened", "silence"):
            console.print(f"[dim]{at_s:6.1f}  {entry.event} {escape(entry.text)}[/dim]")
        return
    who = "[bold cyan]小融[/bold cyan]" if entry.speaker == "bot" else "[bold]客户[/bold]"
    more = f"  [dim]{entry.intent} {entry.confidence:.2f}[/dim]" if entry.confidence else ""
    cut = "" if entry.played else f"  [dim]heard: {escape(entry.heard or '-')}[/dim]"
    console.print(f"[dim]{at_s:6.1f}[/dim]  {who}  {escape(entry.text)}{more}{cut}")
