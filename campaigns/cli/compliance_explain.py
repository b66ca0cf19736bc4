"""Why a customer was called or not, on a terminal or as JSON."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from rich.console import Console

from campaigns.cli.compliance_explain_view import Page
from campaigns.compliance.effective import load_effective
from campaigns.dialing.explanation import Explanation
from campaigns.dialing.timing import ledger_now
from campaigns.settings import Settings
from campaigns.store.database import Database


def explain_customer(
    settings: Settings,
    database: Database,
    external_id: str,
    at: datetime | None,
    last: int | None,
    *,
    as_json: bool,
) -> None:
    """Print it. Raises NotFoundError."""
    pack = load_effective(settings.rule_pack, settings.rule_pack_overrides)
    with database.transaction() as session:
        now = ledger_now(settings, session)
        moment = now if at is None else at.replace(tzinfo=settings.zone) if at.tzinfo is None else at
        told = Explanation(settings, pack, session, external_id, now, moment).whole(last)
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=2, default=_plain))  # noqa: T201
    else:
        _print(told, settings)


def _print(told: dict[str, Any], settings: Settings) -> None:
    console = Console(highlight=False)
    page = Page(settings.language, settings.zone)
    for line in page.lines(told):
        console.print(line, soft_wrap=True)


def _plain(value: object) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} cannot be told")
