"""Settings of the Twilio line, and the data of its faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from telephony.datafile import load_model
from telephony.errors import LineConfigError
from telephony.twilio.faults import Kind, fault_of, load_faults, shipped_faults
from telephony.twilio.settings import MachineDetection, TwilioSettings
from tests.unit.telephony.twilio.exchanging import exchange_of
from tests.unit.telephony.twilio.fake_account import CALLER, SETTINGS, TOKEN, FakeAccount


def settings_of(**more: Any) -> TwilioSettings:
    return load_model(SETTINGS | more, TwilioSettings, name="twilio line")


def test_no_secret_shows() -> None:
    key = {"api_key": "SK" + "4" * 32, "api_secret": "a secret of the tests"}
    settings = settings_of(**key)
    shown = repr(settings) + str(settings) + str(settings.model_dump())
    assert TOKEN not in shown
    assert key["api_secret"] not in shown
    assert CALLER not in repr(settings)


def test_machines_are_found_out_unless_that_is_turned_off() -> None:
    wanted = {name: value for name, value in SETTINGS.items() if name != "machine_detection"}
    assert TwilioSettings(**wanted).machine_detection is MachineDetection.TWILIO


def test_secrets_come_from_the_environment_and_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAORONG_TWILIO_AUTH_TOKEN", "f" * 32)
    assert settings_of().auth_token.get_secret_value() == "f" * 32


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"account_sid": "AC1"}, "account_sid"),
        ({"auth_token": "short"}, "auth_token"),
        ({"public_url": "http://calls.example.com"}, "write an https address"),
        ({"public_url": "https://calls.example.com/?a=1"}, "without a query"),
        ({"caller_number": "4155550100"}, "E.164"),
        ({"api_key": "SK" + "4" * 32}, "both api_key and api_secret"),
        ({"auth_tokn": "x"}, "auth_tokn"),
        ({"machine_detection": "perhaps"}, "machine_detection"),
    ],
)
def test_wrong_settings_are_told_without_their_values(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(LineConfigError, match=says) as raised:
        settings_of(**settings)
    assert TOKEN not in str(raised.value) + str(raised.value.__cause__)


@pytest.mark.parametrize(
    ("settings", "host"),
    [({}, "api"), ({"region": "ie1"}, "api.ie1"), ({"edge": "dublin"}, "api.dublin.us1")],
)
def test_region_and_edge_are_those_of_the_settings_alone(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any], host: str
) -> None:
    monkeypatch.setenv("TWILIO_REGION", "au1")
    client = exchange_of(FakeAccount(), **settings).api.client
    assert client.get_hostname("https://api.twilio.com/x") == f"https://{host}.twilio.com/x"


CODES = [13224, 13226, 20003, 20429, 21210, 21211, 21214, 21216, 21217, 31901, 31902, 31920, 31922, 31924]


@pytest.mark.parametrize("code", CODES)
def test_the_codes_of_the_field_are_known(code: int) -> None:
    assert code in shipped_faults()


def test_an_unknown_code_is_a_trunk_fault_with_its_page() -> None:
    fault = fault_of(12345)
    assert fault.kind is Kind.TRUNK
    assert "errors/12345" in fault.says
    assert fault_of(None, 429).kind is Kind.LATER
    assert "credentials" in fault_of(None, 401).says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1: {kind: number, says: something wrong}", "needs one"),
        ("1: {kind: trunk, cause: busy, says: something wrong}", "needs one"),
        ("1: {kind: perhaps, says: something wrong}", "kind"),
    ],
)
def test_faults_that_are_wrong_are_told(write: Callable[[str], Path], text: str, says: str) -> None:
    with pytest.raises(LineConfigError, match=says):
        load_faults(write(text))
