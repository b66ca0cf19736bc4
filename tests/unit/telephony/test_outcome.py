"""How a dial ended: the announcement is trusted before the SIP code, and that before the Q.850 cause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.announcements import Announcement, Announcements
from telephony.errors import TrunkFault
from telephony.outcome import Evidence, conclude
from telephony.status import HangupCause, NumberStatus
from tests.unit.telephony.test_announcements import SHIPPED

TELLING = [entry for entry in SHIPPED if entry.status is not None]
CODES = st.none() | st.integers(300, 699)
CAUSES = st.none() | st.integers(1, 127)


@pytest.mark.parametrize(
    ("sip", "q850", "cause", "status"),
    [
        (404, None, HangupCause.NOT_IN_SERVICE, NumberStatus.NOT_IN_SERVICE),
        (604, 1, HangupCause.NOT_IN_SERVICE, NumberStatus.NOT_IN_SERVICE),
        (484, 28, HangupCause.NOT_IN_SERVICE, NumberStatus.NOT_IN_SERVICE),
        (410, 22, HangupCause.NOT_IN_SERVICE, NumberStatus.NOT_IN_SERVICE),
        (480, 20, HangupCause.POWERED_OFF, NumberStatus.POWERED_OFF),
        (480, 19, HangupCause.UNREACHABLE, NumberStatus.UNREACHABLE),
        (480, None, HangupCause.UNREACHABLE, NumberStatus.UNREACHABLE),
        (408, 18, HangupCause.UNREACHABLE, NumberStatus.UNREACHABLE),
        (502, 27, HangupCause.UNREACHABLE, NumberStatus.UNREACHABLE),
        (486, 17, HangupCause.BUSY, NumberStatus.BUSY),
        (600, None, HangupCause.BUSY, NumberStatus.BUSY),
        (603, None, HangupCause.REJECTED, None),
        (403, 21, HangupCause.REJECTED, None),
        (487, 127, HangupCause.NO_ANSWER, None),
        (None, 1, HangupCause.NOT_IN_SERVICE, NumberStatus.NOT_IN_SERVICE),
        (None, 17, HangupCause.BUSY, NumberStatus.BUSY),
        (486, 1, HangupCause.BUSY, NumberStatus.BUSY),
        (499, 17, HangupCause.BUSY, NumberStatus.BUSY),
        (499, None, HangupCause.UNREACHABLE, None),
        (None, None, HangupCause.UNREACHABLE, None),
    ],
)
def test_signals(sip: int | None, q850: int | None, cause: HangupCause, status: NumberStatus | None) -> None:
    outcome = conclude(Evidence(sip_code=sip, q850=q850))
    assert (outcome.cause, outcome.status) == (cause, status)


@pytest.mark.parametrize("sip", [500, 501, 503, 504, 580, 488, 401, 407])
def test_a_fault_of_the_trunk_is_not_the_numbers(sip: int) -> None:
    with pytest.raises(TrunkFault, match=str(sip)):
        conclude(Evidence(sip_code=sip))


@pytest.mark.parametrize("q850", [34, 58])
def test_q850_tells_of_the_trunk_where_no_sip_code_came(q850: int) -> None:
    with pytest.raises(TrunkFault):
        conclude(Evidence(q850=q850))
    assert conclude(Evidence(sip_code=486, q850=q850)).cause is HangupCause.BUSY


def test_a_phone_that_rang_is_in_service() -> None:
    for seen in (Evidence(timed_out=True, rang=True), Evidence(sip_code=480, q850=19, rang=True)):
        assert conclude(seen).cause is HangupCause.NO_ANSWER
        assert conclude(seen).status is NumberStatus.ACTIVE
    assert conclude(Evidence(sip_code=603, rang=True)).status is NumberStatus.ACTIVE
    assert conclude(Evidence(timed_out=True)).status is None


@given(
    announced=st.sampled_from(TELLING), sip=CODES, q850=CAUSES, rang=st.booleans(), timed_out=st.booleans()
)
def test_a_telling_announcement_is_believed_before_any_code(
    announced: Announcement, sip: int | None, q850: int | None, rang: bool, timed_out: bool
) -> None:
    outcome = conclude(Evidence(announced, sip, q850, rang, timed_out))
    assert (outcome.cause, outcome.status) == (announced.cause, announced.status)


def test_an_announcement_that_tells_nothing_outranks_no_code(announcements: Announcements) -> None:
    vague = announcements["retry_later"]
    assert conclude(Evidence(vague, sip_code=486)).status is NumberStatus.BUSY
    assert conclude(Evidence(vague)).status is None
    with pytest.raises(TrunkFault):
        conclude(Evidence(vague, sip_code=503))


@given(sip=CODES, q850=CAUSES, rang=st.booleans(), timed_out=st.booleans())
def test_every_signal_comes_to_an_end(sip: int | None, q850: int | None, rang: bool, timed_out: bool) -> None:
    try:
        outcome = conclude(Evidence(None, sip, q850, rang, timed_out))
    except TrunkFault:
        return
    assert outcome.cause not in {HangupCause.NORMAL, HangupCause.DROPPED}
