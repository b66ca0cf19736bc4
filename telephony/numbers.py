"""Phone numbers as text: their one form, and how they may be shown."""

from __future__ import annotations

import re

_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_SHOWN_TAIL, _HIDDEN = 4, 4


def is_e164(number: str) -> bool:
    """Whether ``number`` is written as E.164: a plus sign and 7 to 15 digits."""
    return _E164.fullmatch(number) is not None


def mask(number: str) -> str:
    """``number`` as a log may show it: ``+8613812345678`` becomes ``+86138****5678``; short ones vanish."""
    if len(number) <= _SHOWN_TAIL + _HIDDEN:
        return "*" * len(number)
    return number[: -_SHOWN_TAIL - _HIDDEN] + "*" * _HIDDEN + number[-_SHOWN_TAIL:]
