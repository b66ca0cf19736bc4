"""Numbers are shown masked, and E.164 is the only form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.numbers import is_e164, mask


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+8613812345678", "+86138****5678"),
        ("+14155552671", "+141****2671"),
        ("95588", "*****"),
        ("", ""),
    ],
)
def test_mask(number: str, shown: str) -> None:
    assert mask(number) == shown


@given(st.text(alphabet="+0123456789", max_size=20))
def test_at_least_four_digits_are_always_hidden(number: str) -> None:
    shown = mask(number)
    assert len(shown) == len(number)
    assert shown.count("*") == (4 if len(number) > 8 else len(number))


@pytest.mark.parametrize(
    "number", ["13812345678", "+0123456789", "+86 13812345678", "+861", "+٨٦١٣٨١٢٣٤٥٦٧٨", ""]
)
def test_other_spellings_are_not_e164(number: str) -> None:
    assert not is_e164(number)


def test_e164() -> None:
    assert is_e164("+8613812345678")
