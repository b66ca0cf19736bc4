"""A campaign's report on the terminal and in files."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from campaigns.errors import SettingsError
from campaigns.outcomes.report_csv import write_csv
from campaigns.outcomes.report_html import render_html
from campaigns.outcomes.report_terminal import render_terminal
from campaigns.settings import Settings
from campaigns.store.campaigns import campaign_by_name
from campaigns.store.database import Database
from campaigns.store.report_members import member_rows
from campaigns.store.reporting import campaign_report


def report_campaign(
    settings: Settings, database: Database, name: str, *, csv: Path | None, html: Path | None
) -> None:
    """Print the report; write the files that were asked for. Raises NotFoundError, SettingsError."""
    console = Console()
    with database.transaction() as session:
        campaign = campaign_by_name(session, name)
        report = campaign_report(session, campaign.id, settings.zone)
    console.print(render_terminal(report, settings.language))
    for path in write_report(settings, database, name, csv=csv, html=html):
        console.print(f"Wrote {path}", soft_wrap=True)


def write_report(
    settings: Settings, database: Database, name: str, *, csv: Path | None, html: Path | None
) -> list[Path]:
    """Write the report as CSV into a folder, as one HTML file, or both; what was written."""
    written: list[Path] = []
    try:
        with database.transaction() as session:
            campaign = campaign_by_name(session, name)
            report = campaign_report(session, campaign.id, settings.zone)
            if csv is not None:
                written += write_csv(report, member_rows(session, campaign.id, settings.zone), csv)
        if html is not None:
            html.write_text(render_html(report, settings.language), encoding="utf-8")
            written.append(html)
    except OSError as error:
        raise SettingsError(f"the report cannot be written: {error}") from error
    return written
