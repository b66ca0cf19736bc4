"""Reading and writing messages: Twilio's own examples, and everything that is none."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.errors import ProtocolFault
from telephony.twilio.messages import (
    MAX_MESSAGE,
    MAX_PAYLOAD,
    Digit,
    Mark,
    Media,
    Other,
    Stop,
    Writer,
    read,
    read_opening,
)
from tests.unit.telephony.twilio.fake_twilio import CALL, STREAM, media, message, started

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["event", "sequenceNumber", "streamSid", "media", "mark", "dtmf", "stop", "start", "track", "timestamp"]
)
EVENTS = st.sampled_from(["media", "mark", "dtmf", "stop", "start", "connected", "clear", "pong"])


def test_a_start_is_read_with_its_parameters() -> None:
    start = read_opening(started(3))
    assert start is not None
    assert (start.sequence, start.call_sid, start.stream_sid) == (3, CALL, STREAM)
    assert start.parameters == {"attempt": "7"}
    assert "attempt" not in repr(start)


def test_connected_is_no_start() -> None:
    assert read_opening('{"event":"connected","protocol":"Call","version":"1.0.0"}') is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (media(1, 0), "before `start`"),
        (started(callSid="CA 1"), "callSid"),
        (started(streamSid=7), "streamSid"),
        (started(customParameters={"name": ["张"]}), "customParameters"),
        (started(mediaFormat={"encoding": "audio/l16", "sampleRate": 8000, "channels": 1}), "µ-law"),
        (started(mediaFormat=None), "mediaFormat"),
        ('{"event":"start"}', "start"),
        (b"\x00", "binary"),
    ],
)
def test_a_bad_opening_is_refused(text: str | bytes, told: str) -> None:
    with pytest.raises(ProtocolFault, match=told):
        read_opening(text)


def test_a_refusal_tells_no_value() -> None:
    with pytest.raises(ProtocolFault) as caught:
        read_opening(started(customParameters={"name": {"of": "张三"}}))
    assert "张三" not in str(caught.value)


def test_every_kind_is_read() -> None:
    assert read(media(4, 60, b"ab"), STREAM) == Media(4, 60, b"ab")
    assert read(message("dtmf", 5, {"digit": "#"}), STREAM) == Digit(5, "#")
    assert read(message("mark", 6, {"name": "12"}), STREAM) == Mark(6, "12")
    assert read(message("stop", 7, {}), STREAM) == Stop(7)
    assert read(message("news", 8), STREAM) == Other(8)
    assert read(media(9, 60, track="outbound"), STREAM) == Other(9)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * MAX_MESSAGE, "not JSON"),
        ("1" * 5000, "not JSON"),
        ("[]", "no JSON object"),
        ("x" * (MAX_MESSAGE + 1), "at most"),
        (b'{"event":"stop"}', "binary"),
        (message("stop", 2, {}, stream="MZ9"), "another stream"),
        (message("dtmf", 2, {"digit": "1" * 60_000}), "no digit"),
        (message("dtmf", 2, {"digit": ""}), "no digit"),
        (message("dtmf", 2, {"digit": "12"}), "no digit"),
        (message("dtmf", 2, {"digit": 1}), "no text"),
        (message("dtmf", 2), "missing"),
        (message("mark", 2, {"name": None}), "no text"),
        (media(2, 0, payload="???"), "base64"),
        (media(2, 0, payload="YQ"), "base64"),
        (media(2, 0, payload="é==="), "base64"),
        (media(2, 0, b""), "0 bytes"),
        (media(2, 0, bytes(MAX_PAYLOAD + 1)), "8001 bytes"),
        (media(2, 0, timestamp="-1"), "timestamp"),
        (media(2, 0, timestamp=-1), "timestamp"),
        (media(2, 0, timestamp=1.5), "timestamp"),
        (media(2, 0, timestamp=True), "timestamp"),
        (media(2, 0, timestamp="٣"), "timestamp"),
        (media(2, 0, timestamp="9" * 16), "timestamp"),
        (media(2, 0, timestamp=10**400), "timestamp"),
        (message("stop", 2, {}).replace('"2"', "null"), "sequenceNumber"),
        (started(), "twice"),
        (json.dumps({"sequenceNumber": "2", "streamSid": STREAM}), "without `event`"),
    ],
)
def test_what_is_malformed_is_refused_by_name(text: str | bytes, told: str) -> None:
    with pytest.raises(ProtocolFault, match=told):
        read(text, STREAM)


def _read(text: str | bytes) -> None:
    """Whatever comes, a message or a ProtocolFault is the answer."""
    for reading in (read_opening, lambda one: read(one, STREAM)):
        with contextlib.suppress(ProtocolFault):
            reading(text)


@given(st.text() | st.binary())
def test_no_text_breaks_the_reader(text: str | bytes) -> None:
    _read(text)


@given(EVENTS, ANYTHING, ANYTHING, st.dictionaries(KEYS, ANYTHING))
def test_no_json_breaks_the_reader(event: str, number: Any, body: Any, more: dict[str, Any]) -> None:
    text = {"event": event, "sequenceNumber": number, "streamSid": STREAM, event: body, **more}
    _read(json.dumps(text))


@given(st.binary(min_size=1, max_size=2000), st.text(max_size=50))
def test_what_is_written_can_be_read(ulaw: bytes, name: str) -> None:
    writer = Writer(STREAM)
    sent = json.loads(writer.media(ulaw))
    assert base64.b64decode(sent["media"]["payload"]) == ulaw
    assert json.loads(writer.mark(name)) == {"event": "mark", "streamSid": STREAM, "mark": {"name": name}}
    assert json.loads(writer.clear) == {"event": "clear", "streamSid": STREAM}
