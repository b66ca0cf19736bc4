"""Cutting sentences into clauses, and telling what of the prompts is the same for everybody."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.prompts import PromptBook
from bot.dialogue.speech import Speech
from bot.language import language_dir
from bot.tts.clauses import cut
from bot.tts.reading import Reading
from bot.tts.static import static_clauses

ZH = language_dir("zh")
WORDS = Reading.load(ZH).words
BOOK = PromptBook.load(ZH)
SPEECH = Speech.load(ZH)
CONSTANTS = {"institution": "融安消费金融", "hotline": "4008001234"}
STATIC = static_clauses(BOOK, WORDS, CONSTANTS)


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("您好，这里是融安。", ["您好，", "这里是融安。"]),
        ("您好", ["您好"]),
        ("是，请按1；不是，请按2。", ["是，", "请按1；", "不是，", "请按2。"]),
        ("应还1,234.50元，12:30前。", ["应还1,234.50元，", "12:30前。"]),
        ("他说：“好的。”再见", ["他说：", "“好的。”", "再见"]),
        ("什么？！真的……好", ["什么？！", "真的……", "好"]),
        ("，您好", ["，", "您好"]),
        ("", []),
    ],
)
def test_cut_at_marks_but_not_within_figures(text: str, clauses: list[str]) -> None:
    assert [clause.text for clause in cut(text, WORDS)] == clauses


def test_the_longest_pause_of_a_run_of_marks_counts() -> None:
    assert [clause.pause for clause in cut("什么，？好", WORDS)] == [WORDS.pauses["?"], 0.0]


@given(st.text(alphabet="您好1234.,:，。！？；“” \n"))
def test_clauses_joined_are_the_text(text: str) -> None:
    clauses = cut(text, WORDS)
    assert "".join(clause.text for clause in clauses) == text
    assert all(clause.text for clause in clauses)


MARK = "龘"  # stands in no prompt


def facts(name: str, amount: int) -> dict[str, object]:
    """What a prompt may use, with MARK in every word of one customer."""
    today = date(2026, 11, 23)
    return CONSTANTS | {
        "party": SimpleNamespace(name=f"{MARK}{name}{MARK}", honorific=MARK, known=True),
        "today": today,
        "callback_at": datetime(2026, 11, 24, 2, 5, tzinfo=UTC),
        "debt": SimpleNamespace(
            minimum_due=amount, amount_due=2 * amount, product=MARK, due_date=today, days_past_due=amount % 90
        ),
        "offer": SimpleNamespace(waives=amount, pay_by=today),
        "relief_total": amount,
        "instalments": SimpleNamespace(count=3, amount=amount, first_due=today),
        "broken_promise": SimpleNamespace(due=today, amount=amount),
        "invitation": SimpleNamespace(text=f"{MARK}{name}{MARK}", valid_until=today),
        "latest_day": today, "latest_rest_day": today, "due": today, "rest_due": today, "amount": amount,
        "plan": amount % 2, "relief": amount % 3,
    }  # fmt: skip


@given(st.text(alphabet="小明，。 ", min_size=1, max_size=4), st.integers(10_000, 10**8))
def test_what_may_be_kept_names_no_customer_and_no_sum(name: str, amount: int) -> None:
    personal = (MARK, SPEECH.say_money(amount), "11月23日", "11月24日")
    for prompt in BOOK.prompts.values():
        for variant in range(len(prompt.sources)):
            said = {clause.text for clause in cut(prompt.render(facts(name, amount), variant), WORDS)}
            assert not any(part in clause for clause in said & STATIC for part in personal)


def test_the_opening_is_static_once_the_institution_is_known() -> None:
    assert {"您好，", "这里是融安消费金融。"} <= STATIC
    assert "这里是融安消费金融。" not in static_clauses(BOOK, WORDS, {})


def test_conditions_give_the_clauses_of_every_branch() -> None:
    assert {"您看到期那天能按时还上吗？", "您看今天方便把这笔款还上吗？"} <= STATIC
