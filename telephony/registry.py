"""The carriers, number checks and ways in by name. A new one is a folder here and one line below."""

from __future__ import annotations

from collections.abc import Mapping
from pkgutil import resolve_name
from typing import cast

from telephony.carrier import Carrier, GuardedLine, LineSetup
from telephony.checks import NumberChecker
from telephony.errors import LineConfigError
from telephony.line import InboundCalls, Line
from telephony.messages import Messenger
from telephony.permits import PermitGate
from telephony.setup_check import SetupCheck

# module:function(LineSetup) -> Carrier; imported when opened, for some bring heavy or optional libraries.
_CARRIERS = {
    "simulated": "telephony.simulated.carrier:build",
    "twilio": "telephony.twilio.carrier:build",
}

# module:function(LineSetup) -> NumberChecker
_CHECKERS = {
    "simulated": "telephony.simulated.check:build",
    "twilio": "telephony.twilio.lookup:build",
}


# module:function(LineSetup) -> InboundCalls
_INBOUND = {
    "simulated": "telephony.simulated.inbound:build",
    "twilio": "telephony.twilio.reception:build",
}


# module:function(LineSetup) -> Messenger
_MESSENGERS = {
    "simulated": "telephony.simulated.messenger:build",
    "twilio": "telephony.twilio.messenger:build",
}


# module:function(LineSetup) -> SetupCheck
_SETUP_CHECKS = {
    "simulated": "telephony.simulated.setup:build",
    "twilio": "telephony.twilio.setup:build",
}


def line_names() -> tuple[str, ...]:
    """The names ``open_line`` knows."""
    return tuple(_CARRIERS)


def open_line(name: str, gate: PermitGate, setup: LineSetup) -> Line:
    """The line called ``name``, behind ``gate``. Raises LineConfigError: unknown name, wrong settings."""
    return GuardedLine(cast(Carrier, _built(_CARRIERS, name, setup, "there is no line")), gate)


def open_checker(name: str, setup: LineSetup) -> NumberChecker:
    """The number check called ``name``. Raises LineConfigError: unknown name, wrong settings."""
    return cast(NumberChecker, _built(_CHECKERS, name, setup, "there is no number check"))


def open_inbound(name: str, setup: LineSetup) -> InboundCalls:
    """Where calls come in on the line ``name``. Raises LineConfigError: unknown name, wrong settings."""
    return cast(InboundCalls, _built(_INBOUND, name, setup, "no calls come in on a line"))


def open_messenger(name: str, setup: LineSetup) -> Messenger:
    """Text messages over the line ``name``. Raises LineConfigError: it has none, or wrong settings."""
    return cast(Messenger, _built(_MESSENGERS, name, setup, "no text messages go over a line"))


def open_setup_check(name: str, setup: LineSetup) -> SetupCheck:
    """The check of the set-up of the line ``name``. Raises LineConfigError: unknown name, wrong settings."""
    return cast(SetupCheck, _built(_SETUP_CHECKS, name, setup, "there is no line"))


def _built(builders: Mapping[str, str], name: str, setup: LineSetup, lacking: str) -> object:
    if name not in builders:
        raise LineConfigError(f"{lacking} {name!r}; known: {', '.join(builders)}")
    return resolve_name(builders[name])(setup)
