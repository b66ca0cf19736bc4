"""The messages of Twilio's Media Streams, both ways: JSON texts of one event each.

In: connected, start, then media, dtmf and mark, and at last stop. Out: media, mark, clear. What comes in is
checked by hand, for fifty messages a second come on every call; only ``start`` is worth a model.
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from telephony.errors import ProtocolFault

MAX_MESSAGE = 65_536
"""Characters of a message. Twilio's largest, a start with all its parameters, is below 8 thousand."""

MAX_PAYLOAD = 8_000
"""Bytes of µ-law in one message: a second. Twilio sends 160."""

_DIGITS = frozenset("0123456789*#ABCD")
_NUMBER_LENGTH = 15  # decimal digits: more than any call reaches, and exact whatever they are added to

_Sid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


@dataclass(frozen=True, slots=True)
class Start:
    """The stream begins. ``parameters`` are the ``<Parameter>`` values of the TwiML that asked for it."""

    sequence: int
    stream_sid: str
    call_sid: str
    account_sid: str
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold a customer's data


@dataclass(frozen=True, slots=True)
class Media:
    """Sound of the far end, in µ-law; ``at_ms`` milliseconds into the stream."""

    sequence: int
    at_ms: int
    ulaw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Digit:
    """A key was pressed."""

    sequence: int
    digit: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of ours has been reached, or was cleared: Twilio echoes both alike."""

    sequence: int
    name: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The stream ended: the call did, or it moved on."""

    sequence: int


@dataclass(frozen=True, slots=True)
class Other:
    """Nothing that concerns us, but counted in the sequence: another track, an event of a later version."""

    sequence: int


Message = Media | Digit | Mark | Stop | Other


class _MediaFormat(BaseModel):
    encoding: str
    sample_rate: int = Field(alias="sampleRate")
    channels: int


class _StartBody(BaseModel):
    model_config = ConfigDict(extra="ignore")

    account_sid: _Sid = Field(alias="accountSid")
    call_sid: _Sid = Field(alias="callSid")
    stream_sid: _Sid = Field(alias="streamSid")
    media_format: _MediaFormat = Field(alias="mediaFormat")
    parameters: dict[str, str] = Field(default_factory=dict, alias="customParameters", max_length=100)


def read_opening(text: str | bytes) -> Start | None:
    """A message before the stream has begun; None for ``connected``. Raises ProtocolFault."""
    message = _load(text)
    event = message.get("event")
    if event == "connected":
        return None
    if event != "start":
        raise ProtocolFault("a message came before `start`")
    try:
        body = _StartBody.model_validate(message.get("start"))
    except ValidationError as error:
        wrong = ", ".join(sorted({".".join(map(str, one["loc"])) or "start" for one in error.errors()}))
        raise ProtocolFault(f"`start` is malformed: {wrong}") from None  # its values may be personal
    media = body.media_format
    if (media.encoding, media.sample_rate, media.channels) != ("audio/x-mulaw", 8000, 1):
        raise ProtocolFault("the stream is not in mono µ-law at 8000 Hz")
    return Start(_number(message, "sequenceNumber"), body.stream_sid, body.call_sid, body.account_sid,
                 body.parameters)  # fmt: skip


def read(text: str | bytes, stream_sid: str) -> Message:
    """A message of the stream ``stream_sid``, once it has begun. Raises ProtocolFault."""
    message = _load(text)
    event = message.get("event")
    if message.get("streamSid") != stream_sid:
        raise ProtocolFault("a message for another stream")
    sequence = _number(message, "sequenceNumber")
    match event:
        case "media":
            body = _body(message, "media")
            if body.get("track", "inbound") != "inbound":
                return Other(sequence)
            return Media(sequence, _number(body, "timestamp"), _payload(body))
        case "mark":
            return Mark(sequence, _text(_body(message, "mark"), "name"))
        case "dtmf":
            digit = _text(_body(message, "dtmf"), "digit")
            if digit not in _DIGITS:
                raise ProtocolFault("`dtmf` holds no digit")
            return Digit(sequence, digit)
        case "stop":
            return Stop(sequence)
        case "start" | "connected":
            raise ProtocolFault(f"`{event}` came twice")
        case str():
            return Other(sequence)
        case _:
            raise ProtocolFault("a message without `event`")


class Writer:
    """Writes our messages to one stream."""

    def __init__(self, stream_sid: str) -> None:
        sid = json.dumps(stream_sid)
        self._media = f'{{"event":"media","streamSid":{sid},"media":{{"payload":"'
        self._mark = f'{{"event":"mark","streamSid":{sid},"mark":{{"name":'
        self.clear = f'{{"event":"clear","streamSid":{sid}}}'

    def media(self, ulaw: bytes) -> str:
        return f'{self._media}{b2a_base64(ulaw, newline=False).decode("ascii")}"}}}}'

    def mark(self, name: str) -> str:
        return f"{self._mark}{json.dumps(name)}}}}}"


def _load(text: str | bytes) -> dict[str, Any]:
    if not isinstance(text, str):
        raise ProtocolFault("a binary message")
    if len(text) > MAX_MESSAGE:
        raise ProtocolFault(f"a message of {len(text)} characters: at most {MAX_MESSAGE} are read")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolFault("a message that is not JSON") from None
    if not isinstance(message, dict):
        raise ProtocolFault("a message that is no JSON object")
    return message


def _body(message: dict[str, Any], key: str) -> dict[str, Any]:
    body = message.get(key)
    if not isinstance(body, dict):
        raise ProtocolFault(f"`{key}` is missing")
    return body


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str):
        raise ProtocolFault(f"`{key}` is no text")
    return value


def _number(body: dict[str, Any], key: str) -> int:
    """A count: Twilio writes it as text."""
    value = body.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if -1 < value < 10**_NUMBER_LENGTH else ""
    if not isinstance(value, str) or not 0 < len(value) <= _NUMBER_LENGTH:
        raise ProtocolFault(f"`{key}` is no count")
    if not (value.isascii() and value.isdigit()):
        raise ProtocolFault(f"`{key}` is no count")
    return int(value)


def _payload(body: dict[str, Any]) -> bytes:
    try:
        ulaw = a2b_base64(_text(body, "payload"), strict_mode=True)
    except ValueError:  # binascii.Error, or letters outside of ASCII
        raise ProtocolFault("`payload` is not base64") from None
    if not 0 < len(ulaw) <= MAX_PAYLOAD:
        raise ProtocolFault(f"`payload` holds {len(ulaw)} bytes: 1 to {MAX_PAYLOAD} are read")
    return ulaw
