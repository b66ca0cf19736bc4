"""Reading a grading rule file, so that every mistake is found before a customer is graded by it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeAlias

from bot.datafile import line_of, load_model
from bot.errors import DataFileError
from campaigns.grading.conditions import ConditionError, parse_condition
from campaigns.grading.features import Kind
from campaigns.grading.life_cycle import FEATURES_OF, Stage
from campaigns.grading.rules import Bin, GradingRules

DEFAULT_RULES: Final = Path(__file__).with_name("rules") / "default.yaml"
RULES_OF: Final = {
    stage: DEFAULT_RULES if stage is Stage.AFTER else DEFAULT_RULES.with_name(f"{stage}.yaml")
    for stage in Stage
}
"""The rules that ship for each stage of a loan."""

_Location: TypeAlias = tuple[str | int, ...]
_Problem: TypeAlias = tuple[_Location, str]


def load_rules(path: Path | None = None) -> GradingRules:
    """Read and check a rule file; None: the one that ships. Raises DataFileError with file, line and key."""
    path = path or DEFAULT_RULES
    rules = load_model(path, GradingRules)
    problems = [
        *_repeated(rules),
        *_attributes(rules),
        *_conditions(rules),
        *_fading(rules),
        *_scorecard(rules),
        *_cutoffs(rules),
        *_outcomes(rules),
    ]
    if not (rules.strong or rules.weak or rules.scorecard):
        problems.append(((), "there is neither a rule nor a scorecard"))
    if problems:
        location, message = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        key = ".".join(str(part) for part in location) or None
        raise DataFileError(str(path), message + more, line=line_of(path, *location), key=key)
    return rules


def load_stage_rules(stage: Stage, path: Path | None = None) -> GradingRules:
    """The rules of a stage; None: those that ship. Raises DataFileError, also for a file of another stage."""
    path = path or RULES_OF[stage]
    rules = load_rules(path)
    if rules.life_cycle is not stage:
        raise DataFileError(
            str(path), f"these rules are for {rules.life_cycle}, not {stage}, a loan", key="life_cycle"
        )
    return rules


def _repeated(rules: GradingRules) -> Iterator[_Problem]:
    seen: set[str] = set()
    for section in ("strong", "weak", "scorecard"):
        for index, part in enumerate(getattr(rules, section)):
            if part.id in seen:
                yield (
                    (section, index, "id"),
                    f"the id {part.id!r} stands twice; reasons could not be told apart",
                )
            seen.add(part.id)


def _attributes(rules: GradingRules) -> Iterator[_Problem]:
    for index, name in enumerate(rules.attributes):
        if name in FEATURES_OF[rules.life_cycle] or name in rules.attributes[:index]:
            yield ("attributes", index), f"{name!r} is already the name of a feature"


def _conditions(rules: GradingRules) -> Iterator[_Problem]:
    for section in ("strong", "weak"):
        for index, rule in enumerate(getattr(rules, section)):
            try:
                parse_condition(rule.when, rules.features)
            except ConditionError as error:
                yield (section, index, "when"), str(error)


def _fading(rules: GradingRules) -> Iterator[_Problem]:
    for index, rule in enumerate(rules.weak):
        if rule.fades is not None and rules.features.get(rule.fades.by) is not Kind.INTEGER:
            there_are = ", ".join(name for name, kind in rules.features.items() if kind is Kind.INTEGER)
            yield (
                ("weak", index, "fades", "by"),
                f"{rule.fades.by!r} is no whole-number feature; there are: {there_are}",
            )


def _scorecard(rules: GradingRules) -> Iterator[_Problem]:
    for index, characteristic in enumerate(rules.scorecard):
        location = ("scorecard", index)
        kind = rules.features.get(characteristic.of)
        if kind is None:
            there_are = ", ".join(name for name, kind in rules.features.items() if kind is Kind.INTEGER)
            yield (*location, "of"), f"there is no feature {characteristic.of!r}; there are: {there_are}"
        elif kind is Kind.TEXT:
            yield (*location, "of"), f"{characteristic.of!r} is text and has no bins; use weak rules"
        for place, message in _bins(characteristic.bins):
            yield (*location, "bins", *place), message


def _bins(bins: tuple[Bin, ...]) -> Iterator[_Problem]:
    """Every whole number must fall into exactly one bin, and the file must show them in order."""
    if bins[0].start is not None:
        yield (0, "from"), f"the first bin must be open below; numbers under {bins[0].start} are in no bin"
    if bins[-1].end is not None:
        yield (
            (len(bins) - 1, "to"),
            f"the last bin must be open above; numbers over {bins[-1].end} are in no bin",
        )
    for index, part in enumerate(bins):
        if part.start is not None and part.end is not None and part.end < part.start:
            yield (index, "to"), f"the bin from {part.start} to {part.end} is empty"
    for index, (before, after) in enumerate(pairwise(bins), start=1):
        if before.end is None:
            yield (index - 1,), "'to' is missing; only the last bin is open above"
        elif after.start is None:
            yield (index,), "'from' is missing; only the first bin is open below"
        elif after.start <= before.end:
            yield (index, "from"), f"overlaps the bin before: {after.start} to {before.end} would be in both"
        elif after.start > before.end + 1:
            yield (index, "from"), f"leaves a gap: {before.end + 1} to {after.start - 1} would be in no bin"


def _cutoffs(rules: GradingRules) -> Iterator[_Problem]:
    cutoffs = rules.cutoffs
    if cutoffs.B <= cutoffs.A:
        yield ("cutoffs", "B"), f"must be more than the cut-off of A, {cutoffs.A}"
    if cutoffs.C <= cutoffs.B:
        yield ("cutoffs", "C"), f"must be more than the cut-off of B, {cutoffs.B}"


def _outcomes(rules: GradingRules) -> Iterator[_Problem]:
    """After a loan has fallen due, treatments say what follows; before, each strong rule does."""
    collecting = rules.life_cycle is Stage.AFTER
    for index, rule in enumerate(rules.strong):
        if collecting and rule.outcome is not None:
            yield ("strong", index, "outcome"), "outcomes are for rules with life_cycle before or during"
        elif not collecting and rule.outcome is None:
            yield ("strong", index), "'outcome' is missing: watch, review, refer or decline"
    if collecting and rules.outcomes is not None:
        yield ("outcomes",), "outcomes are for rules with life_cycle before or during"
