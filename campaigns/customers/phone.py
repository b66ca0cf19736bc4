"""Phone numbers as people and spreadsheets write them, to E.164."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from campaigns.customers.generate import NumberRange, unreachable
from campaigns.customers.values import BadValueError, clean, number
from campaigns.errors import ConflictError, ImportFileError
from telephony.numbers import is_e164

_PERSONAL = frozenset(
    {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
)
_FLOAT = re.compile(r"\d+(?:\.\d*)?(?:[eE]\+?\d+)?", re.ASCII)
_SEPARATORS = re.compile(r"[/;,、|\n]+")


def check_region(region: str) -> None:
    """Raises ImportFileError when no numbering plan of ``region`` is known."""
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise ImportFileError(
            "%(region)r is not a region with a numbering plan; give one such as CN", region=region
        )


def as_e164(written: str, region: str) -> str | None:
    """``written`` as E.164 for a look-up, whoever's it may be; None when it is no number."""
    if not any(character.isdigit() for character in written):
        return None
    try:
        parsed = phonenumbers.parse(clean(written), region)
    except NumberParseException:
        return None
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    return e164 if is_e164(e164) else None


def readable(e164: str) -> str:
    """A number in groups, as people read it."""
    try:
        parsed = phonenumbers.parse(e164)
    except NumberParseException:
        return e164
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)


def split_numbers(cell: str) -> list[str]:
    """The numbers of a cell that holds one or several."""
    return [part for part in (clean(each) for each in _SEPARATORS.split(clean(cell))) if part]


def normalise(
    written: str, region: str, ranges: dict[str, tuple[NumberRange, ...]], *, generated: bool = False
) -> str:
    """``written`` as E.164; without a country code it is a number of ``region``.

    A number that went through a spreadsheet's float is taken when all its digits are there. A generated
    number must lie in a range that reaches nobody, any other must not. Raises BadValueError.
    """
    digits = _whole(clean(written))
    plain = _plain_national(digits, region)
    if plain and not generated:
        return plain
    if any(character.isalpha() for character in digits):
        raise BadValueError("not_a_number", "is not a phone number")
    try:
        parsed = phonenumbers.parse(digits, region)
    except NumberParseException as error:
        raise BadValueError("not_a_number", "is not a phone number") from error
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    nobody = unreachable(e164, ranges)
    if generated:
        if not nobody:
            raise BadValueError(
                "reachable", "is marked as generated but lies in a range that may reach people"
            )
        return e164
    if nobody:
        raise BadValueError("generated", "lies in the range of generated numbers, which reach nobody")
    if parsed.extension:
        raise BadValueError("extension", "has an extension, which cannot be dialled")
    kind = phonenumbers.number_type(parsed)
    if kind == PhoneNumberType.UNKNOWN:
        raise BadValueError("not_assigned", "has a wrong length or a prefix that no operator has")
    if kind not in _PERSONAL:
        raise BadValueError("not_personal", "is a service number, not a person's")
    return e164


def _plain_national(digits: str, region: str) -> str | None:
    """E.164 of the usual case, a valid national number in plain digits, at a third of the cost of a parse."""
    if not (digits.isascii() and digits.isdigit()) or not 6 < len(digits) < 16 or digits.startswith("0"):
        return None
    country = phonenumbers.country_code_for_region(region)
    number_type = phonenumbers.number_type(PhoneNumber(country_code=country, national_number=int(digits)))
    return f"+{country}{digits}" if number_type in _PERSONAL else None


def _whole(written: str) -> str:
    """The digits of a number that a spreadsheet wrote as a float."""
    if written.isdigit() or not _FLOAT.fullmatch(written):
        return written
    value = number(written)
    if value != value.to_integral_value() or value.adjusted() > 20:
        raise BadValueError("fraction", "is a number with a fraction, not a phone number")
    return str(int(value))


def normalise_own(written: str, region: str) -> str:
    """``written`` as E.164, of a number that is on record already; its kind does not matter.

    Raises ConflictError.
    """
    try:
        parsed = phonenumbers.parse(written, region)
    except NumberParseException as error:
        raise ConflictError("one of the numbers is not a phone number") from error
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
