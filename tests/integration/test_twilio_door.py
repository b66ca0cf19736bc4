"""A Twilio line's check of its set-up, and its web server on a port of this machine."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from campaigns.cli.main import app
from campaigns.settings import create_home
from telephony.errors import LineConfigError
from telephony.setup_check import Finding
from telephony.twilio.door import WebDoor
from telephony.twilio.exchange import Exchange
from telephony.twilio.settings import TwilioSettings
from telephony.twilio.setup import TwilioSetup
from tests.unit.telephony.fakes import FakeClock
from tests.unit.telephony.twilio.exchanging import exchange_of
from tests.unit.telephony.twilio.fake_account import CALLER, PUBLIC, SETTINGS, FakeAccount
from tests.unit.telephony.twilio.published import FOLDER


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def served(account: FakeAccount, port: int, **more: Any) -> Exchange:
    """An exchange whose public address is a port of this machine."""
    where = {"public_url": f"http://127.0.0.1:{port}", "listen_port": port}
    return Exchange(TwilioSettings(**(SETTINGS | where | more)), FakeClock(), transport=account)


def unready(findings: Sequence[Finding]) -> dict[str, str]:
    return {finding.what: finding.says for finding in findings if not finding.ok}


async def test_a_line_that_is_set_up_passes_also_while_a_worker_has_the_port() -> None:
    account, port = FakeAccount(published=FOLDER.is_dir()), free_port()
    working = served(account, port)
    for _ in range(2):
        findings = await TwilioSetup(served(account, port)).examine()
        assert unready(findings) == {}
        assert [one.what for one in findings] == [
            "credentials", "number", "calls in", "public address", "streams",
        ]  # fmt: skip
        assert f"set its Voice URL to http://127.0.0.1:{port}/twilio/voice" in findings[2].says
        await working.open()
    await working.close()


async def test_somebody_else_at_the_public_address_is_told() -> None:
    port = free_port()
    other = served(FakeAccount(), port, auth_token="f" * 32)
    await other.open()
    told = unready(await TwilioSetup(served(FakeAccount(), port)).examine())
    await other.close()
    assert list(told) == ["public address"]
    assert "X-Twilio-Signature" in told["public address"]


@pytest.mark.parametrize(
    ("change", "what", "says"),
    [
        ({"refusals": [(401, 20003)]}, "credentials", "check account_sid and auth_token"),
        ({"account_status": "suspended"}, "credentials", "suspended"),
        ({"numbers": []}, "number", "not a number of this account"),
        ({"numbers": [{"phone_number": CALLER, "capabilities": {"sms": True}}]}, "number", "cannot call"),
    ],
)
async def test_what_is_wrong_with_the_account_is_told(change: dict[str, Any], what: str, says: str) -> None:
    account, port = FakeAccount(), free_port()
    for name, value in change.items():
        setattr(account, name, value)
    told = unready(await TwilioSetup(served(account, port)).examine())
    assert list(told) == [what]
    assert says in told[what]


async def test_a_stream_without_a_signature_is_answered_403() -> None:
    exchange = served(FakeAccount(), free_port())
    await exchange.open()
    for headers in ({}, {"x-twilio-signature": "forged"}):
        with pytest.raises(InvalidStatus) as refused:
            await connect(exchange.settings.media_url, additional_headers=headers, proxy=None)
        assert refused.value.response.status_code == 403
    await exchange.close()


async def test_an_address_that_leads_nowhere_is_told() -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    told = unready(await TwilioSetup(exchange_of(FakeAccount(), public_url=nowhere)).examine())
    assert list(told) == ["public address"]
    assert "cannot be reached" in told["public address"]
    assert PUBLIC not in told["public address"]


async def test_a_port_that_is_taken_is_told_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        door = WebDoor("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(LineConfigError, match="listen_port"):
            await door.open(exchange_of(FakeAccount()).app)


def test_the_command_says_that_the_line_is_simulated(tmp_path: Path) -> None:
    create_home(tmp_path)
    done = CliRunner().invoke(app, ["--home", str(tmp_path), "line", "check"])
    assert done.exit_code == 0
    assert "simulated: no call leaves this machine" in done.stdout


def test_the_command_asks_for_the_settings_that_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_home(tmp_path)
    monkeypatch.setenv("XIAORONG_LINE", "twilio")
    done = CliRunner().invoke(app, ["--home", str(tmp_path), "line", "check"])
    assert isinstance(done.exception, LineConfigError)
    assert "twilio line: account_sid" in str(done.exception)
