"""The loop of the text simulator: what the author types goes to the commands or to the conversation."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.simulation.desk import Desk
from bot.simulation.noise import NoiseChannel
from bot.simulation.script import Script
from campaigns.cli.chat_commands import NAMES, Chat
from campaigns.cli.chat_view import show_customer
from campaigns.cli.inventing import Invented, brief_for
from campaigns.clock import SystemClock
from campaigns.understanding import open_author_interpreter

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyBindings


def run_chat(
    home: Path,
    flow_name: str,
    language: str,
    customer: str | None,
    invented: Invented,
    save_to: Path,
    noise: int = 0,
) -> None:
    """Chat until the author leaves. Raises NotFoundError for an unknown customer, DataFileError."""
    cache = home / "cache" if home.is_dir() else None
    folder = language_dir(language)
    zone = PromptBook.load(folder).speech.zone
    with open_author_interpreter(home, folder, cache, zone) as interpreter:
        script = Script.load_from(folder, flow_name, cache, interpreter)
        _hold(home, script, cache, customer, invented, save_to, noise)


def _hold(
    home: Path,
    script: Script,
    cache: Path | None,
    customer: str | None,
    invented: Invented,
    save_to: Path,
    noise: int,
) -> None:
    start = SystemClock().now().astimezone(script.prompts.speech.zone).replace(microsecond=0)
    brief = brief_for(home, customer, invented, script.prompts, start.date())
    console = Console(highlight=False)
    desk = Desk(lambda: script.conversation(brief), start, NoiseChannel.load(script.folder))
    desk.noise_level = noise / 100
    chat = Chat(desk, script, cache, console, save_to, real_person=customer is not None)
    show_customer(console, brief)
    console.print(
        "[dim]/help shows what you can do here; saved prompts and flows are taken up at once.[/dim]"
    )
    chat.show(desk.open())
    for line in _lines(chat):
        chat.take_up_saved()
        if not chat.obey(line.strip()):
            return


def _lines(chat: Chat) -> Iterator[str]:
    """What the author types, with history and editing on a terminal; else the lines of standard input."""
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    from prompt_toolkit import PromptSession
    from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
    from prompt_toolkit.completion import WordCompleter

    session: PromptSession[str] = PromptSession(
        completer=WordCompleter(list(NAMES), sentence=True),
        complete_while_typing=False,
        auto_suggest=AutoSuggestFromHistory(),
        bottom_toolbar=lambda: chat.status,
        key_bindings=_keys(),
    )
    while True:
        try:
            yield session.prompt("客户> ")
        except (EOFError, KeyboardInterrupt):
            return


def _keys() -> KeyBindings:
    """Keys that stand for commands; what was being typed is kept for the next line."""
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    bindings = KeyBindings()
    keys = (
        ("f1", "/help"),
        ("f2", "/explain"),
        ("f3", "/state"),
        ("f5", "/restart"),
        ("escape left", "/back"),
        ("escape right", "/forward"),
    )
    for names, command in keys:

        def press(event: KeyPressEvent, command: str = command) -> None:
            event.current_buffer.text = command
            event.current_buffer.validate_and_handle()

        bindings.add(*names.split())(press)
    return bindings
