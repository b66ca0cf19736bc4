"""The codes a dial can end with, and what they roll up to."""

from pathlib import Path

import pytest

from bot.dialogue.dispositions import CODES as BOT_CODES
from bot.errors import DataFileError
from campaigns.outcomes.dispositions import SHIPPED, load_dispositions, shipped_dispositions
from telephony.status import HangupCause

DIALER_CODES = {"lost", "withdrawn"}
LINE_CODES = {cause.value for cause in HangupCause} - {"normal"} | {"trunk_fault"}


def codes_from(source: str) -> set[str]:
    shipped = shipped_dispositions()
    return {code for code in shipped.codes() if shipped[code].source == source}


def test_every_way_a_conversation_can_end_has_a_code() -> None:
    assert codes_from("bot") == set(BOT_CODES)


def test_every_way_the_line_can_fail_has_a_code() -> None:
    assert codes_from("line") == LINE_CODES


def test_the_dialler_adds_only_the_crash() -> None:
    assert codes_from("dialer") == DIALER_CODES


def test_flags_roll_up_as_an_operator_expects() -> None:
    shipped = shipped_dispositions()
    flagged = {
        flag: {code for code in shipped.codes() if getattr(shipped[code], flag)}
        for flag in ("promise", "third_party", "dispute", "do_not_call")
    }
    assert flagged == {
        "promise": {"promise", "promise_with_relief", "promise_with_instalments"},
        "third_party": {"third_party", "third_party_refused", "message_taken", "wrong_number", "minor"},
        "dispute": {"paid_claim", "fraud_claim"},
        "do_not_call": {"do_not_call", "not_interested"},
    }


@pytest.mark.parametrize(
    "code", ["vulnerable", "deceased", "hardship", "complaint", "legal", "fraud_claim", "human_requested"]
)
def test_what_a_person_must_see_to_ends_the_bots_calls(code: str) -> None:
    flags = shipped_dispositions()[code]
    assert flags.human_follow_up
    assert flags.final


def test_a_machine_is_not_a_connection() -> None:
    assert "assistant" in shipped_dispositions().not_connected()


def test_labels_come_in_the_operators_language() -> None:
    shipped = shipped_dispositions()
    assert (shipped.label("busy", "zh"), shipped.label("busy", "en")) == ("占线", "Busy")
    assert shipped.label("of_an_older_version", "zh") == "of_an_older_version"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("retry: busy", "retry: busy, final: true", "either final or names its retry class"),
        ("from: line, retry: busy", "from: line", "either final or names its retry class"),
        ("from: line, retry: busy", "from: line, retry: busy, promise: true", "only the right party"),
        ("from: line, retry: busy", "from: line, retry: busy, conected: true", "no such key"),
        ("from: line, retry: busy", "from: moon, retry: busy", "Input should be"),
    ],
)
def test_a_mistake_names_file_line_and_code(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    broken = tmp_path / "dispositions.yaml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = 1 + text[: text.index("  busy:")].count("\n")
    with pytest.raises(DataFileError, match=rf"dispositions.yaml:{line}: dispositions\.busy.*{message}"):
        load_dispositions(broken)
