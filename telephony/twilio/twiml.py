"""What Twilio is told to do with a call, in TwiML."""

from __future__ import annotations

from collections.abc import Mapping

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Connect, Dial, Gather, VoiceResponse

from telephony.transfer import Whisper

_KEY_S = 8

TOKEN = "token"  # noqa: S105 - the parameter's name
"""The ``<Parameter>`` by which a stream shows which call it belongs to."""


def stream_to(media_url: str, parameters: Mapping[str, str], fallback_audio: str | None = None) -> str:
    """Connect the call's sound to ``media_url``, both ways; once that ends, hang up.

    ``<Connect>`` holds the call until the socket closes. Where it could not be opened, or was lost, Twilio
    goes on: ``fallback_audio`` is then what the caller hears, from elsewhere, for we may be what has failed.
    A call that we end is ended by the API before its socket closes, and comes no further than its stream.
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


def dial_agent(agent: str, caller_id: str, *, ring_s: float, whisper_url: str, end_url: str) -> str:
    """Let the caller hear ``agent``'s telephone ring. Whoever answers runs ``whisper_url`` before they talk.

    When they have talked, or did not come to, Twilio asks ``end_url`` how to go on.
    """
    response = VoiceResponse()
    dial = Dial(
        action=end_url, method="POST", caller_id=caller_id, timeout=round(ring_s), answer_on_bridge=True
    )
    dial.number(agent, url=whisper_url, method="POST")
    response.append(dial)
    return str(response)


def whisper(words: Whisper, accept_url: str) -> str:
    """Say ``words`` to the agent alone, twice, and ask ``accept_url`` about the key; without one, hang up."""
    response = VoiceResponse()
    gather = Gather(num_digits=1, action=accept_url, method="POST", timeout=_KEY_S, finish_on_key="")
    for _ in range(2):
        gather.say(words.text, language=words.language)
    response.append(gather)
    response.hangup()
    return str(response)


def connect_now() -> str:
    """The agent has accepted: an empty document ends the whisper, and Twilio connects the two."""
    return str(VoiceResponse())


def say_and_hang_up(words: Whisper | None = None) -> str:
    """Say ``words``, if there are any, and end the call."""
    response = VoiceResponse()
    if words is not None:
        response.say(words.text, language=words.language)
    response.hangup()
    return str(response)


def no_reply() -> str:
    """Take a text message in without answering it."""
    return str(MessagingResponse())
