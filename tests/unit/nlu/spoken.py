"""Writes numbers and days as they are spoken, for tests: the opposite of what is tested."""

from __future__ import annotations

_DIGITS = "零一二三四五六七八九"
_UNITS = ((1000, "千"), (100, "百"), (10, "十"))


def spoken(number: int) -> str:
    """``number`` below 100,000,000 in full: 10205 is 一万零二百零五."""
    if number == 0:
        return _DIGITS[0]
    high, low = divmod(number, 10_000)
    parts = _section(high) + "万" if high else ""
    if low:
        parts += ("零" if high and low < 1000 else "") + _section(low)
    return parts.removeprefix("一") if 10 <= number < 20 else parts


def _section(number: int) -> str:
    parts, gap = "", False
    for size, unit in _UNITS:
        digit, number = divmod(number, size)
        if digit:
            parts += ("零" if gap and parts else "") + _DIGITS[digit] + unit
            gap = False
        else:
            gap = True
    if number:
        parts += ("零" if gap and parts else "") + _DIGITS[number]
    return parts
