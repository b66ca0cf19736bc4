"""``xiaorong grade``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from campaigns.cli.installation import open_installation

EXAMPLES = (
    "Examples:  xiaorong grade  |  xiaorong grade --rules my-rules.yaml  |  "
    "xiaorong grade --life-cycle before --file applications.csv --csv graded.csv  |  "
    "xiaorong grade --life-cycle during"
)

app = typer.Typer(invoke_without_command=True)

RulesFile = Annotated[
    Path | None,
    typer.Option(
        help="A grading rule file. Default: after a loan has fallen due grading_rules of settings.toml, "
        "else the one that ships.",
        show_default=False,
    ),
]


class LifeCycle(StrEnum):
    """When in the life of a loan."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


StageOption = Annotated[
    LifeCycle,
    typer.Option(
        "--life-cycle", help="Before the loan (fraud), during (early warning) or after (collection)."
    ),
]


@app.callback(epilog=EXAMPLES)
def grade(
    context: typer.Context,
    rules: RulesFile = None,
    life_cycle: StageOption = LifeCycle.AFTER,
    file: Annotated[
        Path | None, typer.Option(help="Applications or accounts, CSV or XLSX.", show_default=False)
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(help="Which column is which fact: a YAML file. Default: the one that ships."),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write every row's outcome and reasons.", show_default=False)
    ] = None,
) -> None:
    """Grade every customer A (least risk) to D by strong rules, weak rules and a scorecard.

    Before and during a loan a strong rule may refer or decline; points may only have an account watched or
    queue a person. During a loan without --file, what is on record of the customers is graded.
    """
    if context.invoked_subcommand is not None:
        if rules is not None:
            name = context.invoked_subcommand
            raise typer.BadParameter(f"write it behind the command: xiaorong grade {name} … --rules FILE")
        return
    if life_cycle is not LifeCycle.AFTER:
        with open_installation(context.obj) as (settings, database):
            from campaigns.cli.grade_stages import grade_stage_file
            from campaigns.grading.life_cycle import Stage

            grade_stage_file(settings, database, Stage(life_cycle), rules, file, mapping, csv)
        return
    if file is not None or mapping is not None or csv is not None:
        raise typer.BadParameter("--file, --mapping and --csv go with --life-cycle before or during")
    with open_installation(context.obj) as (settings, database):
        from rich.console import Console

        from campaigns.cli.progress import counting
        from campaigns.grades import grade_all, rules_of
        from campaigns.tables import Table

        loaded = rules_of(settings, rules)
        with counting("Grading", "customers") as progress:
            report = grade_all(settings, database, loaded, progress)
    table = Table("Grade", "Customers", "Share", title=f"Grades by rules {loaded.version}")
    total = report.customers
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
    life_cycle: StageOption = LifeCycle.AFTER,
) -> None:
    """Say why a customer has this grade: rules that fired, scorecard, thresholds, and the grades before.

    With --life-cycle before or during: why an application or account has its outcome, by its key in the file.
    """
    if life_cycle is not LifeCycle.AFTER:
        with open_installation(context.obj) as (settings, database):
            from campaigns.cli.grade_stages import print_stage
            from campaigns.grading.life_cycle import Stage

            print_stage(settings, database, Stage(life_cycle), customer, rules)
        return
    with open_installation(context.obj) as (settings, database):
        from campaigns.cli.grade_view import print_grade
        from campaigns.grades import rules_of
        from campaigns.store.grade_explanation import explain_grade

        loaded = rules_of(settings, rules)
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
    life_cycle: StageOption = LifeCycle.AFTER,
) -> None:
    """Show what a rule change would move, old grade by new grade. Nothing is written to the store.

    With --life-cycle before or during it is tried on the facts on record.
    """
    if life_cycle is not LifeCycle.AFTER:
        if against is not None or csv is not None:
            raise typer.BadParameter("--against and --csv are for rules after a loan has fallen due")
        with open_installation(context.obj) as (settings, database):
            from campaigns.cli.grade_stages import print_stage_diff
            from campaigns.grading.life_cycle import Stage

            print_stage_diff(settings, database, Stage(life_cycle), rules, top)
        return
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
