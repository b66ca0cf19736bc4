"""What an author can do in the text simulator."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot.dialogue.policy import Policy
from bot.errors import BotError
from bot.nlu.embedded import EmbeddedInterpreter
from bot.simulation.anonymous import Anonymiser
from bot.simulation.desk import Desk, Exchange
from bot.simulation.explaining import explain
from bot.simulation.freshness import Freshness
from bot.simulation.noise import MOST_NOISE
from bot.simulation.scenario_file import Happening, scenario_data, write_scenario
from bot.simulation.script import Script
from campaigns.cli.chat_view import show_customer, show_state, show_turn

HELP = """\
Type what the customer says; an empty line is silence. Files that you save are taken up before the next line.
  /back [N]    take exchanges back (Alt+←)      /explain    why this intent, and which move fired (F2)
  /forward [N] say them again (Alt+→)           /state      the whole state (F3)
  /goto N      stand after the N-th             /customer   whom you play
  /restart     begin again (F5)                 /noise N    garble what you type by N percent, 0 to 30
  /time +1d    move the clock: d, h, m, or -    /keys 123   press keys of the telephone
  /save [FILE] keep it as a dialogue test       /quit       leave (Ctrl-D)"""

NAMES = tuple(
    f"/{name}"
    for name in (
        *("back", "forward", "goto", "restart", "time", "save", "explain"),
        *("state", "customer", "noise", "keys", "help", "quit"),
    )
)

STEP = re.compile(r"(?P<sign>[+-]?)(?P<count>\d+)(?P<unit>[dhm])")
UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
COMMENT = "Saved from a chat. Run it with: xiaorong dialogue test FILE"


class Chat:
    """One chat: the desk, the script under the author's hands, and the terminal."""

    def __init__(
        self,
        desk: Desk,
        script: Script,
        cache: Path | None,
        console: Console,
        save_to: Path,
        *,
        real_person: bool,
    ) -> None:
        self._desk, self._script, self._cache = desk, script, cache
        self._console, self._save_to, self._real_person = console, save_to, real_person
        self._brief = desk.brief
        self._files = Freshness(script.folder)

    @property
    def status(self) -> str:
        """One line: where the conversation stands."""
        desk = self._desk
        over = f" · over: {desk.state.disposition}" if desk.state.ended else ""
        noise = f" · noise {desk.noise_level:.0%}" if desk.noise_level else ""
        ahead = f" · {desk.length - desk.position} ahead" if desk.length > desk.position else ""
        where = f"{self._script.flow.name} · {desk.state.step} · {desk.now:%m-%d %a %H:%M} · #{desk.position}"
        return f" {where}{ahead}{noise}{over}"

    def show(self, exchange: Exchange) -> None:
        """Print one exchange."""
        if exchange.heard is not None and exchange.heard.text != exchange.typed:
            heard = exchange.heard.text or "silence"
            self._console.print(f"[yellow]heard: {escape(heard)}[/yellow]")
        show_turn(self._console, exchange.turn, exchange.after)

    def take_up_saved(self) -> None:
        """Load the script again if a file was saved; a broken one is told, and the old script goes on."""
        changed = self._files.changed()
        if not changed:
            return
        names = ", ".join(path.name for path in changed)
        # A server's model is trained elsewhere; words that rules look for take effect at the next start.
        same = not isinstance(self._script.interpreter, EmbeddedInterpreter)
        flow_alone = same or all(path.parent.name in ("prompts", "flows", "parts") for path in changed)
        old = self._script
        try:
            script = Script.load_from(
                old.folder, old.flow.name, self._cache, old.interpreter if flow_alone else None
            )
            other = self._desk.remake(lambda: script.conversation(self._brief))
        except BotError as error:
            self._console.print(f"[red]{escape(str(error))}[/red]\n[red]The old version goes on.[/red]")
            self._desk.remake(lambda: old.conversation(self._brief))
            return
        self._script = script
        self._console.print(f"[green]Took up {escape(names)}.[/green]")
        for number in other:
            if number < len(self._desk.exchanges):
                exchange = self._desk.exchanges[number]
                self._console.print(
                    f"[green]#{number} goes otherwise now:[/green] {escape(exchange.typed or '')}"
                )
                self.show(exchange)

    def obey(self, line: str) -> bool:
        """Do what one typed line says; whether the chat goes on."""
        command, _, argument = line.partition(" ")
        argument = argument.strip()
        desk, console = self._desk, self._console
        match command:
            case "/quit" | "/exit":
                return False
            case "/help":
                console.print(escape(HELP))
            case "/back" | "/forward" | "/goto":
                self._travel(command, argument)
            case "/restart":
                self.show(desk.restart())
            case "/time":
                self._move_clock(argument)
            case "/noise":
                self._set_noise(argument)
            case "/explain":
                self._explain()
            case "/state":
                show_state(console, desk.state)
            case "/customer":
                show_customer(console, desk.brief)
            case "/save":
                self._save(argument)
            case _ if command.startswith("/") and command != "/keys":
                console.print(escape(f"There is no command {command}. {HELP}"))
            case _ if desk.state.ended:
                console.print("The call is over: /restart, /back, /save or /quit.")
            case "/keys":
                self.show(desk.press(argument)) if argument.isdigit() else console.print("Keys are digits.")
            case _:
                self.show(desk.say(line))
        return True

    def _travel(self, command: str, argument: str) -> None:
        if argument and not argument.isdigit():
            self._console.print(f"{command} takes a number.")
            return
        desk, count = self._desk, int(argument or 1)
        match command:
            case "/back":
                exchange = desk.back(count)
            case "/forward":
                exchange = desk.forward(count)
            case _:
                exchange = desk.goto(count)
        said = escape(exchange.typed or "") if exchange.typed is not None else "the opening"
        self._console.print(f"[dim]#{desk.position} of {desk.length}: {said}[/dim]")
        self.show(exchange)

    def _move_clock(self, argument: str) -> None:
        step = STEP.fullmatch(argument)
        if step is None:
            now = f"{self._desk.now:%Y-%m-%d %a %H:%M}"
            self._console.print(f"It is {now}. Move the clock with /time +1d, /time -3h or /time +30m.")
            return
        by = int(step["count"]) * UNITS[step["unit"]] * (-1 if step["sign"] == "-" else 1)
        exchange = self._desk.shift(by)
        self._console.print(
            f"It is {self._desk.now:%Y-%m-%d %a %H:%M}; the conversation so far is held again."
        )
        self.show(exchange)

    def _set_noise(self, argument: str) -> None:
        if not argument.isdigit() or int(argument) > MOST_NOISE * 100:
            self._console.print(f"Noise goes from 0 to {MOST_NOISE:.0%}: /noise 10")
            return
        self._desk.noise_level = int(argument) / 100
        self._console.print(f"What you type is now garbled by {argument} %.")

    def _explain(self) -> None:
        script, exchange = self._script, self._desk.exchanges[-1]
        speech = script.prompts.speech
        policy = Policy(script.flow, script.prompts, self._brief, speech.zone)
        explained = explain(script, policy, exchange)
        for line in explained.understanding:
            self._console.print(escape(line))
        for line in explained.moves:
            style = "bold" if line.startswith("taken") else "dim"
            self._console.print(f"[{style}]{escape(line)}[/{style}]")

    def _save(self, argument: str) -> None:
        """Keep the conversation up to here as a dialogue test; a directory gets a new numbered file."""
        happenings = self._desk.happenings()
        if not happenings:
            self._console.print("Nothing was said yet: there is nothing to test.")
            return
        path = _new_file(Path(argument) if argument else self._save_to)
        brief = self._brief
        if self._real_person:
            anonymous = Anonymiser(brief, self._script.prompts.speech)
            brief = anonymous.brief
            entities = [x.turn.heard.entities if x.turn.heard else () for x in self._desk.exchanges[1:]]
            happenings = [
                Happening(each.kind, anonymous.text(each.text, found))
                for each, found in zip(happenings, entities, strict=True)
            ]
        data = scenario_data(path.stem, self._script.conversation(brief), self._desk.start, happenings)
        try:
            write_scenario(path, data, COMMENT)
        except OSError as error:
            self._console.print(f"[red]{escape(str(error))}[/red]")
            return
        self._console.print(f"Saved as {path}. Run it with: xiaorong dialogue test {path}", soft_wrap=True)


def _new_file(target: Path) -> Path:
    if not target.is_dir():
        return target
    number = len(list(target.glob("chat-*.yml"))) + 1
    while (path := target / f"chat-{number:03d}.yml").exists():
        number += 1
    return path
