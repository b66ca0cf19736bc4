"""What is understood of what customers say, through synthetic voices, the telephone and the recogniser.

::

    python -m tests.benchmarks.heard_benchmark [--sentences 100] [--channels clean,mobile] [--model FOLDER]

Sentences of the examples that understanding learns from, a few of every intent, spoken by several voices over
each kind of connection: the character error rate, and the share whose intent is understood, beside that of
the sentences as they were written. The recogniser's n-best readings count as in a call: the first that means
what all of them mean most.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from random import Random

import numpy as np

from bot.asr.biasing import phrases_of
from bot.asr.recognizer import Recognition
from bot.asr.registry import open_recognizer
from bot.audio.pcm import silence
from bot.dialogue.speech import Speech
from bot.language import language_dir
from bot.nlu.embedded import EmbeddedInterpreter
from bot.nlu.normalize import normalize
from bot.nlu.readings import meant_together
from bot.nlu.training_data import Example, load_training_data
from bot.tts.registry import open_synthesizer
from bot.voice.attention import MOST_READINGS
from telephony.pcm import FRAME_SAMPLES
from telephony.playout import NOTHING
from telephony.simulated.sound.ambience import noise
from telephony.simulated.sound.channel import Channel
from telephony.simulated.sound.profile import DEFAULT_CHANNELS, ChannelProfile, load_channels
from telephony.simulated.sound.voices import levelled

LANGUAGE = language_dir("zh")
MODEL = Path(__file__).parents[3] / "shared" / "test-data" / "asr" / "vosk-zh-tiny"
VOICES = ("m3", "f3", "m7")
NOW = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
LONGEST = 18  # characters: what is said in one breath
BATCH = 1600


def errors(said: str, heard: str) -> int:
    """The least number of characters to put right."""
    row = list(range(len(heard) + 1))
    for i, wanted in enumerate(said, 1):
        previous, row[0] = row[0], i
        for j, got in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (wanted != got))
    return row[-1]


def chosen(count: int, seed: int) -> list[Example]:
    """As many of each intent, as far as that goes."""
    by_intent: dict[str, list[Example]] = defaultdict(list)
    for example in load_training_data(LANGUAGE / "nlu.yml"):
        if len(normalize(example.text).compact) <= LONGEST:
            by_intent[example.intent].append(example)
    random = Random(seed)
    shuffled = [random.sample(examples, len(examples)) for _, examples in sorted(by_intent.items())]
    turns = [
        examples[i] for i in range(max(map(len, shuffled))) for examples in shuffled if i < len(examples)
    ]
    return turns[:count]


def over(channel: ChannelProfile, pcm: bytes, seed: int) -> bytes:
    """``pcm`` as it comes out of a connection, with a second of it before and behind."""
    around = silence(1.0) + pcm + silence(1.0)
    sound = levelled(around, channel)
    sound = np.pad(sound, (0, -len(sound) % FRAME_SAMPLES))
    ambience = noise(channel.noise, channel.speech_dbm0, seed) if channel.noise else None
    line = Channel(channel, ambience, Random(seed))
    return b"".join(line.carry(frame, NOTHING) for frame in sound.reshape(-1, FRAME_SAMPLES))


def understood(interpreter: EmbeddedInterpreter, readings: Sequence[str]) -> str:
    """The intent that several readings of one utterance mean together."""
    return meant_together(interpreter.parse(text, now=NOW).ranking for text in readings[:MOST_READINGS]) or ""


async def run(given: argparse.Namespace) -> None:
    examples = chosen(given.sentences, given.seed)
    interpreter = EmbeddedInterpreter.load(LANGUAGE, None, Speech.load(LANGUAGE).zone)
    recognizer = open_recognizer("vosk", given.model, phrases=phrases_of(LANGUAGE))
    voices = [open_synthesizer("espeak", LANGUAGE, voice) for voice in VOICES]
    spoken = [await voices[i % len(voices)].synthesize(e.text) for i, e in enumerate(examples)]
    for voice in voices:
        voice.close()
    written = sum(understood(interpreter, [e.text]) == e.intent for e in examples)
    print(f"{len(examples)} sentences; recogniser: {recognizer.name}")
    print(f"{'as written':14} intents understood {written / len(examples):6.1%}")
    profiles = load_channels(DEFAULT_CHANNELS).profiles
    stream = await recognizer.open()
    for name in given.channels.split(","):
        wrong = characters = right = empty = 0
        began, seconds = time.process_time(), 0.0
        for number, (example, pcm) in enumerate(zip(examples, spoken, strict=True)):
            sound = over(profiles[name], pcm, number)
            seconds += len(sound) / 16000
            for start in range(0, len(sound), BATCH):
                await stream.feed(sound[start : start + BATCH])
            heard: Recognition = await stream.finish()
            said = normalize(example.text).compact
            wrong += errors(said, normalize(heard.text).compact)
            characters += len(said)
            empty += not heard.text
            right += understood(interpreter, [h.text for h in heard.alternatives if h.text]) == example.intent
        print(
            f"{name:14} intents understood {right / len(examples):6.1%}   "
            f"character errors {wrong / characters:6.1%}   nothing heard {empty / len(examples):5.1%}   "
            f"CPU {(time.process_time() - began) / seconds:.3f} of real time"
        )
    await stream.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sentences", type=int, default=100)
    parser.add_argument("--channels", default="clean,landline,mobile,noisy_street,bad")
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--seed", type=int, default=1)
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
