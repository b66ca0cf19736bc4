"""Records go after their floor, never before, and never under a hold."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.compliance.due import Fate, Owner, fate, shortest
from campaigns.compliance.effective import EffectivePack
from campaigns.compliance.keeping import KEPT, Kept
from tests.unit.compliance.build import DAY, MONDAY_NOON, china, us

ages = st.timedeltas(timedelta(0), 3000 * DAY)
products = st.lists(st.sampled_from(["credit_card", "consumer_loan"]), max_size=2, unique=True).map(tuple)
FLOORS = {"cn": {"credit_card": 730, "consumer_loan": 1825}, "us": {}}


@pytest.mark.parametrize(
    ("pack", "floors", "floor"), [(china(), FLOORS["cn"], 1825), (us(), FLOORS["us"], 1095)]
)
@given(kind=st.sampled_from(KEPT), age=ages, idle=st.none() | ages, of=products, held=st.booleans())
def test_nothing_goes_before_its_floor_or_under_a_hold(
    pack: EffectivePack,
    floors: dict[str, int],
    floor: int,
    kind: Kept,
    age: timedelta,
    idle: timedelta | None,
    of: tuple[str, ...],
    held: bool,
) -> None:
    active = None if idle is None else MONDAY_NOON - idle
    owner = Owner(of, active, held)
    what = fate(pack.rules.retention_days, kind, MONDAY_NOON - age, owner, MONDAY_NOON)
    lawful = max((floors.get(product, floor) for product in of), default=floor)
    if what is Fate.DELETE:
        assert not held
        assert age >= lawful * DAY
    if age >= 3000 * DAY and (idle is None or idle >= 3000 * DAY):
        assert what is (Fate.HELD if held else Fate.DELETE)
    if age < shortest(pack.rules.retention_days, kind):
        assert what is Fate.KEEP


def test_the_last_activity_counts_where_the_pack_says_so_and_the_event_where_it_does_not() -> None:
    old, recent = MONDAY_NOON - 1200 * DAY, MONDAY_NOON - 100 * DAY
    for kind, what in (("recordings", Fate.DELETE), ("transcripts", Fate.KEEP), ("decisions", Fate.KEEP)):
        assert fate(us().rules.retention_days, kind, old, Owner((), recent), MONDAY_NOON) is what  # type: ignore[arg-type]
    assert fate(us().rules.retention_days, "decisions", old, Owner((), old), MONDAY_NOON) is Fate.DELETE


def test_a_record_goes_to_the_day() -> None:
    rules = china().rules.retention_days
    due = MONDAY_NOON - 1825 * DAY
    assert fate(rules, "decisions", due, Owner(), MONDAY_NOON) is Fate.DELETE
    assert fate(rules, "decisions", due + timedelta(seconds=1), Owner(), MONDAY_NOON) is Fate.KEEP
