"""``xiaorong customers``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli import people
from campaigns.cli.installation import open_installation

app = typer.Typer(no_args_is_help=True, help="Bring customers in, tag, merge and split them.")
app.command("merge", epilog=people.MERGE_EXAMPLES)(people.merge)
app.command("split", epilog=people.SPLIT_EXAMPLES)(people.split)
app.command("duplicates", epilog=people.DUPLICATES_EXAMPLES)(people.duplicates)

IMPORT_EXAMPLES = (
    "Examples:  xiaorong customers import portfolio.csv  |  "
    "xiaorong customers import accounts.xlsx --mapping my-mapping.yaml  |  "
    "xiaorong customers import UCI_Credit_Card.csv --mapping credit-card-clients"
)


@app.command("import", epilog=IMPORT_EXAMPLES)
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8 or GBK) or XLSX.", show_default=False)],
    mapping: Annotated[
        str | None,
        typer.Option(help="A shipped mapping's name or a YAML file. Default: found by the columns."),
    ] = None,
) -> None:
    """Import a portfolio. Rows that cannot be used go to an error file with the reason; the others are kept.

    Running the same file again updates what is there and doubles nothing.
    """
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.progress import counting
        from campaigns.clock import SystemClock
        from campaigns.customers.importer import import_customers

        with counting(f"Importing {file.name}", "rows") as progress:
            report = import_customers(
                database,
                file,
                mapping=mapping,
                region=settings.region,
                as_of=SystemClock().now().astimezone(settings.zone),
                errors_dir=settings.home / "imports",
                seed=settings.seed,
                language=settings.language,
                progress=progress,
            )
    rows = "row" if report.rows == 1 else "rows"
    new = "new customer" if report.imported == 1 else "new customers"
    repeated = "duplicate" if report.duplicates == 1 else "duplicates"
    typer.echo(
        f"{report.rows:,} {rows}: {report.imported:,} {new}, {report.updated:,} updated, "
        f"{report.rejected:,} rejected, {report.duplicates:,} {repeated}."
    )
    if report.error_file is not None:
        typer.echo(f"Rejected rows and why: {report.error_file}")


@app.command(
    "tag", epilog="Examples:  xiaorong customers tag  |  xiaorong customers tag --rules my-tags.yaml"
)
def tag(
    context: typer.Context,
    rules: Annotated[
        Path | None, typer.Option(help="A tag file. Default: the one that ships.", show_default=False)
    ] = None,
) -> None:
    """Tag every customer by rules over what is on record: dormant, high value, promise broken twice, ..."""
    with open_installation(context.obj) as (settings, database):
        from rich.console import Console

        from campaigns.cli.progress import counting
        from campaigns.cli.treating import now
        from campaigns.customers.tags.rules import load_tags
        from campaigns.store.tagging import tag_portfolio
        from campaigns.tables import Table

        loaded = load_tags(rules)
        with counting("Tagging", "customers") as progress:
            report = tag_portfolio(database, loaded, now(settings, database), progress)
    table = Table("Tag", "Customers", "Meaning", title=f"Tags by rules {loaded.version}")
    for rule in loaded.tags:
        table.add_row(rule.id, f"{report.counts[rule.id]:,}", rule.title)
    Console().print(table)
    typer.echo(f"{report.given:,} tags given, {report.taken:,} taken off, {report.customers:,} customers.")
