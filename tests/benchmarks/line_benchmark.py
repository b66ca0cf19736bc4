"""Figures of the simulated line in sound.

``python -m tests.benchmarks.line_benchmark [--calls N] [--seconds S]`` prints, by kind of connection, what a
frame of 20 ms costs in CPU: the connection alone, and a whole call in which both sides talk nearly always.
Then how many calls one core carries at once: the seconds of N calls, together in virtual time, that pass in a
second of CPU; and what a dial costs that nobody answers. Voices are tones and nobody listens: speech and
recognition have a cost of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np

from campaigns.clock import VirtualClock
from telephony.announcements import load_announcements
from telephony.carrier import LineSetup
from telephony.far_end import FarReply
from telephony.line import Answered, AudioCall, DialOrder, Sound
from telephony.pcm import FRAME_S, FRAME_SAMPLES, pcm_of
from telephony.permits import PermitClaims
from telephony.playout import Taken
from telephony.simulated.carrier import SimulatedCarrier, build
from telephony.simulated.sound.ambience import noise
from telephony.simulated.sound.channel import Channel
from telephony.simulated.sound.profile import ChannelProfile, load_channels
from tests.unit.telephony.spoken import ChordVoice

ANNOUNCEMENTS = load_announcements(Path(__file__).parents[2] / "dialogues" / "zh" / "announcements.yml")
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NUMBER = "+8619900000001"
QUESTION = "请问是张三先生本人吗"


class Talker:
    """Answers everything, and talks over every third sentence."""

    def __init__(self) -> None:
        self._sentences = 0

    def greet(self) -> FarReply:
        return FarReply("喂")

    def cuts_in(self, text: str) -> float | None:
        self._sentences += 1
        return 1.0 if self._sentences % 3 == 0 else None

    def hear(self, text: str) -> FarReply:
        return FarReply("我是张三你说吧", delay_s=0.3)


def carrier(clock: VirtualClock, behaviour: str, channel: str, voice: ChordVoice) -> SimulatedCarrier:
    """The simulated line in sound, where ``NUMBER`` always behaves alike."""
    settings = {"sound": True, "channel": channel, "overrides": {NUMBER: behaviour}}
    setup = LineSetup(clock, ANNOUNCEMENTS, lambda number, call_id: Talker(), voice, settings=settings)
    return build(setup)


async def dial(line: SimulatedCarrier, nth: int) -> AudioCall:
    permit = PermitClaims(f"p-{nth}", NUMBER, nth, nth, "none", START, START + timedelta(seconds=60))
    call = await line.place(DialOrder(NUMBER, "+861055550000", ""), permit)
    assert call.carries == "sound"
    return call


async def talk(call: AudioCall, sentence: Sound, frames: int) -> int:
    """Ask again and again for so many frames; how many came."""
    came = 0
    while came < frames:
        if came % 200 == 0:
            await call.send(sentence)
            await call.mark("end")
        came += isinstance(await call.receive(1.0), Sound)
    await call.hang_up()
    return came


def connection_us(profile: ChannelProfile, frames: int = 5000) -> float:
    """CPU µs a frame of the connection alone, with speech in it and our voice to echo."""
    loop = noise(profile.noise, profile.speech_dbm0, 1) if profile.noise else None
    channel = Channel(profile, loop, Random(1))
    speech = np.random.default_rng(1).normal(0, 2000, FRAME_SAMPLES).astype(np.float32)
    ours = Taken(pcm_of(speech), sounding=True)
    began = time.process_time()
    for _ in range(frames):
        channel.carry(speech, ours)
        channel.late_us()
    return (time.process_time() - began) / frames * 1e6


async def calls_at_once(channel: str, calls: int, seconds: float) -> tuple[int, float]:
    """Frames that came on all calls together, and the CPU seconds of it."""
    clock, voice = VirtualClock(START), ChordVoice()
    line = carrier(clock, "answers", channel, voice)
    sentence = Sound(voice.sound(QUESTION), QUESTION)

    async def hold(nth: int, ready: asyncio.Barrier) -> int:
        with clock.busy():
            call = await dial(line, nth)
            assert isinstance(await call.answer(), Answered)
        await ready.wait()
        with clock.busy():
            await asyncio.sleep(0)
            return await talk(call, sentence, round(seconds / FRAME_S))

    ready = asyncio.Barrier(calls + 1)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(hold(nth, ready)) for nth in range(1, calls + 1)]
        await ready.wait()
        began = time.process_time()
    return sum(task.result() for task in tasks), time.process_time() - began


async def dial_ms(behaviour: str, dials: int = 20) -> tuple[float, float]:
    """CPU ms, and seconds on the line, of a dial that nobody answers."""
    clock = VirtualClock(START)
    line = carrier(clock, behaviour, "mobile", ChordVoice())
    began = time.process_time()
    with clock.busy():
        for nth in range(1, dials + 1):
            await (await dial(line, nth)).answer()
    passed = (clock.now() - START).total_seconds()
    return (time.process_time() - began) / dials * 1e3, passed / dials


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--calls", type=int, default=100, help="calls at once")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each of them lasts")
    arguments = parser.parse_args()
    print(f"{'connection':14} {'alone µs/frame':>15} {'call µs/frame':>14} {'calls at once a core':>21}")
    for name, profile in load_channels().profiles.items():
        came, cpu = asyncio.run(calls_at_once(name, arguments.calls, arguments.seconds))
        print(
            f"{name:14} {connection_us(profile):15.1f} {cpu / came * 1e6:14.1f} {came * FRAME_S / cpu:21,.0f}"
        )
    for behaviour in ("no_answer", "powered_off", "busy", "assistant"):
        cpu_ms, line_s = asyncio.run(dial_ms(behaviour))
        print(f"dial, {behaviour}: {cpu_ms:.1f} ms of CPU for {line_s:.1f} s on the line")


if __name__ == "__main__":
    main()
