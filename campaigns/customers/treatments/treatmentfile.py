"""Reading a treatment file, so that every mistake is found before anybody is treated by it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.datafile import line_of, load_model
from bot.errors import DataFileError
from campaigns.customers.treatments.rules import Treatment, Treatments
from campaigns.errors import NotFoundError
from campaigns.grading.conditions import ConditionError, parse_condition

SHIPPED: Final = Path(__file__).with_name("default.yaml")


def load_treatments(path: Path | None = None) -> Treatments:
    """Read and check a treatment file; None: the one that ships. Raises DataFileError with file and line."""
    path = path or SHIPPED
    rules = load_model(path, Treatments)
    for location, message in _problems(rules):
        key = ".".join(str(part) for part in location)
        raise DataFileError(str(path), message, line=line_of(path, *location), key=key)
    return rules


def treatment_of(rules: Treatments, name: str) -> Treatment:
    """The treatment called ``name``. Raises NotFoundError, naming those that exist."""
    for treatment in rules.treatments:
        if treatment.id == name:
            return treatment
    there_are = ", ".join(each.id for each in rules.treatments)
    raise NotFoundError(
        "there is no treatment %(name)r; there are: %(there_are)s", name=name, there_are=there_are
    )


def _problems(rules: Treatments) -> Iterator[tuple[tuple[str | int, ...], str]]:
    facts, seen = rules.facts, set[str]()
    last = len(rules.treatments) - 1
    for index, each in enumerate(rules.treatments):
        if each.id in seen:
            yield ("treatments", index, "id"), f"the treatment {each.id!r} stands twice"
        seen.add(each.id)
        text = each.condition
        if text is None and index != last:
            yield ("treatments", index), "it fits everybody, so those below it would never count"
        if text is not None and index == last:
            yield ("treatments", index), "the last treatment must fit everybody: it has no condition"
        for part in filter(None, (each.when, text)):
            try:
                parse_condition(part, facts)
            except ConditionError as error:
                yield ("treatments", index, "when"), str(error)
                break
