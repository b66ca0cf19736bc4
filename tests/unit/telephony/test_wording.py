"""What a line says is found again by its code, whatever stands in its places."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.wording import Wording, recognised, worded, wordings

PLACES = re.compile(r"%\((\w+)\)([sd])")


@pytest.mark.parametrize("code", wordings())
def test_every_wording_is_recognised(code: str) -> None:
    places = PLACES.findall(wordings()[code])
    values = {place: 404 if kind == "d" else f"v{place}" for place, kind in places}
    assert recognised(worded(code, **values)) == Wording(code, values)


def test_a_fault_within_a_finding_is_kept_whole() -> None:
    fault = worded("twilio_fault", code=20003, says="refused (really): no")
    found = recognised(worded("credentials_faulty", fault=fault, region="ie1"))
    assert found == Wording("credentials_faulty", {"fault": fault, "region": "ie1"})


@given(st.text())
def test_any_text_may_be_asked_about(text: str) -> None:
    found = recognised(text)
    assert found is None or found.code in wordings()


def test_what_is_cut_is_none_of_ours() -> None:
    assert recognised(worded("twilio_away")[:-1]) is None
