"""``xiaorong webhooks``."""

from __future__ import annotations

from typing import Annotated

import typer

from campaigns.cli.installation import open_installation, parse_names

app = typer.Typer(
    no_args_is_help=True, help="Tell the lender's systems what happens: signed events over https."
)

Name = Annotated[str, typer.Argument(help="The endpoint's name.", show_default=False)]


@app.command(
    epilog="Examples:  xiaorong webhooks add core https://events.example.com/xiaorong  |  "
    "xiaorong webhooks add crm https://crm.example.com/in --events promise.kept,promise.broken"
)
def add(
    context: typer.Context,
    name: Name,
    url: Annotated[str, typer.Argument(help="Its address: https, or this machine.", show_default=False)],
    events: Annotated[str, typer.Option(help="Only these events. Default: all.")] = "",
) -> None:
    """Add an endpoint and show its secret, once: it is kept sealed and never shown again.

    Events are signed by the Standard Webhooks scheme, so that any of its libraries verifies them. They may
    come twice, and carry an id by which to know them; those of one customer come in their order.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.dialing.endpoints import add_endpoint

        secret = add_endpoint(settings, database, name, url, parse_names(events))
    typer.echo(f"Endpoint {name!r} is added. Its secret, which is shown this once:")
    typer.echo(secret)
    typer.echo(f"Next: xiaorong webhooks test {name}")


@app.command("list", epilog="Examples:  xiaorong webhooks list  |  xiaorong webhooks list --dead core")
def list_all(
    context: typer.Context,
    dead: Annotated[
        str | None, typer.Option(help="The events that this endpoint did not take.", show_default=False)
    ] = None,
) -> None:
    """List the endpoints with what was delivered, waits, and was given up."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.webhooking import print_dead, print_endpoints

        if dead is None:
            print_endpoints(database)
        else:
            print_dead(settings, database, dead)


@app.command(epilog="Example:  xiaorong webhooks remove core")
def remove(context: typer.Context, name: Name) -> None:
    """Remove an endpoint: nothing more is sent to it, what waited for it is given up."""
    with open_installation(context.obj) as (_, database):
        from campaigns.dialing.endpoints import real_now
        from campaigns.store.webhooks import remove_endpoint

        with database.transaction() as session:
            given_up = remove_endpoint(session, name, real_now())
    typer.echo(f"Endpoint {name!r} is removed; {given_up:,} events that waited for it are given up.")


@app.command(epilog="Example:  xiaorong webhooks test core")
def test(context: typer.Context, name: Name) -> None:
    """Send an endpoint an event of the type webhook.test now, and say what became of it."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.dialing.endpoints import test_endpoint
        from campaigns.errors import ConflictError

        state, reason = test_endpoint(settings, database, name)
        if state != "delivered":
            raise ConflictError(f"the endpoint {name!r} did not take the event: {reason}")
    typer.echo(f"The endpoint {name!r} took the event.")


@app.command(epilog="Examples:  xiaorong webhooks deliver")
def deliver(context: typer.Context) -> None:
    """Send the events that are due. A running worker does so by itself; where none runs, a timer should."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.dialing.endpoints import deliver_now

        done = deliver_now(settings, database)
    typer.echo(f"{done.delivered:,} delivered, {done.failed:,} failed, {done.dead:,} of them given up.")


@app.command(
    epilog="Examples:  xiaorong webhooks redeliver core  |  xiaorong webhooks redeliver core --event msg_0a1b"
)
def redeliver(
    context: typer.Context,
    name: Name,
    event: Annotated[
        str | None, typer.Option(help="Only this event, by its id. Default: all.", show_default=False)
    ] = None,
) -> None:
    """Put events that were given up back in the queue."""
    with open_installation(context.obj) as (_, database):
        from campaigns.store.webhooks import redeliver as put_back

        with database.transaction() as session:
            count = put_back(session, name, event)
    typer.echo(f"{count:,} events wait for {name!r} again. Next: xiaorong webhooks deliver")
