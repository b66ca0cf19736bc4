"""Messages after a call: the right words to the right reader, and nothing of the debt to others."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.dialogue.gate import DebtLexicon
from bot.errors import DataFileError, PromptError
from bot.language import language_dir
from campaigns.outcomes.dispositions import shipped_dispositions
from campaigns.outcomes.messages import MessageBook, MessageFacts, load_messages
from campaigns.outcomes.promises import PromiseToPay

PROMISE = PromiseToPay(123_450, "CNY", date(2026, 3, 9))
FACTS = MessageFacts("和风银行", "95555", PROMISE, waives=5_000)


@pytest.fixture(scope="module")
def book() -> MessageBook:
    return load_messages()


def test_a_promise_is_confirmed_with_its_amount_and_date(book: MessageBook) -> None:
    template = book.after("promise")
    assert template is not None
    body = book.render(template, MessageFacts("和风银行", "95555", PROMISE)).body
    assert body.startswith("【和风银行】")
    assert "3月9日" in body
    assert "1,234.50元" in body
    assert "减免" not in body


def test_the_relief_accepted_is_confirmed_with_it(book: MessageBook) -> None:
    assert "减免50.00元" in book.render("promise_confirmed", FACTS).body


def test_no_message_holds_a_link(book: MessageBook) -> None:
    for code in shipped_dispositions().codes():
        if template := book.after(code):
            assert not re.search(r"https?:|www\.|\.com|\.cn", book.render(template, FACTS).body)


def test_others_who_read_a_message_learn_nothing_of_the_debt(book: MessageBook) -> None:
    """Also when the facts of a debt are at hand: they do not reach the words."""
    lexicon = DebtLexicon.load(language_dir("zh"))
    shipped = shipped_dispositions()
    seen = set()
    for code in shipped.codes():
        template = book.after(code)
        if template is None or shipped[code].right_party:
            continue
        seen.add(code)
        body = book.render(template, FACTS).body
        assert not [word for word in lexicon.words if word in body]
        assert not [pattern for pattern in lexicon.patterns if re.search(pattern, body)]
        assert "1,234.50" not in body
    assert {"third_party", "no_answer"} <= seen


@pytest.mark.parametrize(
    "code", ["wrong_number", "do_not_call", "deceased", "vulnerable", "minor", "complaint"]
)
def test_some_calls_are_followed_by_silence(book: MessageBook, code: str) -> None:
    assert book.after(code) is None


def test_a_confirmation_needs_a_promise(book: MessageBook) -> None:
    with pytest.raises(PromptError, match="none was made"):
        book.render("promise_confirmed", MessageFacts("和风银行", "95555"))


def test_an_unknown_message_names_those_there_are(book: MessageBook) -> None:
    with pytest.raises(PromptError, match="promise_confirmed"):
        book.render("promise_confirmd", FACTS)


def write(root: Path, messages: str) -> Path:
    folder = root / "zh"
    (folder / "lexicons").mkdir(parents=True)
    shutil.copy(language_dir("zh") / "lexicons" / "debt.yml", folder / "lexicons")
    (folder / "messages.yml").write_text(f"version: 1\nmessages:\n{messages}", encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("message", "line", "problem"),
    [
        ("  m:\n    after: [no_answer]\n    body: 您的欠款待处理", 5, "may not say 欠"),
        ("  m:\n    after: [no_answer]\n    body: 请准备100元", 5, "may not say 100元"),
        ("  m:\n    after: [no_answer]\n    body: '{{ amount }}'", 5, "may not use amount"),
        ("  m:\n    after: [no_answer]\n    body: '{{ name }}'", 5, "may not use name"),
        ("  m:\n    after: [no_answer]\n    body: '{{ hotline'", 5, "end of print statement"),
        ("  m:\n    after: [no_anser]\n    body: 您好", 4, "not a disposition"),
        ("  m:\n    after: [third_party]\n    reveals_debt: true\n    body: 您好", 4, "does not prove"),
        ("  a:\n    after: [busy]\n    body: 您好\n  m:\n    after: [busy]\n    body: 您好", 7, "taken by a"),
    ],
)
def test_a_message_that_could_tell_others_is_refused_when_read(
    tmp_path: Path, message: str, line: int, problem: str
) -> None:
    with pytest.raises(DataFileError, match=rf"messages\.yml:{line}: messages\.m\.\w+: .*{problem}"):
        load_messages(root=write(tmp_path, message))


def test_the_name_of_the_institution_is_not_taken_for_a_debt_word(tmp_path: Path) -> None:
    root = write(tmp_path, "  m:\n    after: [no_answer]\n    body: 【{{ institution }}】您好")
    assert load_messages(root=root).render("m", MessageFacts("信用卡中心", "1")).body == "【信用卡中心】您好"


def test_a_link_stands_where_there_is_one_and_is_told(book: MessageBook) -> None:
    link = "https://pay.example.com/p/0123456789aB"
    facts = MessageFacts("和风银行", "95555", PROMISE, link=link)
    message = book.render("promise_confirmed", facts)
    assert f"{link} " in message.body  # what follows it must not become part of it
    assert (message.has_link, message.reveals_debt) == (True, True)
    assert not book.render("promise_confirmed", FACTS).has_link
    neutral = book.render("please_call_back", facts)
    assert (neutral.has_link, neutral.reveals_debt) == (False, False)
    assert link not in neutral.body


def test_neutral_messages_are_rendered_without_a_promise_and_others_are_not(book: MessageBook) -> None:
    assert book.help is not None
    for template in (book.help, "account_notice"):
        assert "95555" in book.neutral(template, "和风银行", "95555").body
    with pytest.raises(PromptError, match="promise"):
        book.neutral("promise_confirmed", "和风银行", "95555")
