"""The loop of the text simulator."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml
from rich.console import Console

from bot.dialogue.brief import Brief, Debt, Offer, Party
from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import load_flow
from bot.dialogue.prompts import PromptBook
from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.simulation.desk import Desk
from campaigns.cli.chat_view import show_customer, show_state, show_turn
from campaigns.cli.installation import open_installation
from campaigns.clock import SystemClock
from campaigns.dialing.briefing import LATEST_PROMISE_DAYS, brief_of
from campaigns.errors import ConflictError, NotInitialisedError, SettingsError
from campaigns.settings import HOTLINE, INSTITUTION, load_settings
from campaigns.store.briefs import subject_of_customer

HELP = """\
Type what the customer says; an empty line is silence.
  /back      take the last exchange back        /state     show the whole state
  /restart   begin again                        /customer  show whom you play
  /save [F]  write the conversation to a file   /quit      leave"""


@dataclass(frozen=True, slots=True)
class Invented:
    """A customer made up for a chat; money in minor units."""

    name: str
    gender: str
    id_tail: str
    amount: int
    days_past_due: int
    relief: int


def run_chat(
    home: Path, flow_name: str, language: str, customer: str | None, invented: Invented, save_to: Path
) -> None:
    """Chat until the author leaves. Raises NotFoundError for an unknown customer, DataFileError."""
    folder = language_dir(language)
    prompts = PromptBook.load(folder)
    flow = load_flow(folder, flow_name, prompts)
    clock = SystemClock()
    zone = prompts.speech.zone
    brief = _brief(home, customer, invented, prompts, clock.now().astimezone(zone).date())
    cache = home / "cache" if home.is_dir() else None
    interpreter = EmbeddedInterpreter.load(folder, cache, ZoneInfo(str(zone)))
    desk = Desk(lambda: Conversation(flow, prompts, brief, interpreter), clock.now)
    console = Console()
    show_customer(console, brief)
    console.print("[dim]/help shows what you can do here.[/dim]")
    show_turn(console, desk.open().turn, desk.state)
    for line in _lines():
        if not _obey(line.strip(), desk, console, save_to):
            return


def _obey(line: str, desk: Desk, console: Console, save_to: Path) -> bool:
    """Do what one typed line says; whether the chat goes on."""
    command, _, argument = line.partition(" ")
    match command:
        case "/quit" | "/exit":
            return False
        case "/help":
            console.print(HELP)
        case "/back":
            show_turn(console, desk.back().turn, desk.state)
        case "/restart":
            show_turn(console, desk.restart().turn, desk.state)
        case "/state":
            show_state(console, desk.state)
        case "/customer":
            show_customer(console, desk.brief)
        case "/save":
            path = _save(desk, Path(argument) if argument else save_to)
            console.print(f"Saved as {path}", soft_wrap=True)
        case _ if command.startswith("/"):
            console.print(f"There is no command {command}. {HELP}")
        case _ if desk.state.ended:
            console.print("The call is over: /restart, /back or /quit.")
        case _:
            show_turn(console, desk.say(line).turn, desk.state)
    return True


def _lines() -> Iterator[str]:
    """What the author types, with history and editing on a terminal; else the lines of standard input."""
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter

    commands = WordCompleter(
        ["/back", "/restart", "/state", "/customer", "/save", "/help", "/quit"], sentence=True
    )
    session: PromptSession[str] = PromptSession(completer=commands, complete_while_typing=False)
    while True:
        try:
            yield session.prompt("客户> ")
        except (EOFError, KeyboardInterrupt):
            return


def _save(desk: Desk, target: Path) -> Path:
    """Write the conversation as YAML; a directory gets a new numbered file."""
    path = target
    if target.is_dir():
        number = len(list(target.glob("chat-*.yml"))) + 1
        while (path := target / f"chat-{number:03d}.yml").exists():
            number += 1
    try:
        path.write_text(
            yaml.safe_dump(desk.transcript(), allow_unicode=True, sort_keys=False), encoding="utf-8"
        )
    except OSError as error:
        raise SettingsError(f"the conversation cannot be saved: {error}") from error
    return path


def _brief(home: Path, customer: str | None, invented: Invented, prompts: PromptBook, today: date) -> Brief:
    """The customer to play: an imported one, or the one made up."""
    if customer is not None:
        with open_installation(home) as (settings, database), database.transaction() as session:
            subject = subject_of_customer(session, customer, today)
        return brief_of(subject, prompts.speech, settings)
    if not invented.name.strip():
        raise ConflictError("the invented customer needs a name")
    try:
        settings = load_settings(home)
        institution, hotline = settings.institution, settings.hotline
    except NotInitialisedError:
        institution, hotline = INSTITUTION, HOTLINE
    debt = Debt(
        product=prompts.speech.product("credit_card"),
        amount_due=invented.amount,
        minimum_due=max(1, invented.amount // 10),
        currency="CNY",
        due_date=today - timedelta(days=invented.days_past_due),
        days_past_due=invented.days_past_due,
    )
    until = today + timedelta(days=LATEST_PROMISE_DAYS)
    offer = Offer("1", invented.relief, until, "chat", until) if invented.relief else None
    party = Party(invented.name, prompts.speech.honorific(invented.gender), invented.id_tail)
    return Brief(institution, hotline, party, debt, offer, LATEST_PROMISE_DAYS)
