"""A port is waited at, or why not is told without the address."""

from __future__ import annotations

import pytest

from telephony.listening import listen


def test_why_a_port_cannot_be_had_is_told_without_the_address() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use") as refused:
            listen("127.0.0.1", port)
    assert refused.value.strerror is not None
    assert "127.0.0.1" not in refused.value.strerror
