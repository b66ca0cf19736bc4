"""Whatever is merged, split, called and stopped: no count falls, no bar is lost, and no call is added."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.compliance.decide import decide
from campaigns.compliance.effective import load_effective
from campaigns.compliance.verdict import Allow
from campaigns.store.database import Database
from tests.integration.store.people_world import World, restrictions

PACKS = [load_effective("cn-mainland"), load_effective("us-reg-f")]
RECORDS = 4
TELLINGS = (
    "attempt", "talk", "stop", "case", "promise", "callback", "imported", "region", "fact", "fact", "fact",
)  # fmt: skip
records = st.integers(0, RECORDS - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), records, records),
        st.tuples(st.just("split"), records, records),
        st.tuples(st.sampled_from(TELLINGS), records, st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 30), st.just(0)),
    ),
    min_size=4,
    max_size=14,
)


def live_through(world: World, what: str, i: int, j: int) -> None:
    world.now += timedelta(seconds=1)
    match what:
        case "merge":
            world.merge(i, j)
        case "split":
            world.split(i, j)
        case "wait":
            world.now += timedelta(hours=i)
        case _:
            world.tell(i, what)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=steps)
def test_no_count_falls_and_no_call_is_added(
    sqlite_database: Database, history: list[tuple[str, int, int]]
) -> None:
    check(sqlite_database, history)


@pytest.mark.external
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=steps)
def test_nor_on_postgresql(postgres_database: Database, history: list[tuple[str, int, int]]) -> None:
    check(postgres_database, history)


def check(database: Database, history: list[tuple[str, int, int]]) -> None:
    with database.transaction() as session:
        world = World.of(session, RECORDS)
        for step in history:
            before = [restrictions(world.facts(i)) for i in range(RECORDS)]
            live_through(world, *step)
            for i in range(RECORDS):
                facts = world.facts(i)
                found = restrictions(facts)
                if step[0] in ("merge", "split"):
                    fallen = {name for name, count in before[i].items() if found[name] < count}
                    assert not fallen, (step, i)
                assert found["attempts"] == world.of_kind(i, "attempt")
                assert found["bars"] == world.of_kind(i, "stop")
                assert found["cases"] == min(1, world.of_kind(i, "case"))
                apart = world.facts_apart(i)
                for pack in PACKS:
                    if isinstance(decide(facts, pack), Allow):
                        assert isinstance(decide(apart, pack), Allow), (step, i)
        session.rollback()
