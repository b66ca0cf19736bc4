"""What a template of an author may not do: reach for what is not its own, loop, or fill the memory."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.dialogue.expression import Expression
from bot.dialogue.prompts import PromptBook
from bot.dialogue.speech import Speech
from bot.errors import DataFileError, PromptError
from bot.language import DIALOGUES
from bot.sandbox import Sandbox
from campaigns.outcomes.messages import MessageFacts, load_messages
from campaigns.outcomes.whispers import load_handover

REACHING = "institution.__class__.__mro__[1]"
HOSTILE = (
    "institution.__class__.__mro__[1].__subclasses__()",
    "9 ** 9 ** 9 ** 9",
    "'x' * 99999999999",
    "'%99999999999d' % 1",
    "institution|center(99999999999)",
    "institution|replace('', institution)",
    "range(100000)|list",
    "institution.format(institution)",
)
LOOPS = (
    "{% for a in [1] %}{% for b in [1] %}{{ b }}{% endfor %}{% endfor %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% set x = institution %}{{ x }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
)


@pytest.fixture
def language(tmp_path: Path) -> Path:
    """One that an author may write in."""
    return Path(shutil.copytree(DIALOGUES / "zh", tmp_path / "zh"))


def write(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("source", [*(f"{{{{ {each} }}}}" for each in HOSTILE), *LOOPS])
def test_no_template_of_a_script_may_say_so(language: Path, source: str) -> None:
    written = source.replace("'", "''")
    (language / "prompts" / "more.yml").write_text(
        f"prompts:\n  more:\n    say: '{written}'\n", encoding="utf-8"
    )
    with pytest.raises(DataFileError, match="not a Jinja2 template"):
        PromptBook.load(language)


@pytest.mark.parametrize("source", HOSTILE)
def test_no_condition_may_say_so(source: str) -> None:
    with pytest.raises(ValueError, match="not an expression"):
        Expression.parse(source)


@pytest.mark.parametrize("source", [*(f"{{{{ {each} }}}}" for each in HOSTILE), *LOOPS])
def test_no_text_message_may_say_so(language: Path, source: str) -> None:
    write(language / "messages.yml", "如需帮助", f"如需帮助{source}")
    with pytest.raises(DataFileError, match="scripts know no"):
        load_messages("zh", root=language.parent)


@pytest.mark.parametrize("source", [f"{{{{ {HOSTILE[0]} }}}}", LOOPS[0]])
def test_nor_what_an_agent_hears_nor_how_money_is_said(language: Path, source: str) -> None:
    handover = (language / "handover.yml").read_text(encoding="utf-8")
    write(language / "handover.yml", "{{ institution }}", source)
    with pytest.raises(DataFileError, match="scripts know no"):
        load_handover("zh", root=language.parent)
    (language / "handover.yml").write_text(handover, encoding="utf-8")
    write(language / "speech.yml", "{{ major }}", source)
    with pytest.raises(DataFileError, match="not a Jinja2 template"):
        Speech.load(language)


def test_what_reaches_for_the_inside_of_a_value_is_not_said(language: Path) -> None:
    write(language / "messages.yml", "如需帮助", "如需帮助{{ " + REACHING + " }}")
    book = load_messages("zh", root=language.parent)
    with pytest.raises(PromptError, match="cannot be written"):
        book.render("help", MessageFacts("和风银行", "95555"))
    (language / "prompts" / "more.yml").write_text(
        "prompts:\n  more:\n    say: '{{ " + REACHING + " }}'\n", encoding="utf-8"
    )
    prompt = PromptBook.load(language)["more"]
    with pytest.raises(PromptError, match="cannot be rendered"):
        prompt.render({"institution": "和风银行"}, 0)


def test_what_scripts_do_use_is_there() -> None:
    source = "{% if a and not b %}{{ (a - 1) | abs }}{% elif b is none %}{{ c | default('x') }}{% endif %}"
    assert Sandbox().from_string(source).render(a=3, b=0, c=1) == "2"
