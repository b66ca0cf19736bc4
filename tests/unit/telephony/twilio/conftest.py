"""What the tests of the Twilio line share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _the_fake_is_sound(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What goes wrong within the fake account, which nobody awaits, fails the test."""
    yield
    told = [record for record in caplog.get_records("call") if record.getMessage() == "the fake failed"]
    assert [record.exc_info for record in told] == []
