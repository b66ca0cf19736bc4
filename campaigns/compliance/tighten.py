"""Applies a tenant's overrides to a rule pack, section by section; refuses what would loosen it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from campaigns.compliance.limits import LooseningError
from campaigns.compliance.overrides import (
    DaysOffOverride,
    DebtorAgreedOverride,
    Overrides,
    RegionOverride,
    StateOverride,
    TimesOverride,
)
from campaigns.compliance.pack import RulePack
from campaigns.compliance.sections import DaysOff, DebtorAgreed, InForce, Region, StateRule, Times, Who

Key = TypeVar("Key", bound=str)
Rule = TypeVar("Rule")
Change = TypeVar("Change")

STRICTNESS = list(Who)


def tighten(pack: RulePack, by: Overrides) -> RulePack:
    """``pack`` with ``by`` applied.

    Raises LooseningError with the key of the first setting that goes too far.
    """
    if by.pack != pack.id:
        raise LooseningError(f"this file is for {by.pack!r}, not for {pack.id!r}", "pack")
    cooldown, retention = pack.cooldown, pack.retention_days
    after_talk_days = cooldown.after_talk_days
    if after_talk_days is not None:
        after_talk_days = _at(
            "cooldown.after_talk_days", after_talk_days.tightened, by.cooldown.after_talk_days
        )
    changes = {
        "in_force": _at("in_force", lambda until: _in_force(pack.in_force, until), by.in_force.until),
        "times": _at("times", lambda change: _times(pack.times, change), by.times),
        "regions": _each("regions", pack.regions, by.regions, lambda region, c: _region(region, c, pack)),
        "caps": _each("caps", pack.caps, by.caps, lambda cap, change: cap.tightened(change)),
        "min_gap_min": _each(
            "min_gap_min", pack.min_gap_min, by.min_gap_min, lambda gap, c: gap.tightened(c)
        ),
        "cooldown": cooldown.model_copy(
            update={
                "after_talk_h": _at(
                    "cooldown.after_talk_h", cooldown.after_talk_h.tightened, by.cooldown.after_talk_h
                ),
                "after_talk_days": after_talk_days,
                "after_promise_days": _at(
                    "cooldown.after_promise_days",
                    cooldown.after_promise_days.tightened,
                    by.cooldown.after_promise_days,
                ),
            }
        ),
        "debtor_agreed": _at("debtor_agreed", lambda c: _agreed(pack.debtor_agreed, c), by.debtor_agreed),
        "number_states": _each("number_states", pack.number_states, by.number_states, _state),
        "who": _each("who", pack.who, by.who, _who),
        "cases_that_do_not_bar": _fewer(
            "cases_that_do_not_bar", pack.cases_that_do_not_bar, by.cases_that_do_not_bar
        ),
        "retention_days": retention.model_copy(
            update={
                "recordings": _at(
                    "retention_days.recordings", retention.recordings.tightened, by.retention_days.recordings
                ),
                "decisions": _at(
                    "retention_days.decisions", retention.decisions.tightened, by.retention_days.decisions
                ),
            }
        ),
    }
    return pack.model_copy(update=changes)


def _at(where: str, apply: Callable[[Change], Rule], change: Change) -> Rule:
    try:
        return apply(change)
    except LooseningError as error:
        raise error.under(*where.split(".")) from error


def _each(
    where: str,
    rules: Mapping[Key, Rule],
    changes: Mapping[Key, Change],
    apply: Callable[[Rule, Change], Rule],
) -> dict[Key, Rule]:
    changed = dict(rules)
    for key, change in changes.items():
        if key not in rules:
            raise LooseningError("the rule pack has no such entry", where, key)
        changed[key] = _at(f"{where}.{key}", lambda c, key=key: apply(rules[key], c), change)  # type: ignore[misc]
    return changed


def _in_force(rule: InForce, until: object) -> InForce:
    if until is None:
        return rule
    if rule.until is not None and until > rule.until:  # type: ignore[operator]
        raise LooseningError(f"may be brought forward only: the rule pack says {rule.until}", "until")
    return rule.model_copy(update={"until": until})


def _times(rule: Times, by: TimesOverride) -> Times:
    return rule.model_copy(
        update={
            "window": _at("window", rule.window.tightened, by.window),
            "days_off": _at("days_off", lambda change: _days_off(rule.days_off, change), by.days_off),
            "last_start_margin_s": _at(
                "last_start_margin_s", rule.last_start_margin_s.tightened, by.last_start_margin_s
            ),
        }
    )


def _days_off(rule: DaysOff, by: DaysOffOverride) -> DaysOff:
    window = rule.window
    if by.closed:
        window = None
    elif window is not None:
        window = _at("window", window.tightened, by.window)
    elif by.window.hard or by.window.default:
        raise LooseningError("the rule pack allows no calls on days off", "window")
    return rule.model_copy(update={"window": window, "dates": tuple(sorted({*rule.dates, *by.dates}))})


def _region(rule: Region, by: RegionOverride, pack: RulePack) -> Region:
    if by.start is not None and rule.start is not None and by.start < rule.start:
        raise LooseningError(f"may be later only: the rule pack says {rule.start:%H:%M}", "start")
    caps = dict(rule.caps)
    for name, limit in by.caps.items():
        if name not in pack.caps:
            raise LooseningError("the rule pack has no such cap", "caps", name)
        if name in caps and limit > caps[name]:
            raise LooseningError(
                f"may be lowered only: the rule pack says at most {caps[name]}", "caps", name
            )
        caps[name] = limit
    return rule.model_copy(update={"start": by.start or rule.start, "caps": caps})


def _agreed(rule: DebtorAgreed, by: DebtorAgreedOverride) -> DebtorAgreed:
    if by.grace_min is not None and by.grace_min > rule.grace_min:
        raise LooseningError(f"may be lowered only: the rule pack says at most {rule.grace_min}", "grace_min")
    grace = rule.grace_min if by.grace_min is None else by.grace_min
    return rule.model_copy(update={"skips": _fewer("skips", rule.skips, by.skips), "grace_min": grace})


def _state(rule: StateRule, by: StateOverride) -> StateRule:
    if by.attempts is not None and rule.attempts is not None and by.attempts > rule.attempts:
        raise LooseningError(f"may be lowered only: the rule pack says at most {rule.attempts}", "attempts")
    if by.attempts == 0 and rule.then is None:
        raise LooseningError("may not be 0: the rule pack does not say what then", "attempts")
    if by.max_age_h is not None and by.max_age_h > rule.max_age_h:
        raise LooseningError(f"may be lowered only: the rule pack says at most {rule.max_age_h}", "max_age_h")
    if by.within_h is not None and by.within_h < rule.within_h:
        raise LooseningError(f"may be raised only: the rule pack says at least {rule.within_h}", "within_h")
    return rule.model_copy(update=by.model_dump(exclude_none=True))


def _who(rule: Who, by: Who) -> Who:
    if STRICTNESS.index(by) < STRICTNESS.index(rule):
        raise LooseningError(f"may be stricter only: the rule pack says {rule}")
    return by


def _fewer(where: str, rule: tuple[Key, ...], by: Iterable[Key] | None) -> tuple[Key, ...]:
    if by is None:
        return rule
    kept = tuple(by)
    if more := sorted(set(kept) - set(rule)):
        raise LooseningError(f"may be shortened only: the rule pack does not list {', '.join(more)}", where)
    return kept
