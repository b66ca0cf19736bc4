"""``xiaorong customers merge``, ``split`` and ``duplicates``."""

from __future__ import annotations

import csv as csv_file
import getpass
from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation, parse_names

MERGE_EXAMPLES = 'Examples:  xiaorong customers merge C00042 C00917 --reason "same ID document, ticket 88"'
SPLIT_EXAMPLES = (
    'Examples:  xiaorong customers split C00042 --into C00917 --reason "not the same person"  |  '
    "xiaorong customers split C00042 --accounts A7,A9 --numbers 13800138000 --into C00918 --reason TEXT"
)
DUPLICATES_EXAMPLES = (
    "Examples:  xiaorong customers duplicates  |  xiaorong customers duplicates --csv pairs.csv"
)

Reason = Annotated[str, typer.Option(help="Why; kept on record.", show_default=False)]
By = Annotated[
    str | None, typer.Option(help="Who decided it. Default: the user of this machine.", show_default=False)
]


def merge(
    context: typer.Context,
    keep: Annotated[str, typer.Argument(help="The lender's own key of a customer.", show_default=False)],
    other: Annotated[str, typer.Argument(help="Another key of the same person.", show_default=False)],
    reason: Reason,
    by: By = None,
) -> None:
    """Have two customer records be one person: what counts or bars for one does for both.

    Nothing on record is rewritten, and what was agreed under one key still holds for that key alone. In a
    campaign that has both only one is called. Undo it with 'xiaorong customers split'.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.dialing.timing import ledger_now
        from campaigns.store.merging import merge as merge_records

        with database.transaction() as session:
            at = ledger_now(settings, session)
            done = merge_records(session, keep, other, reason=reason, by=by or getpass.getuser(), at=at)
    typer.echo(f"{keep} and {other} are one person now, of {len(done.records)} records.")
    if done.closed:
        typer.echo(f"{len(done.closed):,} places in campaigns are closed: the person is called once.")


def split(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The lender's own key of a customer.", show_default=False)],
    into: Annotated[str, typer.Option(help="The key that leaves, or a new key.", show_default=False)],
    reason: Reason,
    accounts: Annotated[
        str | None, typer.Option(help="Accounts that go to the new key, as A1,A2.", show_default=False)
    ] = None,
    numbers: Annotated[
        str | None, typer.Option(help="Numbers that go to the new key.", show_default=False)
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The new record's name. Default: the same.", show_default=False)
    ] = None,
    by: By = None,
) -> None:
    """Part what is not one person: undo a merge, or move accounts and numbers to a record of their own.

    Both parts keep the counts and bars of before. A new record needs consents of its own.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.customers.phone import normalise_own
        from campaigns.dialing.timing import ledger_now
        from campaigns.store.splitting import split as split_records

        with database.transaction() as session:
            done = split_records(
                session,
                key,
                into,
                reason=reason,
                by=by or getpass.getuser(),
                at=ledger_now(settings, session),
                accounts=parse_names(accounts or ""),
                numbers=[normalise_own(each, settings.region) for each in parse_names(numbers or "")],
                name=name,
            )
    if done.created:
        typer.echo(
            f"{into} is a customer of its own now, with {len(done.accounts)} accounts and "
            f"{len(done.numbers)} numbers of {key}. Next: xiaorong grade"
        )
    else:
        typer.echo(f"{key} and {into} are two people from now on; both keep what counted before.")
    if done.opened:
        typer.echo(f"{len(done.opened):,} places in campaigns that the merge had closed are open again.")


def duplicates(
    context: typer.Context,
    top: Annotated[int, typer.Option(min=0, help="Show so many pairs.")] = 20,
    csv: Annotated[Path | None, typer.Option(help="Write all pairs to a file.", show_default=False)] = None,
) -> None:
    """Suggest records that may be one person: same ID hash, same own number, same name with birth or ID tail.

    'id_hash' and 'birth_date' are attributes that a mapping may give. Nothing is merged by this.
    """
    with open_installation(context.obj) as (_, database):
        from rich.console import Console

        from campaigns.outcomes.report_csv import ENCODING, cell
        from campaigns.store.duplicates import duplicates as find
        from campaigns.tables import Table

        with database.transaction() as session:
            found = find(session)
        if found and top:
            table = Table("Customer", "Customer", "Same", "Weight", title="Perhaps one person")
            for pair in found[:top]:
                table.add_row(pair.one, pair.other, ", ".join(pair.same), str(pair.weight))
            Console().print(table)
        typer.echo(f"{len(found):,} pairs. To merge one: xiaorong customers merge KEEP OTHER --reason TEXT")
        if csv is not None:
            with csv.open("w", encoding=ENCODING, newline="") as stream:
                writer = csv_file.writer(stream)
                writer.writerow(["one", "other", "same", "weight"])
                writer.writerows([cell(p.one), cell(p.other), " ".join(p.same), p.weight] for p in found)
            typer.echo(f"All pairs: {csv}")
