"""While a worker serves, what it loaded is none of the collector's business; afterwards it is again."""

from __future__ import annotations

import gc
import sys

import pytest

from campaigns.dialing.smoothness import SWITCH_S, smooth_calls


def test_what_is_loaded_is_left_alone_only_while_calls_are_served() -> None:
    before = gc.get_freeze_count(), sys.getswitchinterval()
    with smooth_calls():
        assert gc.get_freeze_count() > before[0]
        assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
    assert (gc.get_freeze_count(), sys.getswitchinterval()) == (0, before[1])
