"""``xiaorong``: the commands, and how an error becomes one readable line."""

from __future__ import annotations

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import BotError
from campaigns.cli import (
    backup,
    call,
    campaign,
    chat,
    compliance,
    customers,
    database,
    demo,
    dialogue,
    dialogue_publish,
    dialogue_replay,
    dialogue_simulate,
    experiment,
    export,
    followups,
    grade,
    inbound,
    init,
    line,
    messages,
    models,
    nlu,
    nlu_measure,
    nlu_review,
    numbers,
    payments,
    promises,
    recording,
    relief,
    report,
    serve,
    talk,
    treatment,
    users,
    webhooks,
    worker,
)
from campaigns.errors import CampaignsError
from campaigns.home import home_dir
from telephony.errors import LineError

app = typer.Typer(
    name="xiaorong",
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(customers.app, name="customers")
app.add_typer(grade.app, name="grade")
app.add_typer(treatment.app, name="treatment")
app.add_typer(campaign.app, name="campaign")
app.add_typer(worker.app, name="worker")
app.add_typer(experiment.app, name="experiment")
app.add_typer(call.app, name="call")
app.add_typer(inbound.app, name="inbound")
app.add_typer(line.app, name="line")
app.add_typer(payments.app, name="payments")
app.add_typer(promises.app, name="promises")
app.add_typer(followups.app, name="followups")
app.add_typer(relief.app, name="relief")
app.add_typer(messages.app, name="messages")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(compliance.app, name="compliance")
app.add_typer(dialogue.app, name="dialogue")
app.add_typer(models.app, name="models")
app.add_typer(numbers.app, name="numbers")
app.add_typer(nlu.app, name="nlu")
dialogue.app.command(name="publish", epilog=dialogue_publish.EXAMPLES)(dialogue_publish.publish)
dialogue.app.command(name="replay", epilog=dialogue_replay.EXAMPLES)(dialogue_replay.replay)
dialogue.app.command(name="simulate", epilog=dialogue_simulate.EXAMPLES)(dialogue_simulate.simulate)
nlu.app.command(name="evaluate", epilog=nlu_measure.EVALUATE_EXAMPLES)(nlu_measure.evaluate)
nlu.app.command(name="compare", epilog=nlu_measure.COMPARE_EXAMPLES)(nlu_measure.compare)
nlu.app.command(name="review", epilog=nlu_review.EXAMPLES)(nlu_review.review)
app.add_typer(recording.app, name="recording")
app.add_typer(database.app, name="database")
app.add_typer(users.app, name="users")
app.command(name="serve", epilog=serve.EXAMPLES)(serve.serve)
app.command(name="backup", epilog=backup.BACKUP_EXAMPLES)(backup.backup)
app.command(name="restore", epilog=backup.RESTORE_EXAMPLES)(backup.restore)
app.command(name="restored", epilog=backup.RESTORED_EXAMPLES)(backup.restored)
app.command(name="init", epilog=init.EXAMPLES)(init.init)
app.command(name="export", epilog=export.EXAMPLES)(export.export)
app.command(name="report", epilog=report.EXAMPLES)(report.report)
app.command(name="chat", epilog=chat.EXAMPLES)(chat.chat)
app.command(name="talk", epilog=talk.EXAMPLES)(talk.talk)
app.command(name="demo", epilog=demo.EXAMPLES)(demo.demo)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"xiaorong {version('xiaorong')}")
        raise typer.Exit


@app.callback(
    epilog="Examples:  xiaorong demo  |  xiaorong init  |  xiaorong customers import portfolio.csv  |  "
    "xiaorong campaign create march --grades B,C  |  xiaorong campaign run march"
)
def options(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            help="Data directory. Default: $XIAORONG_HOME, else .xiaorong here.", show_default=False
        ),
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Xiaorong 小融: a voice bot that reminds a lender's customers of a repayment."""
    context.obj = home_dir(home)


def main() -> None:
    """The console script. An error is one line and exit code 1; the trace of an unexpected one is kept."""
    os.umask(0o077)  # data, reports and error files hold names, numbers and transcripts
    try:
        app()
    except (CampaignsError, BotError, LineError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        fail("stopped", code=130)
    except Exception as error:  # the last barrier: an operator never sees a traceback
        fail(f"unexpected {type(error).__name__}; {_keep_trace(error)}")


def fail(message: str, *, code: int = 1) -> None:
    """Print one line on standard error and exit."""
    line = " ".join(message.split())
    typer.secho(f"error: {line}" if code == 1 else line, fg="red" if code == 1 else None, err=True)
    sys.exit(code)


def _keep_trace(error: Exception) -> str:
    """Write where it happened, and say where. The message stays out: it may hold personal data."""
    home = Path(sys.argv[sys.argv.index("--home") + 1]) if "--home" in sys.argv[:-1] else home_dir()
    path = home / "errors.log"
    frames = "".join(traceback.format_tb(error.__traceback__))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"--- {datetime.now(UTC).isoformat()} {type(error).__name__}\n{frames}")
    except OSError:
        return "the details could not be written"
    return f"please report it with the end of {path}"


if __name__ == "__main__":
    main()
