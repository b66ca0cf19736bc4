"""``xiaorong users``."""

from __future__ import annotations

from typing import Annotated

import typer

from campaigns.cli.installation import open_installation, parse_names

app = typer.Typer(no_args_is_help=True, help="Who may sign in to the console.")

Username = Annotated[str, typer.Argument(help="The name that they sign in with.", show_default=False)]


@app.command(epilog="Example:  xiaorong users add wang --name 王芳 --roles campaign_manager,quality")
def add(
    context: typer.Context,
    username: Username,
    roles: Annotated[
        str,
        typer.Option(
            help="administrator, campaign_manager, script_editor, quality, analyst, auditor; by commas."
        ),
    ] = "administrator",
    name: Annotated[str, typer.Option(help="The name shown. Default: the username.")] = "",
) -> None:
    """Add a user, and print the one-time link with which they set their password."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.users_managing import add_user_of

        typer.echo(add_user_of(settings, database, username, name, parse_names(roles)))


@app.command(epilog="Example:  xiaorong users reset wang")
def reset(context: typer.Context, username: Username) -> None:
    """Print a one-time link with which a user sets another password."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.users_managing import reset_user

        typer.echo(reset_user(settings, database, username))


@app.command("list", epilog="Example:  xiaorong users list")
def list_all(context: typer.Context) -> None:
    """List the users and their roles."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.users_managing import print_users

        print_users(settings, database)
