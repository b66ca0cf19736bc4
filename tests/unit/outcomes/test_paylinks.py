"""Tokens of payment links: short, signed, and nothing to be read in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.outcomes.paylinks import ALPHABET, LENGTH, id_in, is_signed, make_token

KEY, OTHER = bytes(range(32)), bytes(32)
END = datetime(2026, 3, 10, tzinfo=UTC)
IDS = st.integers(1, 2**31 - 1)


@given(IDS, IDS)
def test_a_token_leads_back_to_its_link_and_to_no_other(link: int, promise: int) -> None:
    token = make_token(KEY, link, promise, END)
    assert len(token) == LENGTH
    assert set(token) <= set(ALPHABET)
    assert id_in(KEY, token) == link
    assert is_signed(KEY, token, link, promise, END)
    assert not is_signed(KEY, token, link, promise + 1, END)
    assert not is_signed(KEY, token, link, promise, END + timedelta(days=1))
    assert not is_signed(OTHER, token, link, promise, END)


@given(IDS, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_letter_changed_and_it_is_forged(link: int, place: int, letter: str) -> None:
    token = make_token(KEY, link, 5, END)
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        found = id_in(KEY, changed)
        assert found is None or not is_signed(KEY, changed, found, 5, END)


@given(st.text(max_size=20))
def test_whatever_is_sent_is_read_or_refused(text: str) -> None:
    found = id_in(KEY, text)
    assert found is None or 0 <= found < 2**31
    assert not is_signed(KEY, text, 1, 1, END) or text == make_token(KEY, 1, 1, END)


def test_tokens_of_neighbours_tell_nothing_of_their_order() -> None:
    tokens = [make_token(KEY, link, 1, END) for link in range(1, 200)]
    assert len(set(tokens)) == len(tokens)
    assert sorted(tokens) != tokens
    assert len({token[-2:] for token in tokens}) > 100


def test_what_cannot_be_signed_is_refused() -> None:
    for link in (0, 2**31):
        with pytest.raises(ValueError, match="31 bits"):
            make_token(KEY, link, 1, END)
    with pytest.raises(ValueError, match="aware"):
        make_token(KEY, 1, 1, END.replace(tzinfo=None))
