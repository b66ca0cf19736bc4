"""Reading the line's YAML data so that every mistake is reported with file, line and key."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from telephony.errors import LineConfigError

Model = TypeVar("Model", bound=BaseModel)


_SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C where PyYAML has it: ten times as quick, with the same marks."""


class _Loader(_SafeLoader):  # type: ignore[misc, valid-type]
    """A safe loader that refuses a key written twice, of which YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            seen.add(key.value)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def load_model(source: Path | Mapping[str, Any], model: type[Model], *, name: str = "settings") -> Model:
    """``source``, a YAML file or a mapping that messages call ``name``, validated. Raises LineConfigError."""
    if not isinstance(source, Path):
        return _validate(source, model, name, root=None)
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise LineConfigError(f"cannot be read: {why}", file=str(source)) from error
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        content = None if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise LineConfigError(error.problem or "not valid YAML", file=str(source), line=line) from error
    except yaml.YAMLError as error:
        raise LineConfigError(f"not valid YAML: {error}", file=str(source)) from error
    finally:
        loader.dispose()
    return _validate(content, model, str(source), root)


def _validate(content: Any, model: type[Model], name: str, root: yaml.Node | None) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first, *others = error.errors(include_url=False)
        more = f" (and {len(others)} more)" if others else ""
        key = ".".join(str(part) for part in first["loc"]) or None
        line = _line(root, first["loc"])
        raise LineConfigError(
            first["msg"].removeprefix("Value error, ") + more, file=name, line=line, key=key
        ) from error


def _line(node: yaml.Node | None, location: tuple[str | int, ...]) -> int | None:
    """Follow ``location`` down the node tree as far as it leads."""
    if node is None:
        return None
    line = node.start_mark.line + 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == part), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
