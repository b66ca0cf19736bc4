"""Simulated subscribers: the same seed meets the same people, in the shares the data asks for."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.announcements import Announcements, load_announcements
from telephony.errors import LineConfigError
from telephony.simulated.population import Behaviour, load_population
from telephony.simulated.subscribers import Subscribers
from tests.unit.telephony.conftest import ANNOUNCEMENTS
from tests.unit.telephony.test_announcements import SHIPPED

POPULATION = load_population()
NUMBERS = [f"+86199{n:08d}" for n in range(10_000)]


def expected_shares() -> dict[Behaviour, float]:
    """Share of each behaviour in all dials, from the weights of the data."""
    shares: Counter[Behaviour] = Counter()
    everybody = sum(profile.weight for profile in POPULATION.profiles.values())
    for profile in POPULATION.profiles.values():
        total = sum(profile.behaviours.values())
        for behaviour, weight in profile.behaviours.items():
            shares[behaviour] += profile.weight / everybody * weight / total  # type: ignore[assignment]
    reached = 1 - POPULATION.trunk_fault_rate
    return {**{b: s * reached for b, s in shares.items()}, Behaviour.TRUNK_FAULT: POPULATION.trunk_fault_rate}


def test_ten_thousand_numbers_come_in_the_shares_of_the_data() -> None:
    subscribers = Subscribers(POPULATION, SHIPPED, seed=5)
    met = Counter(subscribers.plan(number, 1).behaviour for number in NUMBERS)
    for behaviour, share in expected_shares().items():
        # Four standard deviations of a binomial count.
        margin = 4 * (share * (1 - share) / len(NUMBERS)) ** 0.5
        assert met[behaviour] / len(NUMBERS) == pytest.approx(share, abs=margin), behaviour


def test_an_empty_number_stays_empty_and_others_change_their_day() -> None:
    subscribers = Subscribers(POPULATION, SHIPPED, seed=5)
    seen = {number: {subscribers.plan(number, n).behaviour for n in range(1, 6)} for number in NUMBERS[:400]}
    for behaviours in seen.values():
        if Behaviour.NOT_IN_SERVICE in behaviours:
            assert behaviours <= {Behaviour.NOT_IN_SERVICE, Behaviour.TRUNK_FAULT}
    assert any(len(behaviours) > 2 for behaviours in seen.values())


@given(seed=st.integers(), number=st.sampled_from(NUMBERS), nth=st.integers(1, 50), others=st.integers(0, 3))
def test_the_same_seed_number_and_attempt_meet_the_same(
    seed: int, number: str, nth: int, others: int
) -> None:
    first = Subscribers(POPULATION, SHIPPED, seed=seed)
    second = Subscribers(POPULATION, SHIPPED, seed=seed)
    for n in range(others):
        second.plan(NUMBERS[n], n + 1)
    assert first.plan(number, nth) == second.plan(number, nth)


def test_another_seed_makes_another_world() -> None:
    one, two = (Subscribers(POPULATION, SHIPPED, seed=seed) for seed in (1, 2))
    assert [one.plan(n, 1) for n in NUMBERS[:50]] != [two.plan(n, 1) for n in NUMBERS[:50]]


def test_another_seed_makes_another_day_of_the_same_people(announcements: Announcements) -> None:
    overrides = dict.fromkeys(NUMBERS[:50], POPULATION.always("reachable"))
    one, two = (Subscribers(POPULATION, announcements, seed=s, overrides=overrides) for s in (1, 2))
    assert [one.plan(n, 1) for n in overrides] != [two.plan(n, 1) for n in overrides]


def test_a_failing_trunk_fails_everybody_but_the_numbers_set_by_hand(announcements: Announcements) -> None:
    broken = POPULATION.model_copy(update={"trunk_fault_rate": 1.0})
    overrides = {NUMBERS[0]: POPULATION.always("answers")}
    subscribers = Subscribers(broken, announcements, overrides=overrides)
    assert {subscribers.plan(n, 1).behaviour for n in NUMBERS[1:50]} == {Behaviour.TRUNK_FAULT}
    assert subscribers.plan(NUMBERS[0], 1).behaviour is Behaviour.ANSWERS


def test_another_process_meets_the_same(announcements: Announcements) -> None:
    program = (
        "from pathlib import Path\n"
        "from telephony.announcements import load_announcements\n"
        "from telephony.simulated.population import load_population\n"
        "from telephony.simulated.subscribers import Subscribers\n"
        f"known = load_announcements(Path({str(ANNOUNCEMENTS)!r}))\n"
        "subscribers = Subscribers(load_population(), known, seed=9)\n"
        f"print([subscribers.plan(n, 2) for n in {NUMBERS[:20]!r}])\n"
    )
    run = subprocess.run([sys.executable, "-X", "utf8", "-c", program], capture_output=True, check=True)  # noqa: S603
    subscribers = Subscribers(POPULATION, announcements, seed=9)
    assert run.stdout.decode().strip() == str([subscribers.plan(n, 2) for n in NUMBERS[:20]])


def test_single_numbers_can_have_a_profile_of_their_own(announcements: Announcements) -> None:
    overrides = {NUMBERS[0]: POPULATION.always("busy"), NUMBERS[1]: POPULATION.always("empty")}
    subscribers = Subscribers(POPULATION, announcements, seed=3, overrides=overrides)
    for nth in range(1, 100):
        assert subscribers.plan(NUMBERS[0], nth).behaviour is Behaviour.BUSY
        assert subscribers.plan(NUMBERS[1], nth).behaviour is Behaviour.NOT_IN_SERVICE


def test_an_announcement_the_language_does_not_have_is_refused() -> None:
    bare = {"id": "busy", "cause": "busy", "status": "busy", "keywords": ["正忙"]}
    with pytest.raises(LineConfigError):
        Subscribers(POPULATION, load_announcements({"announcements": [bare]}))


def content(**changes: Any) -> dict[str, Any]:
    return {**POPULATION.model_dump(mode="json"), **changes}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"profiles": {}}, "profiles"),
        ({"profiles": {"a": {"weight": -1, "behaviours": {"busy": 1}}}}, r"profiles\.a\.weight"),
        ({"profiles": {"a": {"weight": 0, "behaviours": {"busy": 1}}}}, "at least one profile"),
        ({"profiles": {"a": {"behaviours": {"busy": 0}}}}, r"profiles\.a: .*at least one behaviour"),
        ({"profiles": {"a": {"behaviours": {"answer": 1}}}}, r"behaviours\.answer"),
        ({"trunk_fault_rate": 2}, "trunk_fault_rate"),
        ({"drop_after_s": [9, 3]}, "from low to high"),
        ({"signals": {"busy": [{"sip": 486}]}}, "signals are missing for"),
        ({"rings": {"answers": [1, 2]}}, "rings are missing for"),
        ({"rungs": 3}, "rungs"),
    ],
)
def test_a_wrong_population_is_refused_with_the_key(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(LineConfigError, match=says):
        load_population(content(**changes))


def test_a_mistake_in_the_population_file_has_its_line(write: Callable[[str], Path]) -> None:
    path = write("profiles:\n  a:\n    weight: heavy\n    behaviours: {busy: 1}\n")
    with pytest.raises(LineConfigError, match=r"data\.yml:3: profiles\.a\.weight"):
        load_population(path)
