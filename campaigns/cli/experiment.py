"""``xiaorong experiment``."""

from __future__ import annotations

from typing import Annotated

import typer

from campaigns.cli.installation import open_installation
from campaigns.cli.report_options import Csv, Html, Language, Xlsx

app = typer.Typer(no_args_is_help=True, help="Compare scripts with each other, and with not calling.")


@app.command(
    epilog="Examples:  xiaorong experiment report openings  |  "
    "xiaorong experiment report openings --days 14 --html openings.html"
)
def report(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The experiment's name.", show_default=False)],
    days: Annotated[
        int, typer.Option(min=1, max=365, help="Payments count for so many days from joining.")
    ] = 7,
    wanted: Annotated[
        float, typer.Option(min=0.001, max=0.5, help="The rise in who pays that would be worth having.")
    ] = 0.02,
    csv: Csv = None,
    xlsx: Xlsx = None,
    html: Html = None,
    language: Language = None,
) -> None:
    """Report an experiment: each arm's outcomes by intention to treat, with confidence intervals."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.experimenting import report_experiment
        from campaigns.cli.overviewing import Files

        files = Files(csv, xlsx, html)
        report_experiment(settings, database, name, days, wanted, files, language or settings.language)


@app.command(epilog="Example:  xiaorong experiment size --base 0.25 --rise 0.02")
def size(
    base: Annotated[float, typer.Option(min=0, max=1, help="The rate without the change, such as 0.25.")],
    rise: Annotated[float, typer.Option(help="The rise worth having, such as 0.02.")],
    ratio: Annotated[
        float, typer.Option(min=0.01, max=100, help="The other arm's size by the reference's.")
    ] = 1.0,
    power: Annotated[
        float, typer.Option(min=0.5, max=0.99, help="The chance to see it if it is there.")
    ] = 0.8,
) -> None:
    """Say how many customers an experiment needs to tell two rates apart (two-sided, 5 %)."""
    from campaigns.experiments.power import customers_needed

    reference, other = customers_needed(base, rise, ratio=ratio, power=power)
    typer.echo(
        f"To tell {base + rise:.1%} from {base:.1%}: {reference:,} customers in the reference arm and "
        f"{other:,} in the other, for a chance of {power:.0%} to see it."
    )
