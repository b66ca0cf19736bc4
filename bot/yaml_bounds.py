"""How deep and how large a YAML file may be once its aliases are followed, asked before it is composed.

Composing recurses in C, without a limit: a line of a hundred thousand brackets ends the process. Aliases
cost nothing until something walks through what they stand for, and nine short lines can stand for a billion
values.
"""

from __future__ import annotations

from typing import Final

import yaml

from bot.errors import DataFileError

DEEPEST: Final = 60  # lists and mappings in one another; what ships has nine
MOST_VALUES: Final = 1_000_000  # keys too, and each time that an alias stands for them

_OPENING: Final = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSING: Final = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


def check_bounds(text: str, name: str, loader: type[yaml.SafeLoader]) -> None:
    """Raises DataFileError naming the file and the line, yaml.YAMLError for what is no YAML."""
    sizes: dict[str, int | None] = {}  # by anchor; None while it is open
    open_: list[tuple[str | None, int]] = []  # of each list or mapping around: its anchor, values before it
    values = 0
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, _OPENING):
            if len(open_) >= DEEPEST:
                wrong = f"lists and mappings stand in one another more than {DEEPEST} deep"
                raise DataFileError(name, wrong, line=line)
            open_.append((event.anchor, values))
            values += 1
            if event.anchor is not None:
                sizes[event.anchor] = None
        elif isinstance(event, _CLOSING):
            anchor, before = open_.pop()
            if anchor is not None:
                sizes[anchor] = values - before
        elif isinstance(event, yaml.ScalarEvent):
            values += 1
            if event.anchor is not None:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.AliasEvent) and event.anchor is not None:
            size = sizes.get(event.anchor, 1)  # one that is unknown is told when it is composed
            if size is None:
                raise DataFileError(name, f"*{event.anchor} stands within what it stands for", line=line)
            values += size
        if values > MOST_VALUES:
            wrong = f"this is too large: more than {MOST_VALUES:,} values, aliases counted each time"
            raise DataFileError(name, wrong, line=line)
