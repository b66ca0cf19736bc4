"""How recordings look on a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

from rich.console import Console
from rich.text import Text

from bot.recording.contents import Line
from bot.recording.listing import Listed
from bot.recording.reading import Recording
from bot.transcript import Speaker
from campaigns.tables import Table

NAMES: dict[Speaker, str] = {"bot": "小融", "customer": "客户", "line": ""}
STYLES: dict[Speaker, str] = {"bot": "bold cyan", "customer": "bold green", "line": "dim"}


def print_rows(console: Console, rows: Iterable[Listed], zone: tzinfo) -> None:
    """A table of recordings."""
    table = Table()
    for title in ("Answered", "Length", "Size"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("State", no_wrap=True)
    table.add_column("Call", overflow="fold")
    for row in rows:
        table.add_row(
            f"{row.answered_at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if row.answered_at else "",
            clock(row.seconds),
            f"{row.size / 1e6:.2f} MB",
            Text(row.state, style="" if row.state in ("whole", "live") else "red")
            + Text("" if row.sealed else ", not sealed", style="yellow"),
            row.call if row.first else row.name,
        )
    console.print(table)


def print_call(console: Console, recording: Recording, zone: tzinfo) -> None:
    """What was said and what happened, in the order of time."""
    head, ending = recording.head(), recording.ending()
    answered = f"{head.answered_at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
    console.print(f"Call {head.call}, answered {answered}, {clock(recording.seconds)}, {recording.state}")
    rows = [(line.at_s, _line(line)) for line in recording.lines()]
    rows += [(note.at_s, _event(note.name, note.data)) for note in recording.notes()]
    grid = Table.grid(padding=(0, 2))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for at_s, (who, what) in sorted(rows, key=lambda row: row[0]):
        grid.add_row(Text(clock(at_s), style="dim"), who, what)
    console.print(grid)
    if ending is None:
        console.print(
            "[yellow]It has no end yet, and so no transcript: only what happened is shown.[/yellow]"
        )
    elif ending.lost:
        lost = ending.lost / head.rate
        console.print(f"[yellow]{lost:.2f} s of the bot's side are not as they were played.[/yellow]")


def _line(line: Line) -> tuple[Text, Text]:
    who = Text(NAMES[line.speaker], style=STYLES[line.speaker])
    if line.speaker == "line":
        return who, Text(" ".join(filter(None, [line.event, line.text])), style="dim")
    what = Text(line.text)
    if not line.played:
        what.append(f"  heard: {line.heard or 'nothing'}", style="yellow")
    asides = [line.prompt, line.intent]
    if line.confidence is not None:
        asides.append(f"{line.confidence:.2f}")
    asides += [f"{named.kind}={named.value}" for named in line.entities]
    asides += line.stop_words
    if line.until_s is not None:
        asides.append(f"until {clock(line.until_s)}")
    what.append("".join(f"  {aside}" for aside in asides if aside), style="dim")
    return who, what


def _event(name: str, data: dict[str, Any]) -> tuple[Text, Text]:
    told = "".join(f"  {key}={value}" for key, value in data.items())
    return Text("·", style="dim"), Text(name + told, style="magenta")


def clock(seconds: float) -> str:
    """``1:02.5``."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"
