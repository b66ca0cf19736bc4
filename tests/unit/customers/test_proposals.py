"""What treatments propose: within bands and bounds, in whole steps, and never a lower limit."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import DataFileError
from campaigns.customers.treatments.proposals import load_proposals, shipped_proposals, utilisation

SHIPPED = shipped_proposals()


def test_a_limit_rises_by_how_much_of_it_is_used() -> None:
    found = SHIPPED.limit(2_000_000, 1_400_000, "CNY")
    assert found == {"utilisation": 70, "limit": 2_000_000, "proposed_limit": 2_200_000, "currency": "CNY"}
    more = SHIPPED.limit(2_000_000, 1_800_000, "CNY")
    assert more is not None
    assert more["proposed_limit"] == 2_400_000
    assert SHIPPED.limit(2_000_000, 2_400_000, "CNY") is None  # over its limit already


@given(st.integers(-10, 10**11), st.integers(-(10**9), 10**11))
def test_whatever_the_account_a_proposal_is_a_rise_within_bounds(limit: int, balance: int) -> None:
    rule = SHIPPED.limit_increase
    found = SHIPPED.limit(limit, balance, "CNY")
    if found is not None:
        more = found["proposed_limit"] - limit
        assert 0 < more <= rule.at_most
        assert more % rule.step == 0
    product = SHIPPED.product(limit, balance, "CNY")
    if product is not None:
        assert 0 < product["proposed_amount"] <= SHIPPED.cross_sell.at_most
    assert utilisation(limit, balance) >= 0


def test_bands_that_do_not_rise_are_told(tmp_path: Path) -> None:
    path = tmp_path / "proposals.yaml"
    path.write_text(
        "version: 1\nevery_days: 30\n"
        "limit_increase:\n  bands: [{upto: 90, raise_percent: 1}, {upto: 80, raise_percent: 1}]\n"
        "  at_most: 1\n  step: 1\n"
        "cross_sell: {product: x, amount_percent: 1, at_most: 1, step: 1}\n"
    )
    with pytest.raises(DataFileError, match="rise"):
        load_proposals(path)
