"""What people read, so that it can be put into their language: English with places, and what goes there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Said:
    """A text; ``str`` is it in English.

    ``template``: as the catalogues have it, with places such as ``%(name)s``; without values it is the text
    itself. A value that is a Said or a Code, or a tuple of them, is put into the language of its reader
    too.
    """

    def __init__(self, template: str, /, **values: Any) -> None:
        self.template = template
        self.values: Mapping[str, Any] = values

    def __str__(self) -> str:
        if not self.values:
            return self.template
        return self.template % {key: _english(value) for key, value in self.values.items()}

    def to_data(self) -> dict[str, Any]:
        """As JSON, for the store."""
        return {"template": self.template, "values": {key: _kept(it) for key, it in self.values.items()}}


@dataclass(frozen=True, slots=True)
class Code:
    """A state, a script or the like, of a kind that has words in the language files.

    ``text``: what ``str`` says, where that is not the code.
    """

    kind: str
    code: str
    text: str = ""

    def __str__(self) -> str:
        return self.text or self.code

    def __repr__(self) -> str:
        return repr(str(self))


class WrongValue(ValueError):  # noqa: N818 - pydantic takes a ValueError; this one says what is wrong
    """What pydantic's validators raise, where pages show it."""

    def __init__(self, template: str, /, **values: Any) -> None:
        self.said = Said(template, **values)
        super().__init__(str(self.said))


def of_data(data: Mapping[str, Any]) -> Said:
    """From ``Said.to_data``."""
    return Said(data["template"], **{key: _read(it) for key, it in data["values"].items()})


def _english(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value


def _kept(value: Any) -> Any:
    match value:
        case tuple():
            return list(map(_kept, value))
        case Said():
            return value.to_data()
        case Code():
            return {"kind": value.kind, "code": value.code, "text": value.text}
        case bool() | int() | float():
            return value
    return str(value)


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_read, value))
    if not isinstance(value, dict):
        return value
    return Code(**value) if "kind" in value else of_data(value)
