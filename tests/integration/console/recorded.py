"""A recorded call in the world: two sides of made-up sound, with a log that the present script replays."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import numpy as np

from bot.audio.pcm import RATE, Samples, from_samples
from bot.dialogue.brief import Brief, Debt, Party
from bot.recording.keys import add_key
from bot.transcript import Entry
from campaigns.dialing.briefing import brief_data
from campaigns.recordings import open_recordings
from campaigns.store.calls import entry_of
from campaigns.store.models import Call, TurnRecord
from tests.integration.console.world import World
from tests.integration.store.rows import AT

SECONDS = 12
CALL = 1
SPOKEN = "我叫欧阳明月，明天还五百"


def record(world: World, *, sealed: bool = True, call_id: int = CALL) -> Samples:
    """Record the call; gives its samples, as [sample, customer | bot]."""
    settings = world.services.settings
    if sealed:
        add_key(settings.recording_keys, date(2026, 3, 1))
    rng = np.random.default_rng(7)
    customer, bot = ((rng.uniform(-0.4, 0.4, SECONDS * RATE) * 32000).astype(np.int16) for _ in range(2))
    customer[: 4 * RATE] = 0

    async def hold() -> str:
        with world.database.reading() as session:
            entries = [
                entry_of(turn)
                for turn in session.query(TurnRecord).filter_by(call_id=call_id).order_by(TurnRecord.seq)
            ]
        with open_recordings(settings) as recordings:
            recorder = recordings.start(str(call_id), AT)
            recorder.bot(bot.astype("<i2").tobytes(), 0)
            for at in range(0, SECONDS * RATE, 160):
                recorder.customer(from_samples(customer[at : at + 160].astype(np.float64)))
                if at == 8 * RATE:
                    recorder.note("utterance", at, lasted_s=3.0, pause_s=0.5)
            recorded = await recorder.close(entries)
        assert recorded.fault is None
        assert recorded.name is not None
        return recorded.name

    with ThreadPoolExecutor(1) as thread:  # a browser test has a loop of its own on this one
        name = thread.submit(lambda: asyncio.run(hold())).result()
    with world.database.transaction() as session:
        session.get_one(Call, call_id).recording = name
    return np.stack([customer, bot], axis=1)


def talk(world: World, call_id: int = CALL) -> None:
    """Give the call something said, that is personal, and the brief that it was held with."""
    brief = Brief(
        "融安消费金融", "4008001234", Party("欧阳明月", "女士", "9807"),
        Debt("信用卡", 123_456, 12_345, "CNY", AT.date() - timedelta(days=3), 3),
        None, 7, latest_rest_days=30,
    )  # fmt: skip
    lines = [
        Entry(AT, "line", event="opened"),
        Entry(
            AT,
            "bot",
            "请问您是欧阳明月女士本人吗？",
            "identity_name",
            "identity",
            until=AT + timedelta(seconds=3),
        ),
        Entry(
            AT + timedelta(seconds=8),
            "customer",
            SPOKEN,
            step="identity",
            intent="promise_pay",
            confidence=0.31,
        ),
        Entry(AT + timedelta(seconds=8), "bot", "好的。", "identity_tail", "identity_check"),
        Entry(AT + timedelta(seconds=12), "line", event="hung_up"),
    ]
    with world.database.transaction() as session:
        session.query(TurnRecord).filter_by(call_id=call_id).delete()
        session.get_one(Call, call_id).brief = brief_data(brief)
        for seq, entry in enumerate(lines):
            details: dict[str, Any] = {"event": entry.event} if entry.event else {}
            if entry.speaker == "customer":
                named = {"kind": "amount", "value": 50_000, "text": "五百", "start": 10, "end": 12}
                details = {"stop_words": ["do_not_call"], "entities": [named]}
            session.add(
                TurnRecord(
                    call_id=call_id, seq=seq, at=entry.at, until=entry.until, speaker=entry.speaker,
                    text=entry.text, prompt=entry.prompt, step=entry.step, intent=entry.intent,
                    confidence=entry.confidence, details=details,
                )
            )  # fmt: skip
