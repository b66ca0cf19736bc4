"""The simulator by voice: a browser's frames over a socket, heard by the emulated recogniser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from starlette.testclient import WebSocketDenialResponse, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from bot.audio.pcm import FRAME_BYTES, silence
from bot.dialogue.prompts import PromptBook
from bot.voice.manners import Manners
from campaigns.console.simulator.voice import VOICE_PATH
from campaigns.console.view.codes import code_text
from campaigns.dialing.talk import VoiceTools
from campaigns.settings import Settings
from campaigns.store.console.sessions import revoke_sessions
from tests.benchmarks.caller_script import Script, Utterance, Word
from tests.benchmarks.emulated_recogniser import EmulatedRecognizer
from tests.integration.console.test_simulator import CUSTOMER
from tests.integration.console.world import ORIGIN, Browser, World
from tests.unit.voice.fakes import CHARACTER_S, FakeVoice, speech

SAID = "我是本人"
MESSAGE = 5 * FRAME_BYTES
MOST = 600  # messages of 0.1 s


def caller() -> Script:
    """Somebody who can say one thing."""
    sound = np.frombuffer(speech(SAID), dtype="<i2")
    words = tuple(Word(c, n * CHARACTER_S, (n + 1) * CHARACTER_S) for n, c in enumerate(SAID))
    said = Utterance("1", SAID, sound, (0.0, len(SAID) * CHARACTER_S), (), words, "", None)
    return Script((said,), {}, "", np.zeros(1, dtype=np.int16))


@pytest.fixture
def studio(world: World, model_cache: Path) -> World:
    """A console that hears and speaks."""

    @contextmanager
    def voicing(
        settings: Settings, language: Path, prompts: PromptBook, *, record: bool | None = None
    ) -> Iterator[Any]:
        assert (settings.home, record) == (world.services.settings.home, False)
        assert "identity_name" in prompts
        recognizer = EmulatedRecognizer(caller(), rtf=0.0, finish_s=0.0, threads=1)
        yield SimpleNamespace(tools=VoiceTools(recognizer, FakeVoice(), Manners.load(language)))

    settings = world.services.settings.model_copy(update={"cache_dir": model_cache})
    return World(replace(world.services, settings=settings, voicing=voicing), world.clock)


@dataclass
class Telephone:
    """The page's side of the socket."""

    socket: WebSocketTestSession
    told: list[dict[str, Any]] = field(default_factory=list)

    def take(self) -> bytes | None:
        """The next message: sound, or None for what is told."""
        message = self.socket.receive()
        if message["type"] == "websocket.close":
            raise WebSocketDisconnect(message["code"])
        if message.get("bytes") is not None:
            return bytes(message["bytes"])
        self.told.append(json.loads(message["text"]))
        return None

    def exchange(self, pcm: bytes) -> bytes:
        """Send some sound; gives what is played for it."""
        self.socket.send_bytes(pcm)
        while (played := self.take()) is None:
            pass
        return played

    def until(self, kind: str) -> dict[str, Any]:
        """What is told of this kind."""
        while not any(told["type"] == kind for told in self.told):
            self.take()
        return next(told for told in self.told if told["type"] == kind)

    def listen(self, done: Callable[[bytes], bool]) -> None:
        """Say nothing until ``done`` says so of what is played."""
        for _ in range(MOST):
            if done(self.exchange(silence(0.1))):
                return
        raise AssertionError("it never came to that")

    def hear_out(self) -> None:
        """Until the bot has spoken and been silent for a second."""
        quiet, spoke = 0, False

        def over(played: bytes) -> bool:
            nonlocal quiet, spoke
            sounds = any(played)
            spoke, quiet = spoke or sounds, 0 if sounds else quiet + 1
            return spoke and quiet >= 10

        self.listen(over)


def connect(browser: Browser, origin: str = ORIGIN) -> WebSocketTestSession:
    return browser.client.websocket_connect(f"ws://localhost{VOICE_PATH}", headers={"origin": origin})


def test_a_customer_speaks_and_is_understood(studio: World) -> None:
    browser = studio.browser("script_editor")
    browser.post("/simulator/begin", CUSTOMER)
    with connect(browser) as socket:
        telephone = Telephone(socket)
        telephone.until("ready")
        telephone.hear_out()
        for at in range(0, len(speech(SAID)), MESSAGE):
            telephone.exchange(speech(SAID)[at : at + MESSAGE])
        telephone.listen(lambda _: any(told.get("speaker") == "customer" for told in telephone.told))
        telephone.hear_out()
        socket.send_text("hang up")
        assert telephone.until("over")["disposition"]
    spoken = [told for told in telephone.told if told["type"] == "entry"]
    heard = next(told for told in spoken if told["speaker"] == "customer")
    assert (heard["text"], heard["intent"]) == (SAID, code_text("intent", "confirm_identity", "zh"))
    bot = [told["text"] for told in spoken if told["speaker"] == "bot"]
    assert "王小明先生" in "".join(bot[:4])
    assert "身份证" in bot[-1]


def test_a_browser_that_goes_leaves_room_for_the_next_call(studio: World) -> None:
    browser = studio.browser("script_editor")
    browser.post("/simulator/begin", CUSTOMER)
    for _ in range(2):
        with connect(browser) as socket:
            Telephone(socket).until("ready")
    with connect(browser) as socket:
        Telephone(socket).until("ready")
        with connect(browser) as second:
            assert Telephone(second).until("error")["code"] == "busy"


def test_sound_that_no_page_of_ours_sends_ends_the_call(studio: World) -> None:
    browser = studio.browser("script_editor")
    browser.post("/simulator/begin", CUSTOMER)
    for wrong in (b"\0" * 40_000, b"\0\0\0"):
        with connect(browser) as socket:
            telephone = Telephone(socket)
            telephone.until("ready")
            socket.send_bytes(wrong)
            with pytest.raises(WebSocketDisconnect):
                telephone.until("never")


def test_a_call_ends_with_the_session_that_began_it(studio: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.console.simulator.voice.CHECK_S", 0.01)
    browser = studio.browser("script_editor")
    browser.post("/simulator/begin", CUSTOMER)
    with connect(browser) as socket:
        telephone = Telephone(socket)
        telephone.until("ready")
        with studio.database.transaction() as session:
            revoke_sessions(session, studio.user_id("script_editor"), studio.clock.now())
        assert telephone.until("over")["disposition"]


@pytest.mark.parametrize(
    ("role", "origin"),
    [("analyst", ORIGIN), ("auditor", ORIGIN), ("quality", "http://evil.example"), ("quality", "null")],
)
def test_nobody_else_gets_a_socket(studio: World, role: str, origin: str) -> None:
    with pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)), connect(studio.browser(role), origin):
        pass
    with pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)), connect(studio.visitor()):
        pass


def test_without_a_model_or_a_customer_it_says_so(world: World, model_cache: Path) -> None:
    settings = world.services.settings.model_copy(update={"cache_dir": model_cache})
    deaf = World(replace(world.services, settings=settings), world.clock)
    browser = deaf.browser("quality")
    with connect(browser) as socket:
        assert Telephone(socket).until("error")["code"] == "no_desk"
    browser.post("/simulator/begin", CUSTOMER)
    page = browser.get("/simulator").text
    assert "xiaorong models fetch" in page
    assert "data-speak disabled" in page
    with connect(browser) as socket:
        assert Telephone(socket).until("error")["code"] == "no_model"
