"""How a conversation looks on an author's terminal."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from bot.dialogue.brief import Brief
from bot.dialogue.state import DialogueState
from bot.dialogue.turn import EndCall, Turn
from bot.nlu.interpreter import Understanding
from campaigns.outcomes.figures import money

RANKING_SHOWN = 3


def show_turn(console: Console, turn: Turn, state: DialogueState) -> None:
    """The bot's words on the left, what it understood and where it stands on the right."""
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(ratio=3)
    grid.add_column(ratio=2, style="dim")
    words = Text()
    for say in turn.says:
        words.append("小融  ", style="bold cyan")
        words.append(say.text)
        words.append(f"  {say.prompt}\n", style="dim")
    grid.add_row(words, _aside(turn, state))
    console.print(grid)
    for action in turn.actions:
        if isinstance(action, EndCall):
            console.print(f"[bold]The call ends: {action.disposition}[/bold]")


def _aside(turn: Turn, state: DialogueState) -> RenderableType:
    lines = []
    if turn.heard is not None:
        lines += understanding(turn.heard)
    lines.append(f"step {turn.step}" + (", identity confirmed" if state.identity_confirmed else ""))
    slots = ", ".join(f"{name}={_plain(value)}" for name, value in state.slots.items() if value is not None)
    if slots:
        lines.append(f"slots {slots}")
    lines += [f"action {_action(action)}" for action in turn.actions]
    return Text("\n".join(lines))


def understanding(heard: Understanding) -> list[str]:
    """Intent, confidence, the runners-up, entities and stop words, a line each."""
    lines = [f"intent {heard.intent}  {heard.confidence:.2f}"]
    others = [f"{name} {p:.2f}" for name, p in heard.ranking[:RANKING_SHOWN] if name != heard.intent]
    if others:
        lines.append("   or " + ", ".join(others))
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
    late = f"{debt.days_past_due} days past due" if debt.days_past_due > 0 else "not yet due"
    table.add_row("Due date", f"{debt.due_date} ({late})")
    if offer is not None:
        table.add_row("Approved relief", f"up to {money(offer.waives)} if paid by {offer.pay_by}")
    console.print(table)


def _plain(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def _action(action: object) -> str:
    values = ", ".join(
        f"{field.name}={_plain(getattr(action, field.name))}"
        for field in fields(action)  # type: ignore[arg-type]
    )
    return f"{type(action).__name__}({values})"
