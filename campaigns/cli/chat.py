"""``xiaorong chat``: the text simulator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = (
    "Examples:  xiaorong chat  |  "
    "xiaorong chat --name 李娜 --gender female --amount 3500 --days 12 --relief 80  |  "
    "xiaorong chat --customer C000017.  In the chat: /help"
)


def chat(
    context: typer.Context,
    flow: Annotated[str, typer.Option(help="The flow to talk to.")] = "repayment-reminder",
    customer: Annotated[
        str | None, typer.Option(help="Play this imported customer (its id).", show_default=False)
    ] = None,
    name: Annotated[str, typer.Option(help="Or invent one: name,")] = "王小明",
    gender: Annotated[str, typer.Option(help="male, female or unknown,")] = "male",
    id_tail: Annotated[str, typer.Option(help="last four of the identity number,")] = "1234",
    amount: Annotated[float, typer.Option(min=0.01, help="amount due,")] = 1200.0,
    days: Annotated[int, typer.Option(help="days past due (negative: not yet due),")] = 5,
    relief: Annotated[float, typer.Option(min=0, help="approved relief, 0 for none.")] = 50.0,
    language: Annotated[str, typer.Option(help="A folder under dialogues/.")] = "zh",
    noise: Annotated[int, typer.Option(min=0, max=30, help="Garble what is typed by so many percent.")] = 0,
    save_to: Annotated[Path, typer.Option("--save-to", help="Where /save puts dialogue tests.")] = Path(),
) -> None:
    """Talk to the bot as a customer would, and see what it understood, where it stands and why."""
    from campaigns.cli.chatting import run_chat
    from campaigns.cli.inventing import Invented

    invented = Invented(name, gender, id_tail, round(amount * 100), days, round(relief * 100))
    run_chat(context.obj, flow, language, customer, invented, save_to, noise)
