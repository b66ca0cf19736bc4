"""Reading YAML data files so that every mistake is reported with file, line and key."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import DataFileError
from bot.yaml_bounds import check_bounds

Model = TypeVar("Model", bound=BaseModel)
LONGEST_SHOWN = 40  # characters of a value, in a message
LineOf = Callable[..., int]
"""The line, from 1, of the value at a location: keys and indices, outermost first."""


_SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C where PyYAML has it: ten times as quick, with the same marks."""


class _Loader(_SafeLoader):  # type: ignore[misc, valid-type]
    """A safe loader that refuses duplicate keys and keys that YAML took for something else than a string."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
            # What YAML takes for a day, a number or bytes, and Python does not.
            line, hint = node.start_mark.line + 1, f"{_short(node)} cannot be read ({error}); quote it"
            raise DataFileError(self.name, hint, line=line) from error

    def construct_mapping(self, node: yaml.Node, deep: bool = False) -> dict[Hashable, Any]:
        if not isinstance(node, yaml.MappingNode):  # a word that its tag calls a mapping
            line = node.start_mark.line + 1
            raise DataFileError(self.name, f"{_short(node)} is no mapping", line=line)
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                hint = f"the key is read as {key!r}, not as text; quote it"
                raise DataFileError(self.name, hint, line=line, key=str(key_node.value))
            if key in seen:
                raise DataFileError(self.name, "this key stands twice", line=line, key=key)
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def _short(node: yaml.Node) -> str:
    shown = str(node.value) if isinstance(node, yaml.ScalarNode) else node.tag
    return repr(shown) if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]!r}…"


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. Raises DataFileError with the line of a syntax mistake."""
    return _read(path)[0]


def load_model(path: Path, model: type[Model], *, under: str | None = None) -> Model:
    """Read ``path`` and validate it as ``model``; ``under`` picks one top-level key.

    Raises DataFileError naming the line and key of the first mistake and how many more there are.
    """
    content, root = _read(path)
    prefix: tuple[str | int, ...] = ()
    if under is not None:
        if not isinstance(content, dict) or under not in content:
            raise DataFileError(str(path), "this top-level key is missing", key=under)
        content, prefix = content[under], (under,)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first, *others = mistakes_in(error)
        location = prefix + first["loc"]
        more = f" (and {len(others)} more)" if others else ""
        key = ".".join(str(part) for part in location) or None
        raise DataFileError(
            str(path), plain(first["msg"]) + more, line=_line(root, location), key=key
        ) from error


def mistakes_in(error: ValidationError) -> list[ErrorDetails]:
    """All of them. A misspelt key is both unknown and missing; what was written comes first, to go to."""
    found = error.errors(include_url=False, include_input=False)
    return sorted(found, key=lambda mistake: mistake["type"] != "extra_forbidden")


_PLAIN = {
    "Extra inputs are not permitted": "there is no such key; is it misspelt?",
}


def plain(message: str) -> str:
    """What pydantic says of a mistake, in words for whoever wrote the file, and without the name of the
    exception that a validator of ours raised."""
    return _PLAIN.get(message, message.removeprefix("Value error, "))


def _why(error: OSError | ValueError) -> str:
    """Without the number of the error and the path, which is told already."""
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def line_of(path: Path, *location: str | int) -> int:
    """The line in ``path`` of the value at ``location``, or of the nearest thing above it."""
    return lines_of(path)(*location)


def lines_of(path: Path) -> LineOf:
    """``line_of`` for many places in ``path``, which is read once."""
    root = _read(path)[1]
    return lambda *location: _line(root, location)


def _read(path: Path) -> tuple[Any, yaml.Node | None]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:  # no UTF-8, or a name that no file can have
        raise DataFileError(str(path), f"cannot be read: {_why(error)}") from error
    loader: Any = None
    try:
        check_bounds(text, str(path), _SafeLoader)
        loader = _Loader(text)
        loader.name = str(path)
        root = loader.get_single_node()
        return (None if root is None else loader.construct_document(root)), root
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise DataFileError(str(path), error.problem or "not valid YAML", line=line) from error
    except yaml.YAMLError as error:
        raise DataFileError(str(path), f"not valid YAML: {error}") from error
    finally:
        if loader is not None:
            loader.dispose()


def _line(node: yaml.Node | None, location: tuple[str | int, ...]) -> int:
    """Follow ``location`` down the node tree as far as it leads."""
    line = 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == part), None)
            if pair is None:
                continue  # a pydantic-made part, such as the tag of a union
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
