"""How a conversation looks on an author's terminal."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from rich.console import Console
from rich.text import Text

from bot.dialogue.brief import Brief
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import EndCall, Turn
from bot.nlu.interpreter import Understanding
from campaigns.outcomes.figures import money
from campaigns.tables import Table

RANKING_SHOWN = 3
LEAST_SHOWN = 0.05
"""A less likely intent is left to /explain."""


def show_turn(console: Console, turn: Turn, state: DialogueState) -> None:
    """What was understood, the bot's words with the prompt of each, and where the conversation stands."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    if turn.heard is not None:
        grid.add_row("", Text(" · ".join(understanding(turn.heard)), style="dim"))
    for say in turn.says:
        grid.add_row(
            Text("小融", style="bold cyan"), Text.assemble(say.text, (f"  {say.prompt}", "dim cyan"))
        )
    grid.add_row("", Text(" · ".join(_aside(turn, state)), style="dim"))
    console.print(grid)
    for action in turn.actions:
        if isinstance(action, EndCall):
            console.print(f"[bold]The call ends: {action.disposition}[/bold]")


def _aside(turn: Turn, state: DialogueState) -> list[str]:
    """Where the conversation stands, and what was done."""
    lines = [f"step {turn.step}" + (", identity confirmed" if state.identity_confirmed else "")]
    slots = ", ".join(f"{name}={_plain(value)}" for name, value in state.slots.items() if value is not None)
    if slots:
        lines.append(f"slots {slots}")
    return lines + [_action(action) for action in turn.actions if not isinstance(action, EndCall)]


def understanding(heard: Understanding) -> list[str]:
    """Intent and confidence, the likely runners-up, what was said as well, entities and stop words."""
    lines = [f"{heard.intent} {heard.confidence:.2f}"]
    others = [
        f"{name} {p:.2f}"
        for name, p in heard.ranking[:RANKING_SHOWN]
        if name != heard.intent and p >= LEAST_SHOWN
    ]
    if others:
        lines.append("or " + ", ".join(others))
    if heard.also:
        lines.append("and " + ", ".join(heard.also))
    lines += [f"{e.kind} {_plain(e.value)} ({e.text})" for e in heard.entities]
    if heard.stop_words:
        lines.append("stop words " + ", ".join(heard.stop_words))
    return lines


def show_state(console: Console, state: DialogueState) -> None:
    """Every field of the state that is not empty."""
    table = Table(show_header=False, title="State")
    for field in fields(state):
        value = getattr(state, field.name)
        if value not in (None, (), 0, False) and value != {}:
            table.add_row(field.name, str(dict(value)) if hasattr(value, "items") else str(value))
    console.print(table)


def show_customer(console: Console, brief: Brief) -> None:
    """The customer whom the author plays."""
    debt, offer = brief.debt, brief.offer
    table = Table(show_header=False, title="You are the customer")
    table.add_row("Name", brief.party.name + brief.party.honorific)
    table.add_row("Identity number ends in", brief.party.id_tail or "unknown")
    table.add_row(
        "Amount due", f"{money(debt.amount_due)} {debt.currency}, at least {money(debt.minimum_due)}"
    )
    table.add_row("Due date", f"{debt.due_date} ({_lateness(debt.days_past_due)})")
    if offer is not None:
        table.add_row("Approved relief", f"up to {money(offer.waives)} if paid by {offer.pay_by}")
    console.print(table)


def _lateness(days: int) -> str:
    if days == 0:
        return "due today"
    unit = "day" if abs(days) == 1 else "days"
    return f"{days} {unit} past due" if days > 0 else f"due in {-days} {unit}"


def _plain(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def _action(action: object) -> str:
    values = ", ".join(
        f"{field.name}={_plain(getattr(action, field.name))}"
        for field in fields(action)  # type: ignore[arg-type]
    )
    return f"{type(action).__name__}({values})"
