"""Who is in which arm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from campaigns.errors import ConflictError
from campaigns.experiments.assign import arm_of, place
from campaigns.experiments.design import WHOLE, Arm, Design, Kind, design_of, parse_share

names = st.text(min_size=1, max_size=20)


def test_places_are_even_whatever_the_keys_look_like() -> None:
    for keys in ((f"C{i:08d}" for i in range(40_000)), (str(i * 10) for i in range(40_000))):
        counts = [0] * 100
        for key in keys:
            counts[place("openings", key) * 100 // WHOLE] += 1
        assert stats.chisquare(counts).pvalue > 0.001


def test_two_experiments_place_independently() -> None:
    table = [[0] * 4 for _ in range(4)]
    for i in range(20_000):
        key = f"C{i}"
        table[place("one", key) * 4 // WHOLE][place("two", key) * 4 // WHOLE] += 1
    assert stats.chi2_contingency(table).pvalue > 0.001


@given(names, names)
def test_a_customer_stays_where_they_are(experiment: str, customer: str) -> None:
    assert place(experiment, customer) == place(experiment, customer)
    assert 0 <= place(experiment, customer) < WHOLE


def test_the_salt_ends_where_the_key_begins() -> None:
    assert place("ab", "c") != place("a", "bc")


@given(st.lists(st.integers(1, 500), min_size=1, max_size=5), names)
def test_everybody_is_in_one_arm_by_its_share(shares: list[int], customer: str) -> None:
    rest = WHOLE - sum(shares)
    arms = (
        Arm("first", Kind.SCRIPT, rest, "f"),
        *(Arm(f"arm{i}", Kind.CONTROL, share) for i, share in enumerate(shares)),
    )
    design = Design("e", arms)
    at, upto = place("e", customer), 0
    arm = arm_of(design, customer)
    for known in arms:
        if known is arm:
            assert upto <= at < upto + known.share
        upto += known.share


def test_a_larger_share_at_the_end_moves_nobody_between_the_arms_before_it() -> None:
    small = design_of("e", ["a:50%", "b:40%"], "10%", "", "f")
    large = design_of("e", ["a:50%", "b:30%"], "20%", "", "f")
    for i in range(2_000):
        before, after = arm_of(small, str(i)).name, arm_of(large, str(i)).name
        assert after in (before, "control")


def test_arms_without_a_share_divide_what_is_left() -> None:
    design = design_of("e", ["a", "b=other", "c:20%"], "10%", "5%", "usual")
    assert [(arm.name, arm.flow, arm.share) for arm in design.arms] == [
        ("a", "usual", 3250),
        ("b", "other", 3250),
        ("c", "usual", 2000),
        ("control", None, 1000),
        ("human", None, 500),
    ]
    assert design.flows == ("usual", "other")


@pytest.mark.parametrize(
    ("arms", "holdout", "says"),
    [
        (["a:50%", "b:40%"], "", "add up to 100%"),
        (["a:90%", "a:10%"], "", "the same name"),
        (["a"], "", "compares with nothing"),
        (["control:50%", "b"], "", "is the holdout's name"),
        (["a b", "c"], "", "is no name for an arm"),
        (["a:zero", "b"], "", "is no share"),
        (["a:100%", "b"], "", "add up to 100%"),
        (["a", "b"], "101%", "is no share"),
        (["a", "b"], "0.0001%", "is no share"),
    ],
)
def test_a_design_that_is_none_is_refused(arms: list[str], holdout: str, says: str) -> None:
    with pytest.raises(ConflictError, match=says):
        design_of("e", arms, holdout, "", "f")


@given(st.integers(1, WHOLE))
def test_shares_are_read_as_they_are_written(share: int) -> None:
    assert parse_share(f"{share / 100:.2f}%") == share


def test_arms_with_one_script_are_told_apart_from_others() -> None:
    design = design_of("e", ["a", "b=other", "c:20%"], "10%", "", "usual")
    assert [arm.name for arm in design.alike] == ["a", "c"]
    assert design_of("e", ["a", "b=other"], "10%", "", "usual").alike == ()
