"""Publishing the scripts on the disk by command."""

from __future__ import annotations

import getpass

from bot.dialogue.lint.finding import Severity
from bot.dialogue.lint.linter import lint
from bot.language import language_dir
from campaigns.clock import SystemClock
from campaigns.errors import ConflictError
from campaigns.outcomes.messages import load_messages
from campaigns.outcomes.whispers import load_handover
from campaigns.published import keep
from campaigns.settings import Settings
from campaigns.store.console.audit import Actor, Deed, record
from campaigns.store.database import Database
from campaigns.store.scripts import in_force, publish


def publish_present(settings: Settings, database: Database, note: str) -> str:
    """What to tell the operator. Raises ConflictError for scripts that break a rule, DataFileError."""
    if not note.strip():
        raise ConflictError("say what has changed: --note TEXT")
    folder = language_dir(settings.language)
    load_messages(settings.language)
    load_handover(settings.language)
    errors = [found for found in lint(folder) if found.severity is Severity.ERROR]
    if errors:
        raise ConflictError(
            f"{len(errors)} errors, the first: {errors[0].message}; see 'xiaorong dialogue lint'"
        )
    who, now = getpass.getuser(), SystemClock().now()
    with database.transaction() as session:
        before = in_force(session, settings.language)
        version = keep(session, settings, who, now, note.strip())
        if before is not None and before.id == version.id:
            return f"Version {version.label} is in force already."
        publish(session, version.id, by=who, at=now)
        told = {"version": version.label}, {"version": before.label if before else None}
        deed = Deed("scripts.published", "script", version.label, told[1], told[0], note.strip()[:255])
        record(session, Actor(None, who, "command"), deed, now)
    return f"Version {version.label} is in force for workers that start from now on."
