"""What networks say becomes number status, however the recogniser spaced it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.announcements import AnnouncementListener, Announcements, load_announcements
from telephony.errors import LineConfigError
from telephony.status import HangupCause, NumberStatus
from tests.unit.telephony.conftest import ANNOUNCEMENTS

SHIPPED = load_announcements(ANNOUNCEMENTS)
SPOKEN = [(entry.id, text) for entry in SHIPPED for text in entry.spoken]
KEYWORDS = [word for entry in SHIPPED for word in entry.keywords]
NOISE = " 　\t，。！？、…,.!?-~「」·"


@pytest.mark.parametrize(
    ("heard", "cause", "status"),
    [
        ("您拨打的号码是空号，请稍后再拨", HangupCause.NOT_IN_SERVICE, NumberStatus.NOT_IN_SERVICE),
        ("你拨打的用户已停机请稍后再拨", HangupCause.SUSPENDED, NumberStatus.SUSPENDED),
        ("您拨打的电话已关机 请稍后再拨", HangupCause.POWERED_OFF, NumberStatus.POWERED_OFF),
        ("已关机，来电提醒将通知机主", HangupCause.POWERED_OFF, NumberStatus.POWERED_OFF),
        ("您拨打的电话暂时无法接通请稍后再拨", HangupCause.UNREACHABLE, NumberStatus.UNREACHABLE),
        ("对不起您拨的用户不在服务区", HangupCause.UNREACHABLE, NumberStatus.UNREACHABLE),
        ("您拨打的电话正在通话中，请稍后再拨", HangupCause.BUSY, NumberStatus.BUSY),
        ("您拨打的电话暂时无人接听请稍后再拨", HangupCause.NO_ANSWER, NumberStatus.ACTIVE),
        ("请在提示音后留言", HangupCause.ASSISTANT, NumberStatus.ACTIVE),
        (
            "Sorry, the subscriber you dialed is POWER  OFF.",
            HangupCause.POWERED_OFF,
            NumberStatus.POWERED_OFF,
        ),
        ("请稍后再拨", HangupCause.UNREACHABLE, None),
    ],
)
def test_announcements_of_the_networks(
    announcements: Announcements, heard: str, cause: HangupCause, status: NumberStatus | None
) -> None:
    match = announcements.match(heard)
    assert match is not None
    assert (match.cause, match.status) == (cause, status)


@pytest.mark.parametrize("heard", ["", "。。。", "喂，你好，哪位？", "我是张三，你说吧", "嘟嘟嘟"])
def test_people_are_no_announcement(announcements: Announcements, heard: str) -> None:
    assert announcements.match(heard) is None


@pytest.mark.parametrize(("name", "text"), SPOKEN)
def test_every_spoken_sentence_is_recognised_as_what_it_is(
    announcements: Announcements, name: str, text: str
) -> None:
    match = announcements.match(text)
    assert match is not None
    assert match.id == name


@given(spoken=st.sampled_from(SPOKEN), data=st.data())
def test_noise_between_the_characters_changes_nothing(spoken: tuple[str, str], data: st.DataObject) -> None:
    name, text = spoken
    gaps = data.draw(st.lists(st.text(NOISE, max_size=2), min_size=len(text), max_size=len(text)))
    match = SHIPPED.match("".join(c + gap for c, gap in zip(text, gaps, strict=True)))
    assert match is not None
    assert match.id == name


@given(st.text())
def test_text_without_a_keyword_is_unknown(text: str) -> None:
    bare = "".join(c for c in text if not any(c in word for word in KEYWORDS))
    assert SHIPPED.match(bare) is None


def test_a_listener_wants_a_second_hit(announcements: Announcements) -> None:
    listener = AnnouncementListener(announcements)
    assert listener.feed("喂") is None
    assert listener.text is None
    assert listener.feed("您拨打的电话已关机") is None
    assert listener.best is announcements["powered_off"]
    assert listener.feed("您拨打的电话已关机，") is announcements["powered_off"]
    assert listener.text == "您拨打的电话已关机"


def test_the_words_that_end_many_announcements_never_outrun_the_specific(
    announcements: Announcements,
) -> None:
    listener = AnnouncementListener(announcements)
    assert listener.feed("您拨打的电话已关机，请稍后再拨，稍后再拨") is None
    assert listener.best is announcements["powered_off"]


def test_one_word_about_a_message_makes_no_machine_of_a_person(announcements: Announcements) -> None:
    listener = AnnouncementListener(announcements, cause=HangupCause.ASSISTANT)
    assert listener.feed("我在开会，手机快关机了，你给我留言吧") is None


@pytest.mark.parametrize("text", SHIPPED["assistant"].spoken)
def test_a_machines_greeting_gives_it_away_at_once(announcements: Announcements, text: str) -> None:
    listener = AnnouncementListener(announcements, cause=HangupCause.ASSISTANT)
    assert listener.feed(text) is announcements["assistant"]


ENTRY: dict[str, Any] = {"id": "off", "cause": "powered_off", "status": "powered_off", "keywords": ["关机"]}


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([], "announcements"),
        ([{**ENTRY, "cause": "switched_off"}], r"announcements\.0\.cause"),
        ([{**ENTRY, "cause": "normal"}], r"announcements\.0\.cause"),
        ([{**ENTRY, "keywords": []}], r"announcements\.0\.keywords"),
        ([{**ENTRY, "keywords": ["，"]}], r"announcements\.0\.keywords"),
        ([{**ENTRY, "keyword": ["关机"]}], r"announcements\.0\.keyword\b"),
        ([ENTRY, ENTRY], "'off' stands more than once"),
        ([ENTRY, {**ENTRY, "id": "off2", "keywords": ["关 机"]}], "'关机' stands more than once"),
    ],
)
def test_a_wrong_lexicon_is_refused_with_the_key(entries: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(LineConfigError, match=says):
        load_announcements({"announcements": entries})


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (
            "announcements:\n  - id: gone\n    cause: powered_of\n    keywords: [关机]\n",
            3,
            "announcements.0.cause",
        ),
        ("announcements:\n  - id: off\n    id: on\n", 3, "'id' stands twice"),
        ("announcements: [\n", 2, ""),
        ("", None, ""),
    ],
)
def test_a_mistake_in_the_file_is_named_with_file_and_line(
    write: Callable[[str], Path], text: str, line: int | None, says: str
) -> None:
    path = write(text)
    with pytest.raises(LineConfigError) as caught:
        load_announcements(path)
    assert str(caught.value).startswith(str(path) if line is None else f"{path}:{line}: ")
    assert says in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LineConfigError, match=r"nowhere\.yml"):
        load_announcements(tmp_path / "nowhere.yml")
