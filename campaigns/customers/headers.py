"""Finding a mapping's columns in the header of a file, and the mapping that fits a file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaigns.customers.mapping import Column, FieldName, Mapping
from campaigns.errors import ImportFileError


@dataclass(frozen=True, slots=True)
class Binding:
    """A mapping with the place of each of its columns in one file."""

    mapping: Mapping
    width: int
    fields: dict[FieldName, int]
    attributes: dict[str, int]
    arrears: tuple[int, ...]
    bills: tuple[int, ...]
    payments: tuple[int, ...]

    @property
    def size(self) -> int:
        return len(self.fields) + len(self.attributes)


def bind(mapping: Mapping, headers: Sequence[str]) -> Binding:
    """Find the columns. Raises ImportFileError when one is missing or stands twice."""
    if missing := missing_columns(mapping, headers):
        raise ImportFileError(
            "mapping '%(mapping)s' misses these columns: %(missing)s",
            mapping=mapping.name,
            missing="; ".join(missing),
        )
    places = places_of(headers)
    fields = {
        name: place
        for name, column in mapping.fields.items()
        if (place := find_column(column, places)) is not None
    }
    attributes = {
        name: place
        for name, column in mapping.attributes.items()
        if (place := find_column(column, places)) is not None
    }
    months = mapping.histories
    arrears, bills, payments = (
        tuple(_only(name, places[_plain(name)]) for name in names)
        for names in (months.arrears, months.bills, months.payments)
    )
    return Binding(mapping, len(headers), fields, attributes, arrears, bills, payments)


def missing_columns(mapping: Mapping, headers: Sequence[str]) -> list[str]:
    """The required columns that a file lacks, each with all names it may have."""
    places = places_of(headers)
    missing = [
        " or ".join(column.source)
        for column in mapping.fields.values()
        if column.required and not any(_plain(name) in places for name in column.source)
    ]
    dates: list[FieldName] = ["due_date", "days_past_due", "months_in_arrears"]
    ways = [name for each in dates if each in mapping.fields for name in mapping.fields[each].source]
    if not any(_plain(name) in places for name in ways):
        missing.append(" or ".join(ways))
    months = mapping.histories
    missing += [
        name for name in (*months.arrears, *months.bills, *months.payments) if _plain(name) not in places
    ]
    return list(dict.fromkeys(missing))


def detect(mappings: Iterable[Mapping], headers: Sequence[str]) -> Binding:
    """The binding of the mapping that fits ``headers`` and uses most of them. Raises ImportFileError."""
    candidates = list(mappings)
    fitting = [mapping for mapping in candidates if not missing_columns(mapping, headers)]
    if fitting:
        return max((bind(mapping, headers) for mapping in fitting), key=lambda binding: binding.size)
    nearest = min(candidates, key=lambda mapping: _share_missing(mapping, headers))
    raise ImportFileError(
        "no known mapping fits its columns; the nearest, '%(nearest)s', misses: "
        "%(missing)s. Rename the columns, or write a mapping and name it",
        nearest=nearest.name,
        missing="; ".join(missing_columns(nearest, headers)),
    )


def _share_missing(mapping: Mapping, headers: Sequence[str]) -> float:
    return len(missing_columns(mapping, headers)) / max(1, len(missing_columns(mapping, ())))


def _plain(header: str) -> str:
    """A header without case, width, spaces or underscores."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return "".join(character for character in folded if character.isalnum())


def places_of(headers: Sequence[str]) -> dict[str, list[int]]:
    """Where each header stands, by its plain form."""
    places: dict[str, list[int]] = {}
    for place, header in enumerate(headers):
        places.setdefault(_plain(header), []).append(place)
    return places


def find_column(column: Column, places: dict[str, list[int]]) -> int | None:
    """Where ``column`` stands, None when the file lacks it. Two columns of one meaning are an error."""
    found = {_plain(name): name for name in column.source if _plain(name) in places}
    if not found:
        return None
    if len(found) > 1:
        raise ImportFileError(
            "columns %(found)s mean the same; remove or rename all but one",
            found=" and ".join(found.values()),
        )
    ((plain, name),) = found.items()
    return _only(name, places[plain])


def _only(name: str, places: list[int]) -> int:
    if len(places) > 1:
        raise ImportFileError(
            "column %(name)s stands %(places)s times; remove or rename all but one",
            name=name,
            places=len(places),
        )
    return places[0]
