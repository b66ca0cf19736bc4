"""``xiaorong grade``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation

EXAMPLES = "Examples:  xiaorong grade  |  xiaorong grade --rules my-rules.yaml"


def grade(
    context: typer.Context,
    rules: Annotated[
        Path | None,
        typer.Option(help="A grading rule file. Default: the one that ships.", show_default=False),
    ] = None,
) -> None:
    """Grade every customer A (least risk) to D by strong rules, weak rules and a scorecard."""
    with open_installation(context.obj) as (_, database):
        from rich.console import Console
        from rich.table import Table

        from campaigns.cli.progress import counting
        from campaigns.clock import SystemClock
        from campaigns.grading.rulefile import load_rules
        from campaigns.store.grades import grade_portfolio

        loaded = load_rules(rules)
        with counting("Grading", "customers") as progress:
            report = grade_portfolio(database, loaded, SystemClock().now(), progress)
    table = Table("Grade", "Customers", "Share", title=f"Grades by rules {loaded.version}")
    total = sum(report.counts.values())
    for letter, count in sorted(report.counts.items()):
        table.add_row(letter, f"{count:,}", f"{count / total:.1%}" if total else "-")
    Console().print(table)
    typer.echo(f"{report.changed:,} grades are new or changed.")
