"""The registry gives guarded lines only, for every carrier it knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from telephony.announcements import Announcements
from telephony.carrier import Carrier, GuardedLine, LineSetup
from telephony.errors import LineConfigError, PermitError
from telephony.line import Call, DialOrder
from telephony.permits import PermitClaims, PermitGate, PermitSigner
from telephony.registry import line_names, open_line
from tests.unit.telephony.fakes import KEY, NUMBER, FakeClock, ScriptedFarEnd, claims, order, simulated_line


class RecordingCarrier:
    """Takes down what reaches it, and refuses everything."""

    name = "recording"
    simulated = True

    def __init__(self) -> None:
        self.placed: list[PermitClaims] = []

    async def place(self, order: DialOrder, permit: PermitClaims) -> Call:
        self.placed.append(permit)
        raise NotImplementedError


def setup(clock: FakeClock, announcements: Announcements, **settings: object) -> LineSetup:
    return LineSetup(clock, announcements, lambda number, call_id: ScriptedFarEnd(), settings=settings)


SETTINGS: dict[str, dict[str, object]] = {
    "simulated": {},
    "twilio": {
        "account_sid": "AC" + "2" * 32,
        "auth_token": "0123456789abcdef0123456789abcdef",
        "caller_number": "+14155550100",
        "public_url": "https://calls.example.com",
    },
}


@pytest.mark.parametrize("name", line_names())
async def test_no_line_dials_without_a_permit(
    clock: FakeClock, announcements: Announcements, name: str
) -> None:
    line = open_line(name, PermitGate(KEY, clock), setup(clock, announcements, **SETTINGS[name]))
    good = order(clock)
    expired = replace(claims(clock), issued_at=clock.now() - timedelta(seconds=60), expires_at=clock.now())
    for permit in ("", "nonsense", good.permit + "x", PermitSigner(KEY).issue(expired)):
        with pytest.raises(PermitError):
            await line.dial(replace(good, permit=permit))
    with pytest.raises(PermitError):
        await line.dial(replace(good, number="+8619900000002"))
    assert line.name == name


@pytest.mark.parametrize("name", line_names())
async def test_no_carrier_is_a_line_by_itself(
    clock: FakeClock, announcements: Announcements, name: str
) -> None:
    wanted = setup(clock, announcements, **SETTINGS[name])
    assert isinstance(open_line(name, PermitGate(KEY, clock), wanted), GuardedLine)


async def test_a_carrier_hears_of_permitted_dials_only_and_once(clock: FakeClock) -> None:
    carrier = RecordingCarrier()
    as_port: Carrier = carrier
    line = GuardedLine(as_port, PermitGate(KEY, clock))
    with pytest.raises(PermitError):
        await line.dial(replace(order(clock), permit=""))
    assert carrier.placed == []
    with pytest.raises(NotImplementedError):
        await line.dial(order(clock))
    with pytest.raises(PermitError):
        await line.dial(order(clock))
    assert [permit.number for permit in carrier.placed] == [NUMBER]


async def test_the_simulated_line_says_that_it_reaches_nobody(
    clock: FakeClock, announcements: Announcements
) -> None:
    assert simulated_line(clock, announcements).simulated is True


async def test_a_call_has_the_same_id_whenever_it_is_placed_again(
    clock: FakeClock, announcements: Announcements
) -> None:
    ids = []
    for _ in range(2):
        line = simulated_line(clock, announcements, behaviour="answers")
        ids.append([(await line.dial(order(clock, nth=nth))).id for nth in (1, 2)])
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2
    assert NUMBER.lstrip("+") not in "".join(ids[0])


def test_a_dial_order_shows_no_number_and_no_permit(clock: FakeClock) -> None:
    shown = repr(order(clock)) + repr(claims(clock))
    assert NUMBER not in shown
    assert order(clock).permit not in shown


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"sead": 1}, "sead"),
        ({"seed": "one"}, "seed"),
        ({"overrides": {NUMBER: "asleep"}}, "no profile or behaviour 'asleep'"),
        ({"subscribers": "nowhere.yml"}, r"nowhere\.yml"),
    ],
)
def test_wrong_settings_are_refused(
    clock: FakeClock, announcements: Announcements, settings: dict[str, object], says: str
) -> None:
    with pytest.raises(LineConfigError, match=says):
        open_line("simulated", PermitGate(KEY, clock), setup(clock, announcements, **settings))


def test_an_unknown_line_is_refused_with_the_known_ones(
    clock: FakeClock, announcements: Announcements
) -> None:
    with pytest.raises(LineConfigError, match="'pigeon'; known: simulated"):
        open_line("pigeon", PermitGate(KEY, clock), setup(clock, announcements))


def test_a_simulated_line_without_a_far_end_is_refused(
    clock: FakeClock, announcements: Announcements
) -> None:
    with pytest.raises(LineConfigError, match="far end"):
        open_line("simulated", PermitGate(KEY, clock), LineSetup(clock, announcements))
