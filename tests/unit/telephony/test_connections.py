"""What the parts of a line share: made once, closed by the last who leaves."""

from __future__ import annotations

import pytest

from telephony.announcements import Announcements
from telephony.carrier import LineSetup
from telephony.connections import Connections
from telephony.errors import Trouble, TrunkFault
from telephony.permits import PermitGate
from telephony.registry import open_checker, open_inbound, open_line, open_setup_check
from telephony.twilio.exchange import Exchange, open_exchange
from telephony.twilio.faults import fault_of
from telephony.twilio.messenger import build
from tests.unit.telephony.fakes import KEY, FakeClock
from tests.unit.telephony.twilio.fake_account import SETTINGS


class Line:
    """A connection that counts its ends."""

    def __init__(self) -> None:
        self.closed = 0

    async def close(self) -> None:
        self.closed += 1


async def test_the_last_to_leave_closes() -> None:
    connections = Connections()
    line = connections.get(Line, Line)
    assert connections.get(Line, Line) is line
    async with connections:
        async with connections:
            pass
        assert line.closed == 0
    assert line.closed == 1


async def test_whoever_fails_leaves_too() -> None:
    connections = Connections()
    line = connections.get(Line, Line)
    with pytest.raises(ZeroDivisionError):
        async with connections:
            _ = 1 / 0
    assert line.closed == 1


def test_everything_of_one_setup_goes_over_one_exchange(
    clock: FakeClock, announcements: Announcements
) -> None:
    setup = LineSetup(clock, announcements, settings=SETTINGS)
    made: list[Exchange] = []
    make = setup.connections.get

    def get(kind: type[Exchange], new: object) -> Exchange:
        made.append(make(kind, new))  # type: ignore[arg-type]
        return made[-1]

    setup.connections.get = get  # type: ignore[method-assign, assignment]
    open_line("twilio", PermitGate(KEY, clock), setup)
    open_checker("twilio", setup)
    open_inbound("twilio", setup)
    open_setup_check("twilio", setup)
    build(setup)
    assert len(made) == 5
    assert {id(one) for one in made} == {id(open_exchange(setup))}


@pytest.mark.parametrize(
    ("code", "http_status", "trouble"),
    [
        (20429, 429, Trouble.BUSY),
        (10004, 400, Trouble.BUSY),
        (21216, 400, Trouble.ROUTE),
        (13227, 400, Trouble.ROUTE),
        (20003, 401, Trouble.SETUP),
        (20005, 403, Trouble.SETUP),
        (None, 403, Trouble.SETUP),
        (21210, 400, Trouble.SETUP),
        (31920, None, Trouble.SETUP),
        (31921, None, Trouble.ROUTE),
        (99999, 400, Trouble.ROUTE),
    ],
)
def test_a_fault_says_whether_it_stops_every_call(
    code: int | None, http_status: int | None, trouble: Trouble
) -> None:
    fault = fault_of(code, http_status)
    assert fault.trouble is trouble
    assert TrunkFault(fault.says, fault.trouble).stops_everything == (trouble is Trouble.SETUP)
    assert TrunkFault("the trunk is away").trouble is Trouble.AWAY
