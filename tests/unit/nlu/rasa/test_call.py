"""A call over a Rasa that answers, then dies in the middle of it."""

from __future__ import annotations

from pathlib import Path

import httpx

from bot.channel import BySentence
from bot.dialogue.conversation import Conversation
from bot.dialogue.flow import load_flow
from bot.dialogue.prompts import load_prompts
from bot.nlu.embedded import LanguageParts
from bot.nlu.rasa.interpreter import RasaInterpreter
from bot.session import Session
from tests.unit.dialogue.conftest import BRIEF
from tests.unit.nlu.conftest import SHANGHAI
from tests.unit.nlu.rasa.servers import Server, meaning, unreachable
from tests.unit.test_session import FakeChannel


async def test_a_server_that_dies_in_mid_call_costs_no_turn(zh: Path, model_cache: Path) -> None:
    answers = [meaning(("hardship", 0.97), ("affirm", 0.03))]

    def respond(request: httpx.Request) -> httpx.Response:
        return answers.pop()(request) if answers else unreachable(request)

    server = Server(respond)
    parts = LanguageParts.load(zh, model_cache, SHANGHAI)
    rasa = RasaInterpreter(parts, server.client(), live=True)
    prompts = load_prompts(zh)
    conversation = Conversation(load_flow(zh, "repayment-reminder", prompts), prompts, BRIEF, rasa)
    channel = FakeChannel(["最近家里真的有点那个", "是我本人", "我后天还上吧", "对的"])
    result = await Session(conversation, BySentence(channel, channel.now), channel.now).run()
    rasa.close()
    heard = [entry for entry in result.entries if entry.speaker == "customer"]
    assert (heard[0].intent, heard[0].stand_in) == ("hardship", None)
    assert [entry.intent for entry in heard[1:]] == ["confirm_identity", "promise_pay", "affirm"]
    assert result.outcome.disposition == "promise"
    assert result.fault is None
