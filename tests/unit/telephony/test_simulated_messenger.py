"""The simulated messenger: the same each time, with receipts in order, failures and people who write back."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from telephony.announcements import Announcements
from telephony.carrier import LineSetup
from telephony.errors import LineConfigError, NotDone, TrunkFault
from telephony.messages import Delivery, Receipt, TextReceived, Wish
from telephony.registry import open_messenger
from telephony.simulated.messenger import SimulatedMessenger, TextPopulation, load_text_population
from tests.unit.telephony.fakes import FakeClock

NUMBERS = [f"+8615400{n:06d}" for n in range(400)]
ALL_GOOD = TextPopulation(dead=0, undelivered=0, not_done=0, unsure=0, answers={"TD": 1.0})


async def told(messenger: SimulatedMessenger) -> list[Receipt | TextReceived]:
    """All events that are there."""
    events = messenger.events()
    found: list[Receipt | TextReceived] = []

    async def listen() -> None:
        while True:
            found.append(await anext(events))

    task = asyncio.create_task(listen())
    await asyncio.sleep(0)
    task.cancel()
    return found


async def outcome(messenger: SimulatedMessenger, number: str) -> str:
    try:
        return (await messenger.send(number, "您好")).state
    except NotDone:
        return "not_done"
    except TrunkFault:
        return "unsure"


async def test_all_that_may_happen_happens_and_the_same_again() -> None:
    runs = []
    for _ in range(2):
        messenger = SimulatedMessenger(load_text_population(), seed=3)
        runs.append([await outcome(messenger, number) for number in NUMBERS])
        events = await told(messenger)
    assert runs[0] == runs[1]
    counts = Counter(runs[0])
    assert set(counts) == {"accepted", "failed", "not_done", "unsure"}
    states = Counter(event.state for event in events if isinstance(event, Receipt))
    assert states[Delivery.SENT] == counts["accepted"]
    assert states[Delivery.DELIVERED] + states[Delivery.FAILED] == counts["accepted"]
    wishes = {event.wish for event in events if isinstance(event, TextReceived)}
    assert {Wish.STOP, None} <= wishes


async def test_receipts_come_in_order_then_the_answer() -> None:
    messenger = SimulatedMessenger(ALL_GOOD)
    first = await messenger.send(NUMBERS[0], "您好")
    second = await messenger.send(NUMBERS[0], "您好")
    assert first.id != second.id
    events = await told(messenger)
    assert events[:2] == [Receipt(first.id, Delivery.SENT), Receipt(first.id, Delivery.DELIVERED)]
    answer = events[2]
    assert isinstance(answer, TextReceived)
    assert (answer.number, answer.wish) == (NUMBERS[0], Wish.STOP)
    assert NUMBERS[0] not in repr(answer)


async def test_processes_that_send_the_same_give_ids_of_their_own() -> None:
    ids = {(await SimulatedMessenger(ALL_GOOD).send(NUMBERS[0], "您好")).id for _process in range(3)}
    assert len(ids) == 3


async def test_a_message_needs_a_number_and_words() -> None:
    for number, text in (("13812345678", "x"), (NUMBERS[0], "")):
        with pytest.raises(ValueError, match="needs a number"):
            await SimulatedMessenger(ALL_GOOD).send(number, text)


def test_it_is_opened_by_its_lines_name(clock: FakeClock, announcements: Announcements) -> None:
    setup = LineSetup(clock, announcements)
    assert open_messenger("simulated", setup).simulated
    with pytest.raises(LineConfigError, match="no text messages"):
        open_messenger("smoke", setup)


def test_a_wrong_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "messages.yml"
    path.write_text("{dead: 0.6, undelivered: 0.6, not_done: 0, unsure: 0, answers: {}}")
    with pytest.raises(LineConfigError, match="more than 1"):
        load_text_population(path)
