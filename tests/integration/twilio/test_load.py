"""Thirty calls at once lose no frame, in either direction."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from campaigns.store.models import Call
from tests.integration.twilio.load import hold
from tests.integration.twilio.world import World

CALLS = 30


@pytest.fixture
def world(tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World(tmp_path, model_cache, monkeypatch)
    yield world
    world.database.close()


def test_thirty_calls_at_once_lose_no_frame(world: World) -> None:
    figures = world.loop_clock.run(hold(world, CALLS, seconds=4.0))
    assert (figures.calls, figures.on_record) == (CALLS, CALLS)
    assert figures.said == pytest.approx(CALLS * 200, abs=CALLS)
    assert figures.lost == 0
    assert figures.dry == 0
    assert figures.heard > CALLS * 150  # it speaks all the time
    with world.database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Call)) == CALLS
