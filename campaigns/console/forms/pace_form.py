"""Pace, caller numbers and retries of a campaign, from a form and back into one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.console.forms.typed import Typed, UnfitError
from campaigns.outcomes.retry import RetryChange, RetryPolicy
from campaigns.settings import Settings


def pace_of(typed: Typed) -> tuple[int, float]:
    """Calls at once, and new calls a second. Raises UnfitError."""
    return (
        typed.whole("concurrency", 1, 1_000) or 20,
        typed.number("calls_per_second", 0.01, 1_000) or 2.0,
    )


def callers_of(typed: Typed, settings: Settings) -> tuple[str, ...] | None:
    """The numbers to call from; None: all of the installation's. Raises UnfitError."""
    chosen = typed.all("caller")
    if not chosen:
        raise UnfitError("choose a number to call from")
    return None if set(chosen) == set(settings.callers) else chosen


def retries_of(typed: Typed, policy: RetryPolicy) -> dict[str, RetryChange] | None:
    """What differs from the installation's retries; None when nothing does. Raises UnfitError."""
    changes: dict[str, RetryChange] = {}
    for name, own in policy.classes.items():
        waits = tuple(map(_minutes, typed.parts(f"waits_{name}"))) or own.after_min
        tries = typed.whole(f"tries_{name}", 1, 50) or own.max_tries
        if (waits, tries) != (own.after_min, own.max_tries):
            changes[name] = RetryChange(
                after_min=waits if waits != own.after_min else None,
                max_tries=tries if tries != own.max_tries else None,
            )
    return changes or None


def typed_of(
    settings: Settings,
    policy: RetryPolicy,
    callers: tuple[str, ...] | None,
    retries: Mapping[str, Any] | None,
) -> dict[str, tuple[str, ...]]:
    """The fields of what a campaign has, else of what holds without."""
    fields = {"caller": callers or settings.callers}
    for name, own in policy.changed(retries or {}).classes.items():
        fields[f"waits_{name}"] = (", ".join(map(str, own.after_min)),)
        fields[f"tries_{name}"] = (str(own.max_tries),)
    return fields


def _minutes(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 43_200):
        raise UnfitError("waits are minutes such as 30, 60, 240, not %(text)s", text=text[:20])
    return int(text)
