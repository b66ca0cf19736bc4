"""Reports of a call in any order, any number of times."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.twilio.progress import CallStatus, Progress, Report

SID = "CA" + "1" * 32
ENDS = (
    CallStatus.COMPLETED,
    CallStatus.BUSY,
    CallStatus.FAILED,
    CallStatus.NO_ANSWER,
    CallStatus.CANCELED,
)
BEFORE = (CallStatus.INITIATED, CallStatus.RINGING, CallStatus.IN_PROGRESS)


@given(st.sampled_from(ENDS), st.data())
def test_the_same_is_known_in_the_end_whatever_the_order(end: CallStatus, data: st.DataObject) -> None:
    reports = [Report(SID, status, sip_code=183) for status in BEFORE] + [Report(SID, end, sip_code=486)]
    again = data.draw(st.lists(st.sampled_from(reports), max_size=8))
    progress = Progress()
    for report in data.draw(st.permutations(reports + again)):
        progress.take(report)
    assert (progress.status, progress.over, progress.rang, progress.answered) == (end, True, True, True)
    assert progress.sip_code == 486


@given(st.lists(st.sampled_from([Report(SID, status) for status in CallStatus]), min_size=1, max_size=12))
def test_a_report_that_comes_again_is_no_news_and_an_end_stays(reports: list[Report]) -> None:
    progress = Progress()
    ended: CallStatus | None = None
    for report in reports:
        progress.take(report)
        assert not progress.take(report)
        ended = ended or (progress.status if progress.over else None)
        assert ended is None or progress.status is ended


@given(st.dictionaries(st.sampled_from(["SipResponseCode", "ErrorCode", "AnsweredBy"]), st.text(max_size=8)))
def test_no_field_of_a_callback_breaks_its_reading(fields: dict[str, str]) -> None:
    report = Report.of_form({"CallSid": SID, "CallStatus": "busy", **fields})
    assert report.status is CallStatus.BUSY


@pytest.mark.parametrize("form", [{}, {"CallSid": SID, "CallStatus": "asleep"}])
def test_a_callback_that_says_nothing_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        Report.of_form(form)
