"""Makes the sound of the voice benchmark: ``python -m tests.benchmarks.caller_audio FOLDER``.

Callers and bot speak with espeak-ng out of the wheel ``espeakng-loader``, through pyttsx3, from pinyin; short
answers are real recordings where ``../shared/test-data/audio`` has them. All in the band of the telephone.
With ``--noise office_ambience --snr 15`` the line has a noise of the test data, 15 dB below speech; without,
a faint hiss.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import tempfile
import threading
from pathlib import Path
from typing import Any

import espeakng_loader
import numpy as np
import pyttsx3
import soundfile
import soxr
import yaml
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin

from tests.benchmarks.caller_script import FRAME, RATE, SCRIPT, Samples, write_wav

DATA = Path(__file__).parents[3] / "shared" / "test-data" / "audio"
WORDS = Path(__file__).with_name("caller_words.yml")
SPEECH_RMS = 2600.0  # -22 dBFS, about what telephone speech is set to
HISS_RMS = 6.0
BAND_HZ = (300.0, 3400.0)
WORDS_A_MINUTE = 240
SPEAKS_S = 10.0
EDGE_DB = -38.0  # below the loudest frame: where speech begins and ends

Sound = NDArray[np.float64]


class Voice:
    """espeak-ng with a Mandarin voice that reads pinyin."""

    def __init__(self) -> None:
        # The library must be there before pyttsx3 looks for one of the system's.
        ctypes.CDLL(espeakng_loader.get_library_path(), ctypes.RTLD_GLOBAL)
        os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
        self._engine = pyttsx3.init("espeak")
        self._said = threading.Event()
        self._engine.connect("finished-utterance", lambda **_: self._said.set())
        # Before the first run properties are only queued; later ones take effect in one sentence or the next.
        self._engine.runAndWait()
        self._engine.setProperty("voice", "sit/cmn-latn-pinyin")
        self._engine.setProperty("rate", WORDS_A_MINUTE)
        self._engine.setProperty("volume", 0.5)

    def say(self, text: str) -> Sound:
        """``text`` at 8 kHz, without silence around it."""
        # One voice after the other: the engine writes one file at a time.
        pinyin = " ".join(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))
        self._said.clear()
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            with contextlib.redirect_stdout(None):  # it tells where it wrote
                self._engine.save_to_file(pinyin, file.name)
                self._engine.runAndWait()
                # It may come back before the file is written.
                if not self._said.wait(SPEAKS_S):
                    raise TimeoutError(f"espeak did not finish {text!r}")
            return _telephone(file.name)

    def say_pcm(self, text: str) -> bytes:
        """``text`` as the bot says it, in 16-bit samples."""
        return _samples(self.say(text)).astype("<i2").tobytes()


def _telephone(path: str | Path) -> Sound:
    """A recording as a telephone carries it: 8 kHz, 300 to 3400 Hz, at the loudness of speech, trimmed."""
    sound, rate = soundfile.read(path, dtype="float64")
    sound = np.asarray(soxr.resample(sound, rate, RATE, quality="HQ"), dtype=np.float64)
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    edges = np.clip((hertz - BAND_HZ[0] + 100) / 100, 0, 1) * np.clip((BAND_HZ[1] + 100 - hertz) / 100, 0, 1)
    return _levelled(_trimmed(np.fft.irfft(spectrum * edges, len(sound))))


def _trimmed(sound: Sound) -> Sound:
    step = RATE // 200  # 5 ms
    loudness = [np.sqrt(np.mean(sound[at : at + step] ** 2)) for at in range(0, len(sound) - step, step)]
    loud = np.flatnonzero(np.array(loudness) > max(loudness) * 10 ** (EDGE_DB / 20))
    trimmed: Sound = sound[loud[0] * step : (loud[-1] + 1) * step]
    return trimmed


def _levelled(sound: Sound) -> Sound:
    return sound * float(SPEECH_RMS / np.sqrt(np.mean(sound**2)))


def _compose(parts: list[str | float], spoken: list[Sound]) -> tuple[Sound, dict[str, Any]]:
    """One sound of the spoken parts and the pauses between them, and where in it what is said."""
    pieces: list[Sound] = []
    pauses: list[list[float]] = []
    words: list[list[Any]] = []
    voices = iter(spoken)
    at = 0
    for part in parts:
        piece = next(voices) if isinstance(part, str) else np.zeros(round(part * RATE))
        if isinstance(part, str):
            # Syllables of Mandarin are about even.
            step = len(piece) / len(part) / RATE
            start = at / RATE
            words += [
                [sign, round(start + i * step, 3), round(start + (i + 1) * step, 3)]
                for i, sign in enumerate(part)
            ]
        else:
            pauses.append([round(at / RATE, 3), round((at + len(piece)) / RATE, 3)])
        pieces.append(piece)
        at += len(piece)
    facts = {"speech_s": [0.0, round(at / RATE, 4)], "pauses_s": pauses, "words": words}
    return np.concatenate([*pieces, np.zeros(-at % FRAME)]), facts


def _samples(sound: Sound) -> Samples:
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def _background(noise: str | None, snr_db: float, seed: int) -> Samples:
    if noise is None:
        return _samples(np.random.default_rng(seed).normal(0.0, HISS_RMS, 10 * RATE))
    sound, _ = soundfile.read(DATA / "noise_8k" / f"{noise}.flac", dtype="float64")
    return _samples(_levelled(sound) * 10 ** (-snr_db / 20))


def make(folder: Path, *, noise: str | None = None, snr_db: float = 20.0, seed: int = 0) -> None:
    """Write the wav files and the script into ``folder``."""
    plan = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    voice = Voice()
    utterances: list[dict[str, Any]] = []
    for entry in plan["utterances"]:
        parts, recorded = entry["parts"], entry.get("recorded")
        recording = DATA / "words_16k" / recorded if recorded else None
        if recording is not None and recording.exists():
            spoken = [_telephone(recording)]
        else:
            spoken = [voice.say(part) for part in parts if isinstance(part, str)]
        sound, facts = _compose(parts, spoken)
        wav = f"callers/{entry['id']}.wav"
        write_wav(folder / wav, _samples(sound))
        text = "".join(part for part in parts if isinstance(part, str))
        kept = {key: entry[key] for key in ("id", "reply", "barge_in_s") if key in entry}
        utterances.append({**kept, "text": text, "wav": wav, **facts})
    replies: dict[str, dict[str, str]] = {}
    for name, text in plan["replies"].items():
        wav = f"replies/{name}.wav"
        write_wav(folder / wav, _samples(voice.say(text)))
        replies[name] = {"text": text, "wav": wav}
    write_wav(folder / "background.wav", _background(noise, snr_db, seed))
    script = {
        "utterances": utterances,
        "replies": replies,
        "fallback": plan["fallback"],
        "background": "background.wav",
    }
    text = yaml.safe_dump(script, allow_unicode=True, sort_keys=False, width=1000)
    (folder / SCRIPT).write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--noise", help="a file of the test data's noise_8k, without its ending")
    parser.add_argument("--snr", type=float, default=20.0, help="speech above noise, in dB")
    given = parser.parse_args()
    make(given.folder, noise=given.noise, snr_db=given.snr)


if __name__ == "__main__":
    main()
