"""The check of a Twilio line's set-up: credentials, number, and the way from Twilio to us."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Any, Final

import httpx
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException

from telephony.carrier import LineSetup
from telephony.errors import LineConfigError, TrunkFault
from telephony.setup_check import Finding
from telephony.twilio.exchange import Exchange, open_exchange
from telephony.wording import worded

PING: Final = "xiaorong"


class TwilioSetup:
    """Asks Twilio about the account, and our public address as Twilio would."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._settings = exchange.settings
        self._validator = RequestValidator(exchange.settings.auth_token.get_secret_value())

    async def examine(self) -> Sequence[Finding]:
        """Findings in the order in which they should be mended."""
        account = await self._account()
        findings = [account]
        if account.ok:
            findings += await self._number()
        return findings + await self._way_in()

    async def _account(self) -> Finding:
        sid, region = self._settings.account_sid, self._settings.region or "us1"
        try:
            told = await self._exchange.api.ask(lambda client: client.api.accounts(sid).fetch_async())
        except TrunkFault as fault:
            return Finding("credentials", False, worded("credentials_faulty", fault=fault, region=region))
        if str(told.status) != "active":
            return Finding("credentials", False, worded("account_state", state=told.status))
        accepted = "credentials_on_trial" if str(told.type) == "Trial" else "credentials_accepted"
        return Finding("credentials", True, worded(accepted, region=region))

    async def _number(self) -> list[Finding]:
        number = self._settings.caller_number
        try:
            owned = await self._exchange.api.ask(
                lambda client: client.incoming_phone_numbers.list_async(phone_number=number, limit=1)
            )
        except TrunkFault as fault:
            return [Finding("number", False, str(fault))]
        if not owned:
            says = worded("number_foreign", number=number)
            return [Finding("number", False, says)]
        able: dict[str, Any] = owned[0].capabilities or {}
        if not able.get("voice"):
            return [Finding("number", False, worded("number_cannot_call", number=number))]
        able_to = "number_calls_and_texts" if able.get("sms") else "number_only_calls"
        voice = self._settings.webhook("voice")
        says = worded("calls_in_answered", url=voice)
        if owned[0].voice_url != voice:
            says = worded("calls_in_elsewhere", number=number, url=voice)
        return [Finding("number", True, worded(able_to, number=number)), Finding("calls in", True, says)]

    async def _way_in(self) -> list[Finding]:
        """Whether ``public_url`` leads to an application of ours that lets Twilio in, and nobody else."""
        opened = True
        try:
            await self._exchange.open()
        except LineConfigError as error:
            cause = error.__cause__
            if not isinstance(cause, OSError) or cause.errno != errno.EADDRINUSE:
                return [Finding("public address", False, str(error))]
            opened = False  # a worker of ours has it, or somebody else: the ping will tell
        try:
            findings = [await self._ping()]
            if findings[0].ok:
                findings.append(await self._stream())
            return findings
        finally:
            if opened:
                await self._exchange.close()

    async def _ping(self) -> Finding:
        url = self._settings.webhook("ping")
        signature = self._validator.compute_signature(url, {})
        try:
            async with httpx.AsyncClient(timeout=self._settings.request_s) as client:
                bare = await client.post(url)
                signed = await client.post(url, headers={"x-twilio-signature": signature})
        except httpx.HTTPError as error:
            what = worded("address_unreached", url=url, why=type(error).__name__)
            return Finding("public address", False, what)
        if (signed.status_code, signed.text) == (200, PING) and bare.status_code == 403:
            return Finding("public address", True, worded("address_good", url=self._settings.public_url))
        if signed.status_code == 403:
            says = worded("address_refuses", url=url)
        else:
            says = worded("address_astray", url=url, status=signed.status_code)
        return Finding("public address", False, says)

    async def _stream(self) -> Finding:
        url = self._settings.media_url
        headers = {"x-twilio-signature": self._validator.compute_signature(url, {})}
        try:
            async with connect(
                url, additional_headers=headers, open_timeout=self._settings.request_s, proxy=None
            ):
                return Finding("streams", True, worded("streams_open", url=url))
        except InvalidStatus as refused:
            says = worded("streams_answer", url=url, status=refused.response.status_code)
        except (WebSocketException, OSError) as error:
            says = worded("streams_shut", url=url, why=type(error).__name__)
        return Finding("streams", False, says)


def build(setup: LineSetup) -> TwilioSetup:
    """The check of these settings. Raises LineConfigError."""
    return TwilioSetup(open_exchange(setup))
