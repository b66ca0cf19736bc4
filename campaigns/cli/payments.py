"""``xiaorong payments``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation

app = typer.Typer(no_args_is_help=True, help="Bring payments in.")


@app.command("import", epilog="Examples:  xiaorong payments import 2026-03-02.csv")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8 or GBK) or XLSX.", show_default=False)],
) -> None:
    """Import what arrived on accounts, at any time, also while a campaign runs: who has paid is not called.

    Columns: reference 流水号, account_id 账户编号 or customer_id 客户编号, amount 金额, paid_at 入账时间.
    Every reference is booked once. Rows that cannot be used go to an error file with the reason.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.progress import counting
        from campaigns.dialing.timing import choose_clock
        from campaigns.outcomes.figures import money
        from campaigns.payments.importer import import_payments

        at = choose_clock(settings, database, real_time=False).now()
        with counting(f"Importing {file.name}", "rows") as progress:
            report = import_payments(
                database,
                file,
                at=at,
                zone=settings.zone,
                errors_dir=settings.home / "imports",
                progress=progress,
            )
    typer.echo(
        f"{report.rows:,} rows: {report.booked:,} booked, {report.known:,} booked before, "
        f"{report.repeated:,} repeated in the file, {report.rejected:,} rejected."
    )
    for currency, amount in sorted(report.taken_off.items()):
        typer.echo(f"Amounts due fell by {money(amount)} {currency}.")
    if report.cleared:
        typer.echo(f"{report.cleared:,} accounts owe nothing any more.")
    if report.in_ledger:
        typer.echo(
            f"{report.in_ledger:,} are older than what the portfolio told of their accounts, "
            "which stays as it is."
        )
    if report.error_file is not None:
        typer.echo(f"Rows left out and why: {report.error_file}")
    if report.booked:
        typer.echo("Next: xiaorong promises check")
