"""Codes as staff read them. Most have their words where they are defined; the rest are in codes.yaml."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import RootModel

from bot.datafile import load_model
from campaigns.compliance.reasons import Words, reason_text
from campaigns.compliance.words import label
from campaigns.outcomes.dispositions import shipped_dispositions
from campaigns.outcomes.report_words import words
from telephony.wording import recognised

_FILES: Final = ("codes", "dialogue_codes", "line_codes", "region_codes", "rule_codes")
SHIPPED: Final = tuple(Path(__file__).with_name(f"{name}.yaml") for name in _FILES)


RENDERINGS: Final = Path(__file__).with_name("rule_texts.yaml")


class _Codes(RootModel[dict[str, dict[str, Words]]]):
    pass


@cache
def own_codes() -> dict[str, dict[str, Words]]:
    """kind → code → its words. Raises DataFileError."""
    found: dict[str, dict[str, Words]] = {}
    for path in SHIPPED:
        found |= load_model(path, _Codes).root
    return found


class _Renderings(RootModel[dict[str, dict[str, str]]]):
    pass


@cache
def renderings() -> dict[str, dict[str, str]]:
    """language → a text of a rule pack → the same for readers of that language. Raises DataFileError."""
    return load_model(RENDERINGS, _Renderings).root


def _rule_text(text: str, language: str) -> str:
    """A text of a pack; as it is where nobody rendered it."""
    return renderings().get(language, {}).get(text, text)


def _rule(rule: str, language: str) -> str:
    """Of a rule without words of its own: those of what it is part of, and its last key."""
    known = own_codes()
    if (own := known["rule"].get(rule)) is not None:
        return own.in_(language)
    above, _, key = rule.rpartition(".")
    of, part = known["rule"].get(above), known["rule_word"].get(key)
    if of is None or part is None:
        return rule
    return known["rule_part"]["of"].in_(language) % {"rule": of.in_(language), "part": part.in_(language)}


def _disposition(code: str, language: str) -> str:
    return shipped_dispositions().label(code, language)


def _follow_up(code: str, language: str) -> str:
    return words(language).follow_up(code)


def _report(kind: str) -> Callable[[str, str], str]:
    def read(code: str, language: str) -> str:
        return words(language).code(kind, code)

    return read


def _bare(code: str, language: str) -> str:
    known = words(language).labels.get(code)
    return known.text(language) if known else code


def _fact(code: str, language: str) -> str:
    try:
        return label(code, language)
    except KeyError:
        return code


def _grade_bin(code: str, language: str) -> str:
    """``..0``, ``1..29`` and ``30..``, as rules have them, in the signs that staff know."""
    known = own_codes()["grade_bin"].get(code)
    if known is not None:
        return known.in_(language)
    low, between, high = code.partition("..")
    if not between:
        return code
    return f"{low}–{high}" if low and high else f"≥ {low}" if low else f"≤ {high}"


def _line_fault(text: str, language: str) -> str:
    """What a line says of a fault or its set-up; as it is where it is none of the line's own wordings."""
    found = recognised(text)
    if found is None:
        return text
    known = own_codes()
    values = {
        name: _line_fault(value, language) if isinstance(value, str) else value
        for name, value in found.values.items()
    }
    carrier = known["twilio_says"].get(str(values.get("code")))
    if found.code == "twilio_fault" and carrier is not None:
        values["says"] = carrier.in_(language)
    return known["line_says"][found.code].in_(language) % values


ELSEWHERE: Final[dict[str, Callable[[str, str], str]]] = {
    "disposition": _disposition,
    "reason": reason_text,
    "follow_up": _follow_up,
    "number": _report("status"),
    "campaign": _report("state"),
    "promise": _bare,
    "promise_reason": _report("promise"),
    "verdict": _bare,
    "message": _report("message"),
    "fact": _fact,
    "line_fault": _line_fault,
    "rule": _rule,
    "rule_text": _rule_text,
    "grade_bin": _grade_bin,
}
"""kind → how a code of that kind is read, in a language."""


def code_text(kind: str, code: str | None, language: str) -> str:
    """What staff read for a code; the code itself where this version has no words for it; empty for None."""
    if code is None:
        return ""
    read = ELSEWHERE.get(kind)
    if read is not None:
        return read(code, language)
    known = own_codes()[kind].get(code)
    return known.in_(language) if known else code
