"""``xiaorong line``."""

from __future__ import annotations

import typer

from campaigns.cli import line_status

app = typer.Typer(no_args_is_help=True, help="The line that calls go over.")
app.command(name="status", epilog=line_status.EXAMPLES)(line_status.status)


@app.callback()
def _line() -> None:
    pass


@app.command(epilog="Examples:  xiaorong line check  |  XIAORONG_LINE=twilio xiaorong line check")
def check(context: typer.Context) -> None:
    """Test the set-up of the line, without calling anybody, and say what to fix.

    Exit code 1: it is not ready.
    """
    import asyncio

    from campaigns.clock import SystemClock
    from campaigns.dialing.lines import open_check
    from campaigns.settings import load_settings

    settings = load_settings(context.obj)
    findings = asyncio.run(open_check(settings, SystemClock()).examine())
    typer.echo(f"Line: {settings.line}")
    for finding in findings:
        mark = typer.style("ok" if finding.ok else "to fix", fg="green" if finding.ok else "red")
        typer.echo(f"{mark}  {finding.what}: {finding.says}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
