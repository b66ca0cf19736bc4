"""What lines say, in the language of who reads it."""

from __future__ import annotations

import pytest

from campaigns.console.view.codes import code_text, own_codes
from telephony.twilio.faults import fault_of, shipped_faults
from telephony.wording import worded, wordings


def test_all_that_a_line_says_has_words_with_the_same_places() -> None:
    says = own_codes()["line_says"]
    assert set(says) == set(wordings())
    for code, english in wordings().items():
        assert says[code].in_("en") == english
        assert sorted(part.split(")")[0] for part in says[code].in_("zh").split("%(")[1:]) == sorted(
            part.split(")")[0] for part in english.split("%(")[1:]
        )


def test_every_code_of_the_carrier_has_words() -> None:
    assert {int(code) for code in own_codes()["twilio_says"]} == set(shipped_faults())


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        (worded("sip_refused", sip=503), "线路拒绝呼叫（SIP 503）"),
        (worded("twilio_fault", code=20005, says=fault_of(20005).says), "Twilio 20005：账户已被停用"),
        (
            worded("credentials_faulty", fault=worded("twilio_away"), region="ie1"),
            "无法连接 Twilio，请检查网络、region 和 edge（区域 ie1）",
        ),
        (worded("no_messages"), "号码不接收短信"),
        ("a drill of another line", "a drill of another line"),
    ],
)
def test_a_fault_is_said_in_chinese(text: str, chinese: str) -> None:
    assert code_text("line_fault", text, "zh").startswith(chinese)
    assert code_text("line_fault", text, "en") == text
