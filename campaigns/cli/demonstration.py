"""The demo: a lender's first day, from a file to promises on record, with one call to listen to."""

from __future__ import annotations

import shutil
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot.dialogue.prompts import PromptBook
from bot.errors import ModelError
from bot.language import language_dir
from bot.models.store import find_model
from bot.transcript import Entry
from campaigns.cli.reporting import write_report
from campaigns.cli.running import run_campaign
from campaigns.cli.speech_view import BOT, CUSTOMER, show_said
from campaigns.clock import SystemClock
from campaigns.customers.importer import import_customers
from campaigns.customers.sample import write_sample
from campaigns.dialing.assembly import SoundOptions
from campaigns.dialing.audience import Audience
from campaigns.dialing.creation import NewCampaign, create
from campaigns.dialing.events import Ended, Spoken, WorkerEvent
from campaigns.errors import SettingsError
from campaigns.grading.rulefile import load_rules
from campaigns.new_store import prepare_store
from campaigns.settings import Settings, create_home, load_settings
from campaigns.store.grades import grade_portfolio
from campaigns.stores import open_store

MARK = "made-by-xiaorong-demo"  # only a directory with this file in it is ever removed
CAMPAIGN = "demo"
FLOW = "repayment-reminder"
NOBODY_CALLED = "a demo: its customers are made up, and nobody is called"
READ_BACK = "readback"


class Listener:
    """Prints one whole call: the first whose promise is read back, from its first word to its last."""

    def __init__(self, prompts: PromptBook, console: Console) -> None:
        self._prompts = prompts
        self._console = console
        self._heard: dict[int, list[Entry]] = {}
        self._chosen: int | None = None
        self._over = False

    def __call__(self, event: WorkerEvent) -> None:
        match event:
            case Spoken(attempt_id, entry) if not self._over:
                self._listen(attempt_id, entry)
            case Ended(attempt_id, disposition):
                self._heard.pop(attempt_id, None)
                if attempt_id == self._chosen and not self._over:
                    self._over = True
                    self._console.rule(f"[dim]the call ends: {disposition}[/dim]", style="dim")

    def _listen(self, attempt_id: int, entry: Entry) -> None:
        if self._chosen == attempt_id:
            self._print(entry)
        elif self._chosen is None:
            heard = self._heard.setdefault(attempt_id, [])
            heard.append(entry)
            if entry.prompt is not None and self._prompts[entry.prompt].asks == READ_BACK:
                self._chosen = attempt_id
                self._console.rule("[dim]one of the calls[/dim]", style="dim")
                for earlier in heard:
                    self._print(earlier)
                self._heard.clear()

    def _print(self, entry: Entry) -> None:
        if entry.speaker == "bot":
            show_said(self._console, BOT, entry.text)
        elif entry.speaker == "customer":
            meant = f"{entry.intent} {entry.confidence:.2f}" if entry.confidence else ""
            show_said(self._console, CUSTOMER, entry.text, meant)


def demonstrate(
    home: Path, customers: int, seed: int, *, sound: SoundOptions | None = None, like: Path | None = None
) -> None:
    """Run the demo in ``home``, made anew, with the settings of ``like`` where that is a data directory.

    With ``sound`` by voice; in text when there is no model to recognise speech. Raises SettingsError when
    ``home`` is not a demo's directory.
    """
    console = Console()
    _start_afresh(home)
    settings = _settings(home, like).model_copy(
        update={"seed": seed, "line": "simulated", "database_url": None}
    )
    sound = _possible(sound, settings, console)
    now = SystemClock().now().astimezone(settings.zone)
    console.print(
        f"[bold]1[/bold]  A portfolio of {customers:,} made-up customers → {home / 'portfolio.csv'}"
    )
    file = write_sample(home / "portfolio.csv", now.date(), customers, seed)
    prepare_store(settings, now)
    database = open_store(settings)
    try:
        imported = import_customers(
            database,
            file,
            mapping=None,
            region=settings.region,
            as_of=now,
            errors_dir=home / "imports",
            seed=seed,
            progress=lambda _done, _all: None,
        )
        repeated = "duplicate" if imported.duplicates == 1 else "duplicates"
        console.print(
            f"[bold]2[/bold]  Imported: {imported.imported:,} customers; {imported.rejected} rows rejected, "
            f"{imported.duplicates} {repeated}, with reasons → {imported.error_file}",
            soft_wrap=True,
        )
        graded = grade_portfolio(database, load_rules(), now, lambda _done, _all: None)
        grades = "  ".join(f"{letter} {count:,}" for letter, count in sorted(graded.counts.items()))
        console.print(f"[bold]3[/bold]  Graded: {grades}")
        with database.transaction() as session:
            wanted = NewCampaign(CAMPAIGN, FLOW, Audience(), concurrency=30, calls_per_second=3)
            create(session, wanted, language_dir(settings.language), settings, now)
        how = "by voice on" if sound is not None else "on"
        console.print(
            f"[bold]4[/bold]  Calling {how} the simulated line, in virtual time, within the law's hours"
        )
        prompts = PromptBook.load(language_dir(settings.language))
        listener = Listener(prompts, console)
        run_campaign(
            settings, database, CAMPAIGN, alone=NOBODY_CALLED, sound=sound, also=listener, console=console
        )
        if sound is not None:
            console.print(f"The calls were recorded: xiaorong --home {home} recording list", soft_wrap=True)
        write_report(settings, database, CAMPAIGN, csv=home / "report", html=home / "report.html")
        console.print(
            f"[bold]5[/bold]  Look at {home / 'report.html'}, or: xiaorong --home {home} campaign report "
            f"{CAMPAIGN}.  Talk to the bot yourself: xiaorong chat",
            soft_wrap=True,
        )
        console.print(f"[bold]6[/bold]  In a browser: xiaorong --home {home} serve", soft_wrap=True)
    finally:
        database.close()


def _settings(home: Path, like: Path | None) -> Settings:
    """The settings of ``like`` for ``home``; those of ``home`` itself when there are none."""
    if like is None or not like.is_dir():
        return load_settings(home)
    theirs = load_settings(like)
    places = {"models_dir": theirs.models, "cache_dir": theirs.cache}  # what takes long to make or to get
    return theirs.model_copy(update={"home": home, **places})


def _possible(sound: SoundOptions | None, settings: Settings, console: Console) -> SoundOptions | None:
    """None, and told why, when calls cannot be held by voice here."""
    if sound is not None:
        try:
            find_model(settings.models, settings.recognizer_model)
        except ModelError as error:
            console.print(f"[yellow]{escape(str(error))}[/yellow]", soft_wrap=True)
            console.print("The calls are held in text.")
            return None
    return sound


def _start_afresh(home: Path) -> None:
    mark = home / MARK
    if home.exists() and any(home.iterdir()):
        if not mark.exists():
            raise SettingsError(f"{home} holds something else than a demo; move it or choose another --home")
        shutil.rmtree(home)
    create_home(home)
    mark.touch()
