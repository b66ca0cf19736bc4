"""What Twilio is told to do with a call, in TwiML."""

from __future__ import annotations

from collections.abc import Mapping

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Connect, VoiceResponse

TOKEN = "token"  # noqa: S105 - the parameter's name
"""The ``<Parameter>`` by which a stream shows which call it belongs to."""


def stream_to(media_url: str, parameters: Mapping[str, str], fallback_audio: str | None = None) -> str:
    """Connect the call's sound to ``media_url``, both ways; once that ends, hang up.

    ``<Connect>`` holds the call until the socket closes. Where it could not be opened, or was lost, Twilio goes
    on: ``fallback_audio`` is then what the caller hears, from elsewhere, for we may be what has failed. A call
    that we end is ended by the API before its socket closes, and comes no further than its stream.
    """
    response, connect = VoiceResponse(), Connect()
    stream = connect.stream(url=media_url)
    for name, value in parameters.items():
        stream.parameter(name=name, value=value)
    response.append(connect)
    if fallback_audio is not None:
        response.play(fallback_audio)
    response.hangup()
    return str(response)


def reject() -> str:
    """Turn a call away as busy, unanswered and free of charge."""
    response = VoiceResponse()
    response.reject(reason="busy")
    return str(response)


def no_reply() -> str:
    """Take a text message in without answering it."""
    return str(MessagingResponse())
