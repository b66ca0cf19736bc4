"""What a tenant's overrides make of each section of a rule pack."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date

from campaigns.compliance.arranged import ArrangedYear
from campaigns.compliance.gates import ConsentRule, Gate
from campaigns.compliance.keeping import Retention
from campaigns.compliance.limits import LooseningError
from campaigns.compliance.overrides import (
    ConsentOverride,
    DaysOffOverride,
    DebtorAgreedOverride,
    GateOverride,
    RegionOverride,
    RetentionOverride,
    StateOverride,
    ThirdPartiesOverride,
    TimesOverride,
)
from campaigns.compliance.people import ThirdParties, Who
from campaigns.compliance.sections import DaysOff, DebtorAgreed, InForce, Region, StateRule, Times
from campaigns.compliance.text_rules import TextRules, TextRulesOverride
from campaigns.compliance.tighten_steps import at, each, fewer, limits, no_less, no_more, optional

STRICTNESS = list(Who)


def in_force(rule: InForce, until: date | None) -> InForce:
    if until is None:
        return rule
    if rule.until is not None and until > rule.until:
        raise LooseningError(f"may be brought forward only: the rule pack says {rule.until}", "until")
    return rule.model_copy(update={"until": until})


def times(rule: Times, by: TimesOverride) -> Times:
    return rule.model_copy(
        update={
            "window": at("window", rule.window.tightened, by.window),
            "days_off": at("days_off", lambda change: _days_off(rule.days_off, change), by.days_off),
            "last_start_margin_s": at(
                "last_start_margin_s", rule.last_start_margin_s.tightened, by.last_start_margin_s
            ),
        }
    )


def _days_off(rule: DaysOff, by: DaysOffOverride) -> DaysOff:
    window = rule.window
    if by.closed:
        window = None
    elif window is not None:
        window = at("window", window.tightened, by.window)
    elif by.window.hard or by.window.default:
        raise LooseningError("the rule pack allows no calls on days off", "window")
    return rule.model_copy(
        update={
            "window": window,
            "dates": tuple(sorted({*rule.dates, *by.dates})),
            "arranged": _arranged(rule, by),
        }
    )


def _arranged(rule: DaysOff, by: DaysOffOverride) -> tuple[ArrangedYear, ...]:
    if by.arranged and rule.calendar is None:
        raise LooseningError("the rule pack goes by no calendar", "arranged")
    years = [each.year for each in by.arranged]
    if twice := sorted({year for year in years if years.count(year) > 1}):
        raise LooseningError(f"{twice[0]} is there twice", "arranged")
    return tuple(sorted(by.arranged, key=lambda each: each.year))


def region(rule: Region, by: RegionOverride, known_caps: Container[str]) -> Region:
    if by.start is not None and rule.start is not None and by.start < rule.start:
        raise LooseningError(f"may be later only: the rule pack says {rule.start:%H:%M}", "start")
    caps = dict(rule.caps)
    for name, limit in by.caps.items():
        if name not in known_caps:
            raise LooseningError("the rule pack has no such cap", "caps", name)
        if name in caps and limit > caps[name]:
            raise LooseningError(
                f"may be lowered only: the rule pack says at most {caps[name]}", "caps", name
            )
        caps[name] = limit
    return rule.model_copy(
        update={
            "start": by.start or rule.start,
            "caps": caps,
            "all_party": rule.all_party or bool(by.all_party),
        }
    )


def agreed(rule: DebtorAgreed, by: DebtorAgreedOverride) -> DebtorAgreed:
    return rule.model_copy(
        update={
            "skips": fewer("skips", rule.skips, by.skips),
            "grace_min": no_more("grace_min", rule.grace_min, by.grace_min),
            "may_widen": rule.may_widen and by.may_widen is None,
        }
    )


def consent(rule: ConsentRule, by: ConsentOverride) -> ConsentRule:
    return rule.model_copy(update={"needed_for": tuple(dict.fromkeys((*rule.needed_for, *by.needed_for)))})


def gates(rules: Mapping[str, Gate], by: Mapping[str, GateOverride]) -> dict[str, Gate]:
    """Gates made stricter, and further ones."""
    closed = dict(rules)
    for name, change in by.items():
        rule = rules.get(name)
        if rule is not None:
            closed[name] = at(f"gates.{name}", lambda c, rule=rule: _gate(rule, c), change)  # type: ignore[misc]
        elif change.reason is None:
            raise LooseningError("the rule pack has no such gate; a new one needs a reason", "gates", name)
        else:
            closed[name] = Gate(
                then=change.then,
                reason=change.reason,
                max_age_days=change.max_age_days,
                required=bool(change.required),
            )
    return closed


def _gate(rule: Gate, by: GateOverride) -> Gate:
    age = no_more("max_age_days", rule.max_age_days, by.max_age_days)
    required = rule.required or bool(by.required)
    return rule.model_copy(update={"then": by.then, "max_age_days": age, "required": required})


def state(rule: StateRule, by: StateOverride) -> StateRule:
    if by.attempts == 0 and rule.then is None:
        raise LooseningError("may not be 0: the rule pack does not say what then", "attempts")
    return rule.model_copy(
        update={
            "attempts": no_more("attempts", rule.attempts, by.attempts),
            "max_age_h": no_more("max_age_h", rule.max_age_h, by.max_age_h),
            "within_h": no_less("within_h", rule.within_h, by.within_h),
        }
    )


def who(rule: Who, by: Who) -> Who:
    if STRICTNESS.index(by) < STRICTNESS.index(rule):
        raise LooseningError(f"may be stricter only: the rule pack says {rule}")
    return by


def third_parties(rule: ThirdParties | None, by: ThirdPartiesOverride) -> ThirdParties | None:
    if rule is None:
        if by != ThirdPartiesOverride():
            raise LooseningError("the rule pack has no such section")
        return None
    grounds = fewer("grounds", rule.grounds, by.grounds)
    failures = no_less("failures_in_a_row", rule.failures_in_a_row, by.failures_in_a_row)
    return rule.model_copy(update={"grounds": grounds, "failures_in_a_row": failures})


def texts(rule: TextRules | None, by: TextRulesOverride) -> TextRules | None:
    """Fewer messages, and a STOP that reaches further."""
    tightened = optional(rule, by)
    if tightened is None or by.stop_bars_calls is None:
        return tightened
    if tightened.stop_bars_calls and not by.stop_bars_calls:
        raise LooseningError("may be set to true only", "stop_bars_calls")
    return tightened.model_copy(update={"stop_bars_calls": by.stop_bars_calls})


def retention(rule: Retention, by: RetentionOverride) -> Retention:
    products = each("products", rule.products, by.products, limits)
    return limits(rule, by).model_copy(update={"products": products})
