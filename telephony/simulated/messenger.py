"""The simulated messenger: receipts, failures, and people who write back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Annotated, Self
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field, model_validator

from telephony.carrier import LineSetup
from telephony.datafile import load_model
from telephony.errors import NotDone, TrunkFault
from telephony.messages import Delivery, Receipt, TextReceived
from telephony.numbers import is_e164
from telephony.opt_out import wish_of
from telephony.wording import worded

FILE = Path(__file__).with_name("messages.yml")

Share = Annotated[float, Field(ge=0, le=1)]


class TextPopulation(BaseModel):
    """What becomes of messages; the shipped file says what each key means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dead: Share
    undelivered: Share
    not_done: Share
    unsure: Share
    answers: dict[str, Share]

    @model_validator(mode="after")
    def _shares_of_a_whole(self) -> Self:
        fates = self.dead + self.undelivered + self.not_done + self.unsure
        if fates > 1 or sum(self.answers.values()) > 1:
            raise ValueError("the shares add up to more than 1")
        return self


class SimulatedMessenger:
    """A ``Messenger`` (``telephony.messages``) that reaches nobody.

    The same seed, number and count of messages to it meet the same, in any process. Receipts come at once.
    """

    name = "simulated"
    simulated = True

    def __init__(self, population: TextPopulation, *, seed: int = 0) -> None:
        self._population = population
        self._seed = seed
        self._events: asyncio.Queue[Receipt | TextReceived] = asyncio.Queue()
        self._sent: dict[str, int] = {}

    async def send(self, number: str, text: str) -> Receipt:
        """Take ``text`` for ``number``. Raises NotDone, TrunkFault."""
        if not is_e164(number) or not text:
            raise ValueError("a message needs a number in E.164 and words")
        nth = self._sent[number] = self._sent.get(number, 0) + 1
        random = Random(f"text|{self._seed}|{number}|{nth}|{text}")
        # Another process that sends the same to the number must not give the same id.
        id_ = f"SIM{uuid4().hex}"
        match self._fate(random):
            case "not_done":
                raise NotDone(worded("simulated_busy"))
            case "unsure":
                raise TrunkFault(worded("simulated_silent"))
            case "dead":
                return Receipt("", Delivery.FAILED, worded("no_messages"))
            case "undelivered":
                self._tell(Receipt(id_, Delivery.SENT))
                self._tell(Receipt(id_, Delivery.FAILED, worded("undelivered")))
            case _:
                self._tell(Receipt(id_, Delivery.SENT))
                self._tell(Receipt(id_, Delivery.DELIVERED))
                self._answer(random, number, id_)
        return Receipt(id_, Delivery.ACCEPTED)

    async def events(self) -> AsyncIterator[Receipt | TextReceived]:
        """Receipts and answers, as they come."""
        while True:
            yield await self._events.get()

    def _fate(self, random: Random) -> str:
        population, drawn = self._population, random.random()
        for name in ("not_done", "unsure", "dead", "undelivered"):
            drawn -= getattr(population, name)
            if drawn < 0:
                return name
        return "delivered"

    def _answer(self, random: Random, number: str, id_: str) -> None:
        drawn = random.random()
        for words, share in self._population.answers.items():
            drawn -= share
            if drawn < 0:
                self._tell(TextReceived(f"{id_}-answer", number, words, wish_of(words)))
                return

    def _tell(self, event: Receipt | TextReceived) -> None:
        self._events.put_nowait(event)


def load_text_population(path: Path = FILE) -> TextPopulation:
    """What becomes of messages, by ``path``. Raises LineConfigError."""
    return load_model(path, TextPopulation)


def build(setup: LineSetup) -> SimulatedMessenger:
    """The messenger of the simulated line with these settings. Raises LineConfigError."""
    return SimulatedMessenger(load_text_population(), seed=int(setup.settings.get("seed", 0)))
