"""``xiaorong messages``."""

from __future__ import annotations

from typing import Annotated

import typer

from campaigns.cli.installation import open_installation, parse_names

app = typer.Typer(
    no_args_is_help=True, help="Text messages to customers: send them, and see what became of them."
)


@app.command(epilog="Examples:  xiaorong messages send  |  xiaorong messages send --wait 30")
def send(
    context: typer.Context,
    wait: Annotated[
        float, typer.Option(min=0, max=3600, help="Then wait so many seconds for receipts and answers.")
    ] = 0.0,
) -> None:
    """Send what is queued and due, each after the rule pack has allowed it.

    A running worker does so by itself. A message of which nobody knows whether it went is never sent again:
    it is on the list of follow-ups.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.sending import send_messages

        counts = send_messages(settings, database, wait)
    typer.echo(
        f"{counts['sent']:,} sent, {counts['deferred']:,} put off, {counts['refused']:,} refused, "
        f"{counts['not_sent']:,} to be tried again or failed, {counts['unsure']:,} unsure; "
        f"{counts['receipts']:,} receipts and {counts['received']:,} answers taken."
    )


@app.command(
    "list",
    epilog="Examples:  xiaorong messages list  |  xiaorong messages list --state refused,failed,unsure",
)
def list_all(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="Only these states, such as refused,failed. Default: all.")] = "",
    top: Annotated[int, typer.Option(min=1, max=10_000, help="Show so many, the latest first.")] = 20,
) -> None:
    """List messages: to whom, in what state, and why. Numbers are masked and words left out."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.sending import check_states, print_messages
        from campaigns.store.messages import list_messages

        wanted = parse_names(state)
        check_states(wanted)
        with database.transaction() as session:
            print_messages(list_messages(session, wanted, top), settings)
