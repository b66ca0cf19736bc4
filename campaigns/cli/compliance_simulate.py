"""Trying changed rules on the decisions on record."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from campaigns.compliance.effective import EffectivePack, effective, load_effective
from campaigns.compliance.facts_data import facts_from
from campaigns.compliance.overrides import load_overrides
from campaigns.compliance.pack import load_pack, load_pack_file
from campaigns.compliance.reasons import reason_text
from campaigns.compliance.replay import Outcome, Replay
from campaigns.compliance.words import label
from campaigns.errors import ConflictError
from campaigns.settings import Settings
from campaigns.store.campaigns import campaign_by_name
from campaigns.store.database import Database
from campaigns.store.decisions import recorded
from campaigns.store.facts import latest_decision_at
from campaigns.tables import Table


def simulate_change(
    settings: Settings,
    database: Database,
    pack: Path | None,
    overrides: Path | None,
    days: int,
    campaign: str | None,
    *,
    as_json: bool,
) -> None:
    """Replay and print. Raises DataFileError, NotFoundError, ConflictError."""
    installed = load_effective(settings.rule_pack, settings.rule_pack_overrides)
    tried = _tried(settings, pack, overrides)
    with database.transaction() as session:
        newest = latest_decision_at(session)
        campaign_id = None if campaign is None else campaign_by_name(session, campaign).id
    if newest is None:
        raise ConflictError("no decision is on record yet; run a campaign first")
    replay = Replay(tried, installed)
    for decision in recorded(database, since=newest - timedelta(days=days), campaign_id=campaign_id):
        was = Outcome(decision.verdict, decision.reason, str(decision.inputs.get("rule", "")), decision.until)
        facts = None if decision.facts is None else facts_from(decision.facts)
        replay.take(decision.id, decision.customer_id, decision.pack, was, facts)
    if as_json:
        print(json.dumps(_data(replay), ensure_ascii=False, indent=2))  # noqa: T201
    else:
        _print(replay, settings)


def _tried(settings: Settings, pack: Path | None, overrides: Path | None) -> EffectivePack:
    """The pack to try; the house's own overrides stay unless others are given."""
    rules = load_pack(settings.rule_pack) if pack is None else load_pack_file(pack)
    file = overrides
    if file is None and rules.id == settings.rule_pack:
        file = settings.rule_pack_overrides
    return effective(rules, load_overrides(file) if file else None)


def _data(replay: Replay) -> dict[str, Any]:
    return {
        "installed": replay.installed.label,
        "tried": replay.pack.label,
        "replayed": replay.replayed,
        "not_replayable": replay.not_replayable,
        "differ_under_installed": replay.differ,
        "unchanged": replay.replayed - len(replay.changes),
        "short_of_days": replay.short_of_days,
        "summary": [
            {
                "from": {"verdict": before[0], "reason": before[1]},
                "to": {"verdict": after[0], "reason": after[1]},
                "decisions": decisions,
                "customers": customers,
            }
            for before, after, decisions, customers in replay.kinds()
        ],
        "changes": [
            {
                "decision": change.decision_id,
                "at": change.at.isoformat(),
                "customer": change.customer_id,
                "from": _outcome(change.before),
                "to": _outcome(change.after),
            }
            for change in replay.changes
        ],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    until: datetime | None = outcome.until
    return {
        "verdict": outcome.verdict,
        "reason": outcome.reason,
        "rule": outcome.rule,
        "until": until.isoformat() if until else None,
    }


def _print(replay: Replay, settings: Settings) -> None:
    language = settings.language
    console = Console(highlight=False)
    console.print(f"{replay.installed.label} → {replay.pack.label}")
    for key, count in (
        ("simulated", replay.replayed),
        ("unchanged", replay.replayed - len(replay.changes)),
        ("changed", len(replay.changes)),
        ("not_replayable", replay.not_replayable),
        ("differ", replay.differ),
        ("reach", replay.short_of_days),
    ):
        if count or key in ("simulated", "unchanged", "changed"):
            console.print(f"{label(key, language)}: {count:,}")
    if replay.changes:
        table = Table(*(label(key, language) for key in ("before", "after", "decisions", "customers")))
        for before, after, decisions, customers in replay.kinds():
            table.add_row(
                *(
                    f"{label(verdict, language)}  {reason_text(reason, language)}"
                    for verdict, reason in (before, after)
                ),
                f"{decisions:,}",
                f"{customers:,}",
            )
        console.print(table)
    console.print(label("alone", language), style="dim")
