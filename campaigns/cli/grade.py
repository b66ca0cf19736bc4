"""``xiaorong grade``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation

EXAMPLES = "Examples:  xiaorong grade  |  xiaorong grade --rules my-rules.yaml"

app = typer.Typer(invoke_without_command=True)

RulesFile = Annotated[
    Path | None,
    typer.Option(help="A grading rule file. Default: the one that ships.", show_default=False),
]


@app.callback(epilog=EXAMPLES)
def grade(context: typer.Context, rules: RulesFile = None) -> None:
    """Grade every customer A (least risk) to D by strong rules, weak rules and a scorecard."""
    if context.invoked_subcommand is not None:
        if rules is not None:
            name = context.invoked_subcommand
            raise typer.BadParameter(f"write it behind the command: xiaorong grade {name} … --rules FILE")
        return
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


@app.command(
    epilog="Examples:  xiaorong grade explain C00042  |  xiaorong grade explain C00042 --rules my-rules.yaml"
)
def explain(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(help="The lender's own key of a customer.", show_default=False)],
    rules: RulesFile = None,
) -> None:
    """Say why a customer has this grade: rules that fired, scorecard, thresholds, and the grades before."""
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.grade_view import print_grade
        from campaigns.grading.rulefile import load_rules
        from campaigns.store.grade_explanation import explain_grade

        loaded = load_rules(rules)
        with database.transaction() as session:
            explained = explain_grade(session, customer, loaded)
        print_grade(explained, loaded.label, settings.zone)


@app.command(
    epilog="Examples:  xiaorong grade diff --rules my-rules.yaml  |  "
    "xiaorong grade diff --rules my-rules.yaml --against default.yaml --csv moves.csv"
)
def diff(
    context: typer.Context,
    rules: Annotated[Path, typer.Option(help="The rule file to try.", show_default=False)],
    against: Annotated[
        Path | None,
        typer.Option(
            help="Compare with the grades of this rule file. Default: the grades on record.",
            show_default=False,
        ),
    ] = None,
    top: Annotated[int, typer.Option(min=0, help="Show so many of the customers that move.")] = 20,
    csv: Annotated[
        Path | None, typer.Option(help="Write all customers that move to this file.", show_default=False)
    ] = None,
) -> None:
    """Show what a rule change would move, old grade by new grade. Nothing is written to the store."""
    with open_installation(context.obj) as (_, database):
        from campaigns.cli.grade_view import print_diff, write_moves
        from campaigns.grading.rulefile import load_rules
        from campaigns.store.grade_explanation import diff_grades

        with database.transaction() as session:
            found = diff_grades(session, load_rules(rules), None if against is None else load_rules(against))
        print_diff(found, top)
        if csv is not None:
            write_moves(found, csv)
            typer.echo(f"All {found.matrix.moved:,} customers that move: {csv}")
