"""Simulated customers: they know what is asked from the words alone, and are the same for the same seed."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.prompts import PromptBook, load_prompts
from bot.errors import DataFileError
from bot.language import language_dir
from bot.simulation.customer import Reply, SimulatedCustomer
from bot.simulation.persona import Persona, load_personas, pick_persona
from bot.simulation.phrases import CustomerFacts, Numerals
from bot.simulation.recognition import Recognition

FACTS = CustomerFacts("123X", 123450, 20000)
IDENTITY = "您好，这里是长河消费金融。本次通话会录音。请问您是王晓明先生本人吗？"
TAIL = "好的，为了保护您的个人信息，麻烦您报一下身份证号码的后四位。"
NUMERALS = Numerals(digits="零一二三四五六七八九", ten="十", hundred="百", thousand="千", myriad="万")


@pytest.fixture(scope="module")
def book() -> PromptBook:
    return load_prompts(language_dir("zh"))


@pytest.fixture(scope="module")
def personas(book: PromptBook) -> dict[str, Persona]:
    return load_personas(language_dir("zh"), book)


def test_what_is_asked_is_known_from_the_text(book: PromptBook) -> None:
    recognition = Recognition.of(book)
    assert recognition.asked(IDENTITY) == "identity"
    assert recognition.asked(TAIL) == "id_tail"
    assert recognition.asked("我不是真人。" + TAIL + IDENTITY) == "identity"
    assert recognition.asked("本次语音由人工智能合成。") is None


def test_every_question_of_the_bot_is_recognised(book: PromptBook) -> None:
    recognition = Recognition.of(book)
    for prompt in book.prompts.values():
        for source in prompt.sources if prompt.asks else ():
            assert recognition.asked(source) == prompt.asks, prompt.id


def test_the_same_seed_gives_the_same_answers(personas: dict[str, Persona]) -> None:
    def answers(seed: int) -> list[Reply]:
        customer = SimulatedCustomer(personas["hardship"], FACTS, seed)
        return [customer.hear(text) for text in (IDENTITY, TAIL, "您看今天方便把这笔款还上吗？", IDENTITY)]

    assert answers(7) == answers(7)
    assert len({tuple(answers(seed)) for seed in range(20)}) > 10


def test_digits_are_those_of_the_document(personas: dict[str, Persona]) -> None:
    said = {SimulatedCustomer(personas["hardship"], FACTS, seed).hear(TAIL).text for seed in range(40)}
    assert all(text and ("123X" in text or "一二三X" in text) for text in said)
    assert len(said) > 3


def test_patience_ends(personas: dict[str, Persona]) -> None:
    for persona in personas.values():
        customer = SimulatedCustomer(persona, FACTS, 1)
        replies = [customer.hear(IDENTITY) for _ in range(persona.patience + 1)]
        assert any(reply.hang_up for reply in replies), persona.name


def test_what_nobody_asked_is_met_with_silence(personas: dict[str, Persona]) -> None:
    customer = SimulatedCustomer(personas["cooperative"], FACTS, 1)
    assert customer.hear("本次通话会录音。") == Reply(None)


def test_a_population_is_mixed_by_weight(personas: dict[str, Persona]) -> None:
    random = Random(1)
    names = [pick_persona(personas, random).name for _ in range(500)]
    assert "despair" not in names
    assert names.count("cooperative") > names.count("angry") > 0


@given(st.integers(min_value=1, max_value=99_999))
def test_spoken_numbers_are_told_apart(number: int) -> None:
    words = NUMERALS.speak(number)
    assert _read(words) == number


@pytest.mark.parametrize(
    ("number", "words"),
    [(1200, "一千二百"), (1005, "一千零五"), (20, "二十"), (10_300, "一万零三百"), (12_000, "一万二千")],
)
def test_numbers_are_spoken_as_people_do(number: int, words: str) -> None:
    assert NUMERALS.speak(number) == words


@pytest.mark.parametrize(
    ("written", "instead", "message"),
    [
        ("identity:", "identitty:", "no prompt asks 'identitty'"),
        ("it_is_me:", "it_is_mee:", "no such phrases: it_is_mee"),
        ("weight: 30", "weight: -1", "greater than or equal to 0"),
        ("patience: 16", "patients: 16", "patients: there is no such key"),
    ],
)
def test_a_mistake_in_a_persona_is_located(tmp_path: Path, written: str, instead: str, message: str) -> None:
    copy = tmp_path / "zh"
    shutil.copytree(language_dir("zh"), copy)
    path = copy / "personas" / "cooperative.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(written, instead, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=message) as caught:
        load_personas(copy)
    assert caught.value.file == str(path)
    assert caught.value.line is not None


def _read(words: str) -> int:
    """A spoken number back to its value: written for this test, apart from the interpreter."""
    total = part = digit = 0
    for character in words:
        if character == "万":
            total, part, digit = (part + digit) * 10_000, 0, 0
        elif character in "十百千":
            part, digit = part + (digit or 1) * {"十": 10, "百": 100, "千": 1000}[character], 0
        else:
            digit = NUMERALS.digits.index(character)
    return total + part + digit


def test_some_greet_and_some_wait_to_be_spoken_to(personas: dict[str, Persona]) -> None:
    greetings = [SimulatedCustomer(personas["busy"], FACTS, seed).greet() for seed in range(50)]
    assert None in greetings
    assert any(greeting and greeting.text and not greeting.hang_up for greeting in greetings)


def test_only_those_who_interrupt_talk_over_the_bot(personas: dict[str, Persona]) -> None:
    def cuts(name: str) -> int:
        customers = [SimulatedCustomer(personas[name], FACTS, seed) for seed in range(100)]
        return sum(customer.cuts_in(IDENTITY) is not None for customer in customers)

    assert cuts("cooperative") == 0
    assert 5 < cuts("angry") < 50
