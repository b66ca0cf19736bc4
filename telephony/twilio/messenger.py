"""Text messages over the account that calls go over."""

from __future__ import annotations

from telephony.carrier import LineSetup
from telephony.twilio.exchange import open_exchange
from telephony.twilio.sms import TwilioMessenger


def build(setup: LineSetup) -> TwilioMessenger:
    """A ``Messenger`` (``telephony.messages``) of these settings. Raises LineConfigError."""
    return open_exchange(setup).messenger()
