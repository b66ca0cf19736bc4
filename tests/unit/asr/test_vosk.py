"""The adapter against the real Vosk engine with a small real model."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from bot.asr.pool import PooledRecognizer
from bot.asr.stream import PooledStream
from bot.audio import pcm as sound
from bot.audio.resample import MEDIUM, Resampler
from bot.errors import ModelError, RecognizerError
from tests.unit.asr.conftest import Open, Words

pytestmark = pytest.mark.external

CHUNK = 5 * sound.FRAME_BYTES


async def hear(stream: PooledStream, pcm: bytes, chunk: int = CHUNK) -> tuple[list[str], str]:
    """The partial results and the final one of one utterance, fed in chunks."""
    partials = [await stream.feed(pcm[at : at + chunk]) for at in range(0, len(pcm), chunk)]
    return partials, (await stream.finish()).text


async def test_real_words_are_heard_as_they_come(open_vosk: Open, words: Words) -> None:
    stream = await open_vosk().open()
    for text in ("可以", "知道", "后天", "工作", "银行"):
        partials, final = await hear(stream, words[text])
        assert final == text
        assert partials[0] == ""
        assert partials[-1] in ("", text)


async def test_a_sentence_of_words_has_no_spaces_and_alternatives_in_order(
    open_vosk: Open, words: Words
) -> None:
    stream = await open_vosk().open()
    await stream.feed(words["后天"] + words["可以"])
    recognition = await stream.finish()
    assert recognition.text == "后天可以"
    texts = [reading.text for reading in recognition.alternatives]
    assert len(set(texts)) == len(texts)
    assert not any(" " in text or not text for text in texts)
    scores = [reading.score for reading in recognition.alternatives]
    assert scores == sorted(scores, reverse=True)


async def test_silence_and_noise_are_nothing(open_vosk: Open, noise: bytes) -> None:
    stream = await open_vosk().open()
    assert (await stream.finish()).alternatives == ()  # before any sound
    assert await stream.feed(b"") == ""
    assert (await hear(stream, sound.silence(1)))[1] == ""
    assert (await hear(stream, noise))[1] == ""
    await stream.feed(noise)
    assert (await stream.finish()).alternatives == ()


async def test_what_was_heard_can_be_forgotten(open_vosk: Open, words: Words) -> None:
    stream = await open_vosk().open()
    await stream.reset()  # harmless before any sound
    await stream.feed(words["可以"])
    await stream.reset()
    assert (await hear(stream, words["银行"]))[1] == "银行"
    assert (await stream.finish()).text == ""


async def test_words_before_a_long_silence_are_kept(open_vosk: Open, words: Words) -> None:
    """Vosk itself ends an utterance after a second of silence: no word may be lost, or come twice."""
    stream = await open_vosk().open()
    partials, final = await hear(
        stream, words["可以"] + sound.silence(4) + words["后天"] + sound.silence(4) + words["银行"]
    )
    assert final == "可以后天银行"
    assert partials[-1].startswith("可以后天")


async def test_streams_at_once_do_not_mix(open_vosk: Open, words: Words) -> None:
    recognizer = open_vosk(workers=2)
    texts = ["可以", "知道", "后天", "工作", "银行", "再见"]
    streams = [await recognizer.open() for _ in texts]
    heard = await asyncio.gather(
        *(hear(stream, words[text]) for stream, text in zip(streams, texts, strict=True))
    )
    assert [final for _, final in heard] == texts
    assert recognizer.open_streams == len(texts)


async def test_a_decoder_is_used_again_and_remembers_nothing(open_vosk: Open, words: Words) -> None:
    recognizer = open_vosk()
    first = await recognizer.open()
    await first.feed(words["可以"])
    decoder = first._decoder
    await first.close()
    await first.close()
    assert (recognizer.open_streams, recognizer.idle_decoders) == (0, 1)
    second = await recognizer.open()
    assert second._decoder is decoder
    assert (await hear(second, words["后天"]))[1] == "后天"


async def test_a_closed_set_is_heard_better_and_all_else_is_nothing(open_vosk: Open, words: Words) -> None:
    recognizer = open_vosk()
    answers = ["是", "对", "欠", "可以", "不用", "打扰"]
    closed = await recognizer.open(answers, closed=True)
    for text in answers:
        assert (await hear(closed, words[text]))[1] == text
    assert (await hear(closed, words["银行"]))[1] == ""
    openly = await recognizer.open(answers)
    assert (await hear(openly, words["欠"]))[1] != "欠"
    assert (await hear(openly, words["银行"]))[1] == "银行"
    await closed.close()
    again = await recognizer.open(["打扰", *answers[:-1]], closed=True)  # the same set in another order
    assert again._decoder is closed._decoder


@pytest.mark.parametrize("phrases", [[], ["qwertz"], ["龘龘"], [""], ["。"]])
async def test_a_closed_set_without_a_known_word_is_refused(open_vosk: Open, phrases: list[str]) -> None:
    """Vosk would crash on the grammar ``[]``."""
    recognizer = open_vosk()
    with pytest.raises(RecognizerError, match="knows the words of none"):
        await recognizer.open(phrases, closed=True)
    assert recognizer.open_streams == 0


async def test_phrases_with_marks_of_json_do_no_harm(open_vosk: Open, words: Words) -> None:
    stream = await open_vosk().open(['可以"]', "\\", "[unk", "后天\n银行", "张龘伟"], closed=True)
    assert (await hear(stream, words["可以"]))[1] == "可以"


@pytest.mark.parametrize(
    "wrong",
    [b"\0", bytes(321), bytearray(320), memoryview(bytes(320)), "可以", None, [0, 0]],
    ids=["one byte", "odd", "bytearray", "memoryview", "text", "none", "list"],
)
async def test_wrong_sound_is_refused_and_harms_nothing(open_vosk: Open, words: Words, wrong: object) -> None:
    stream = await open_vosk().open()
    pcm = words["可以"]
    await stream.feed(pcm[:8000])
    with pytest.raises(RecognizerError, match="bytes"):
        await stream.feed(wrong)  # type: ignore[arg-type]
    await stream.feed(pcm[8000:])
    assert (await stream.finish()).text == "可以"


async def test_a_closed_stream_refuses_all(open_vosk: Open) -> None:
    recognizer = open_vosk()
    stream = await recognizer.open()
    await stream.close()
    for call in (stream.feed(b"\0\0"), stream.finish(), stream.reset()):
        with pytest.raises(RecognizerError, match="closed"):
            await call


async def test_one_text_is_not_taken_for_phrases(open_vosk: Open) -> None:
    with pytest.raises(RecognizerError, match="sequence of strings"):
        await open_vosk().open("张伟")


async def test_a_model_is_loaded_once_for_all_recognisers(open_vosk: Open, model_copy: Path) -> None:
    first, second = open_vosk(model_copy), open_vosk(model_copy)
    await asyncio.gather(first.warm_up(), second.warm_up(), first.warm_up())
    models = {recognizer._engine._model() for recognizer in (first, second)}  # type: ignore[attr-defined]
    assert len(models) == 1
    assert first.idle_decoders >= 1
    assert first.name == "vosk model"


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("am/final.mdl", "am/final.mdl"),
        ("conf/model.conf", "conf/model.conf"),
        ("conf/fbank.conf", "mfcc.conf or conf/fbank.conf"),
        ("graph/words.txt", "graph/words.txt"),
        ("graph/Gr.fst", "graph/Gr.fst"),
        ("graph/HCLr.fst", "graph/HCLr.fst"),
        ("graph/disambig_tid.int", "disambig_tid.int"),
    ],
)
def test_a_model_without_one_of_its_files_is_refused(
    open_vosk: Open, model_copy: Path, file: str, reason: str
) -> None:
    (model_copy / file).unlink()
    with pytest.raises(ModelError, match=reason):
        open_vosk(model_copy)


@pytest.mark.parametrize("file", ["am/final.mdl", "graph/words.txt"])
async def test_a_damaged_model_is_told(open_vosk: Open, model_copy: Path, file: str) -> None:
    content = (model_copy / file).read_bytes()
    (model_copy / file).unlink()
    (model_copy / file).write_bytes(content[:1000] + b"damage" + content[1006:-2000])
    with pytest.raises(ModelError, match="fetch it again"):
        await open_vosk(model_copy).warm_up()


def test_no_model_there_says_how_to_get_one(open_vosk: Open, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="xiaorong models fetch"):
        open_vosk(tmp_path / "none")
    with pytest.raises(ModelError, match="missing or empty"):
        open_vosk(tmp_path)


async def test_a_model_that_may_not_be_resampled_for_gets_its_own_rate(
    open_vosk: Open, model_copy: Path, words: Words
) -> None:
    conf = model_copy / "conf/fbank.conf"
    lines = conf.read_text().replace("--allow-upsample=true", "")
    conf.unlink()
    conf.write_text(lines)
    stream = await open_vosk(model_copy).open()
    for text in ("可以", "后天", "银行"):
        assert (await hear(stream, words[text]))[1] == text
    await stream.feed(words["可以"])
    await stream.reset()
    assert (await hear(stream, words["知道"]))[1] == "知道"


@pytest.mark.parametrize("rate", ["0", "-8000", "6000", "96000", "many"])
def test_a_model_for_an_impossible_rate_is_refused(open_vosk: Open, model_copy: Path, rate: str) -> None:
    (model_copy / "conf/fbank.conf").unlink()
    (model_copy / "conf/mfcc.conf").write_text(f"# features\n--sample-frequency={rate}\n")
    with pytest.raises(ModelError, match=r"Hz|frequency"):
        open_vosk(model_copy)


def test_sound_is_upsampled_without_loss_over_chunks() -> None:
    upsampler, pcm = (
        Resampler(sound.RATE, 16000, MEDIUM),
        sound.silence(0.5) + b"\x10\x27" * 800 + sound.silence(0.5),
    )
    whole = b"".join(
        [*(upsampler.push(pcm[at : at + 320]) for at in range(0, len(pcm), 320)), upsampler.finish()]
    )
    again = upsampler.push(pcm) + upsampler.finish()
    assert len(whole) == len(again) == 2 * len(pcm)
    difference = np.abs(sound.samples(whole).astype(int) - sound.samples(again))
    assert difference.max() <= 3  # it dithers


async def test_closing_the_recogniser_lets_go(open_vosk: Open) -> None:
    recognizer: PooledRecognizer = open_vosk()
    await recognizer.warm_up()
    stream = await recognizer.open()
    recognizer.close()
    recognizer.close()
    assert recognizer.idle_decoders == 0
    with pytest.raises(RecognizerError, match="closed"):
        await stream.feed(sound.silence(0.1))
    await stream.close()
    with pytest.raises(RecognizerError, match="closed"):
        await recognizer.open()
