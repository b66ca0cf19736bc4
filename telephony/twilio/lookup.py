"""Twilio's Lookup as a number check: the state of a line, and what kind of line it is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from telephony.carrier import LineSetup
from telephony.datafile import load_model
from telephony.errors import TrunkFault
from telephony.numbers import mask
from telephony.status import NumberStatus
from telephony.twilio.api import Refused, TwilioApi
from telephony.twilio.exchange import open_exchange
from telephony.twilio.faults import Kind

_log = logging.getLogger(__name__)

FILE = Path(__file__).with_name("lookup.yml")
FIELDS: Final = "line_status,line_type_intelligence"
AT_ONCE: Final = 5
"""Requests that are under way together."""

_NOT_FOUND: Final = 20404  # Lookup's answer to what is no number


class Meanings(BaseModel):
    """Lookup's words in our terms."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    line_status: dict[str, NumberStatus]
    line_type: dict[str, NumberStatus]

    def status(self, told: Any) -> NumberStatus:
        """The state of the number that ``told``, the library's answer, is about."""
        if told.valid is False:
            return NumberStatus.NOT_IN_SERVICE
        kind = _field(told.line_type_intelligence, "type")
        if kind in self.line_type:
            return self.line_type[kind]
        return self.line_status.get(_field(told.line_status, "status"), NumberStatus.UNKNOWN)


def load_meanings(path: Path = FILE) -> Meanings:
    """The meanings in ``path``. Raises LineConfigError."""
    return load_model(path, Meanings)


class TwilioChecker:
    """A ``NumberChecker`` (``telephony.checks``). Both fields are paid for by the number."""

    source = "twilio-lookup"

    def __init__(self, api: TwilioApi, meanings: Meanings) -> None:
        self._api = api
        self._meanings = meanings

    async def check(self, numbers: Sequence[str]) -> Mapping[str, NumberStatus]:
        """The state of each number; UNKNOWN where Lookup does not know it, none where it did not answer.

        Raises TrunkFault when the account may not look numbers up at all.
        """
        free = asyncio.Semaphore(AT_ONCE)

        async def one(number: str) -> NumberStatus | None:
            async with free:
                return await self._look_up(number)

        told = await asyncio.gather(*(one(number) for number in numbers))
        return {number: status for number, status in zip(numbers, told, strict=True) if status is not None}

    async def _look_up(self, number: str) -> NumberStatus | None:
        try:
            told = await self._api.ask(
                lambda client: client.lookups.v2.phone_numbers(number).fetch_async(fields=FIELDS)
            )
        except Refused as refused:
            if refused.code == _NOT_FOUND:
                return NumberStatus.NOT_IN_SERVICE
            if refused.fault.kind in (Kind.TRUNK, Kind.SETUP):
                raise
            _log.warning("%s was not looked up: %s", mask(number), refused)
            return None
        except TrunkFault as fault:
            _log.warning("%s was not looked up: %s", mask(number), fault)
            return None
        return self._meanings.status(told)


def build(setup: LineSetup) -> TwilioChecker:
    """The check of the account that the settings name. Raises LineConfigError."""
    return TwilioChecker(open_exchange(setup).api, load_meanings())


def _field(package: Any, name: str) -> str:
    """A word of one of Lookup's packages; empty where the package failed or is missing."""
    if not isinstance(package, Mapping) or package.get("error_code"):
        return ""
    return str(package.get(name) or "")
