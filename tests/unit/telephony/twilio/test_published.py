"""That the fake account notices what Twilio would not take."""

from __future__ import annotations

import httpx
import pytest
from openapi_core.exceptions import OpenAPIError

from tests.unit.telephony.twilio.fake_account import ACCOUNT, CALLER
from tests.unit.telephony.twilio.published import FOLDER, Published

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="Twilio's published API files are not in ../shared/test-data"
)
CALLS = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
GOOD = {"To": "+14155550101", "From": CALLER, "Twiml": "<Response/>", "Timeout": "30"}


def check(url: str, form: dict[str, str], answer: dict[str, str]) -> None:
    request = httpx.Request("POST", url, data=form, headers={"authorization": "Basic QTpC"})
    Published().check(request, httpx.Response(201, json=answer))


def test_what_twilio_takes_passes() -> None:
    check(CALLS, GOOD, {"sid": "CA" + "1" * 32, "status": "queued"})


@pytest.mark.parametrize(
    ("url", "form", "answer"),
    [
        (CALLS, GOOD | {"Machine": "1"}, {}),
        (CALLS, GOOD | {"Timeout": "long"}, {}),
        (CALLS, {"From": CALLER}, {}),
        (CALLS.replace("Calls", "Cals"), GOOD, {}),
        (CALLS, GOOD, {"sid": "CA1"}),
        (CALLS, GOOD, {"status": "asleep"}),
        (CALLS, GOOD, {"mood": "good"}),
    ],
    ids=["unknown field", "no number", "To is missing", "path", "sid", "status", "unknown answer"],
)
def test_what_twilio_would_not_take_is_noticed(
    url: str, form: dict[str, str], answer: dict[str, str]
) -> None:
    with pytest.raises((OpenAPIError, ValueError)):
        check(url, form, answer)
