"""``xiaorong backup``, ``xiaorong restore`` and ``xiaorong restored``."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation

BACKUP_EXAMPLES = (
    "Examples:  xiaorong backup /backup/2026-03-02.xrb  |  "
    "xiaorong backup /backup/today.xrb --keys /safe/today.keys  |  "
    "XIAORONG_BACKUP_PASSPHRASE=... xiaorong backup today.xrb --keys today.keys"
)
RESTORE_EXAMPLES = (
    "Examples:  xiaorong --home /srv/new restore today.xrb --keys today.keys  |  "
    "xiaorong restore today.xrb --force"
)
RESTORED_EXAMPLES = (
    "Examples:  xiaorong restored  |  "
    'xiaorong restored --confirm --reason "the dialler was down since, no call was made" --complete'
)

Passphrase = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        help="Holds the passphrase of the keys. Default: $XIAORONG_BACKUP_PASSPHRASE, else it is asked for.",
        show_default=False,
    ),
]


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to put the backup.")],
    keys: Annotated[
        Path | None, typer.Option("--keys", help="Put keys and settings here, sealed with a passphrase.")
    ] = None,
    passphrase_file: Passphrase = None,
) -> None:
    """Back up the store while it is used, to be put back with 'xiaorong restore'.

    Recordings are listed and not copied: copy their folder by your own means. Keep the keys apart from the
    backup: without them nothing in it can be gone on with.
    """
    from campaigns.cli.backing_up import back_up

    with open_installation(context.obj) as (settings, database):
        back_up(settings, database, file, keys, passphrase_file)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The backup.")],
    keys: Annotated[Path | None, typer.Option("--keys", help="The keys of 'xiaorong backup --keys'.")] = None,
    passphrase_file: Passphrase = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an installation that is in use.")] = False,
) -> None:
    """Put a backup in place of the store, verified, and with nothing in it that would dial.

    The ledger does not know what came after the backup. Campaigns are paused and every call is refused until
    somebody says with 'xiaorong restored --confirm' that this was looked into.
    """
    from campaigns.cli.backing_up import put_back

    put_back(context.obj, file, keys, passphrase_file, getpass.getuser(), force=force)


def restored(
    context: typer.Context,
    confirm: Annotated[bool, typer.Option("--confirm", help="What came after the backup is known.")] = False,
    reason: Annotated[str, typer.Option(help="How that was found out; kept on record.")] = "",
    complete: Annotated[
        bool,
        typer.Option(
            "--complete",
            help="No call was made, nobody spoken to after the backup, or all of it is on file by now.",
        ),
    ] = False,
) -> None:
    """Show what the ledger lacks after a restore, or confirm it.

    Confirmed without --complete, everybody counts as called until the restore: no call before the look-back
    of the caps is over. Put people who asked for no more calls on record before you confirm.
    """
    from campaigns.cli.backing_up import confirm_restored, show_restored

    with open_installation(context.obj) as (settings, database):
        if confirm:
            confirm_restored(settings, database, getpass.getuser(), reason, complete=complete)
        show_restored(settings, database)
