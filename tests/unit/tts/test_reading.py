"""Reading out: what is said is what a person would say, and is understood again as the same value."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.speech import Speech
from bot.errors import DataFileError
from bot.language import language_dir
from bot.nlu.entities import EntityFinder
from bot.nlu.interpreter import EntityValue
from bot.nlu.normalize import normalize
from bot.tts.reading import Reading
from tests.unit.nlu.conftest import MONDAY, SHANGHAI

ZH = language_dir("zh")
READING, SPEECH, FINDER = Reading.load(ZH), Speech.load(ZH), EntityFinder.load(ZH, SHANGHAI)

TABLE = [
    # money
    ("1234.5元", "一千二百三十四元五角"),
    ("1,234.50元", "一千二百三十四元五角"),
    ("1234.05元", "一千二百三十四元零五分"),
    ("1234.56元", "一千二百三十四元五角六分"),
    ("1234.00元", "一千二百三十四元"),
    ("0.5元", "五角"),
    ("0元5角", "五角"),
    ("0元零5分", "五分"),
    ("1234元零5分", "一千二百三十四元零五分"),
    ("￥100", "一百元"),
    ("RMB 300", "三百元"),
    ("１２３４元", "一千二百三十四元"),
    # 两 and 二
    ("2元", "两元"),
    ("200元", "两百元"),
    ("2200元", "两千二百元"),
    ("12000元", "一万二千元"),
    ("22元2角", "二十二元二角"),
    ("2万元", "两万元"),
    ("2.5万元", "二点五万元"),
    ("102030元", "十万二千零三十元"),
    ("2天", "两天"),
    ("分2期", "分两期"),
    ("第2期", "第二期"),
    ("2月2日", "二月二日"),
    ("请按2", "请按二"),
    ("周2", "周二"),
    # days and times
    ("2026年12月1日", "二零二六年十二月一日"),
    ("2026-12-01", "二零二六年十二月一日"),
    ("12月1日星期二", "十二月一日星期二"),
    ("下午2点30分", "下午两点三十分"),
    ("2点5分", "两点零五分"),
    ("12:30", "十二点三十分"),
    ("14:05", "十四点零五分"),
    ("9:00-20:30", "九点到二十点三十分"),
    ("2分钟", "两分钟"),
    ("10:00", "十点"),
    # digit by digit
    ("4008001234", "四零零、八零零、幺二三四"),
    ("400-800-1234", "四零零、八零零、幺二三四"),
    ("13800138000", "幺三八、零零幺三、八零零零"),
    ("+86 138 0013 8000", "幺三八、零零幺三、八零零零"),
    ("010-12345678", "零幺零、幺二三四、五六七八"),
    ("95588", "九五五八八"),
    ("95588元", "九万五千五百八十八元"),
    ("请拨120", "请拨幺二零"),
    ("心理援助热线12356", "心理援助热线幺二三五六"),
    ("热线是12356", "热线是幺二三五六"),
    ("尾号1234", "尾号幺二三四"),
    ("后四位321X", "后四位三二幺艾克斯"),
    ("0071", "零零七一"),
    ("电话打了120次", "电话打了一百二十次"),
    # others
    ("3.5%", "百分之三点五"),
    ("1/3", "三分之一"),
    ("3-5天", "三到五天"),
    ("-5", "负五"),
    ("字母X请按*键", "字母艾克斯请按星号键"),
    ("AI", "诶爱"),
    ("app", "诶批批"),
    ("您好，再见。", "您好,再见。"),
    # nothing but words comes out
    ("😀您好🎉", "您好"),
    ("😀", ""),
    ("，。！", ""),
    ("", ""),
    (" \n\t", ""),
    ("<b>您好</b>", "必您好必"),
    ("您好\x00\x1b[31m", "您好三十一艾姆"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), TABLE)
def test_as_a_person_would_say_it(text: str, said: str) -> None:
    assert READING.read(text) == said


def understood(text: str) -> list[tuple[str, EntityValue]]:
    return [(found.kind, found.value) for found in FINDER.find(normalize(READING.read(text)), MONDAY)]


@given(st.integers(10, 10**11))  # from ten cents on: nobody pays less, and understanding knows no less
def test_a_sum_is_understood_again(minor: int) -> None:
    assert understood(f"还{SPEECH.say_money(minor)}") == [("amount", minor)]
    assert understood(f"还{minor / 100:.2f}元") == [("amount", minor)]
    assert understood(f"还¥{minor / 100:,.2f}") == [("amount", minor)]


@given(st.integers(-170, 180))
def test_a_day_is_understood_again(ahead: int) -> None:
    day = MONDAY.date() + timedelta(days=ahead)
    assert understood(f"{day.month}月{day.day}日") == [("date", day)]
    assert understood(f"{day.year}年{day.month}月{day.day}日") == [("date", day)]
    assert understood(day.isoformat()) == [("date", day)]
    assert ("date", day) in understood(SPEECH.say_day(day, MONDAY.date()))


@given(st.dates(date(2026, 11, 24), date(2027, 4, 30)), st.integers(8, 20), st.integers(0, 59))
def test_a_moment_in_calling_hours_is_understood_again(day: date, hour: int, minute: int) -> None:
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)
    written = SPEECH.say_moment(moment, MONDAY.date())
    for weekday in SPEECH.weekdays:  # understanding takes a day and its weekday for two days
        written = written.replace(weekday, "")
    assert understood(written) == [("datetime", moment)]


@given(st.from_regex(r"[0-9]{4}|[0-9]{3}X", fullmatch=True))
def test_the_tail_of_a_card_is_understood_again(tail: str) -> None:
    said = READING.read(f"尾号{tail}").replace("艾克斯", "叉")  # as customers call it
    assert [e.value for e in FINDER.find(normalize(said), MONDAY) if e.kind == "digits"] == [tail]


@given(st.from_regex(r"1[3-9][0-9]{9}|[48]00[0-9]{7}|95[0-9]{3}", fullmatch=True))
def test_a_telephone_number_is_understood_again(number: str) -> None:
    found = FINDER.find(normalize(READING.read(f"拨打{number}")), MONDAY)
    assert "".join(str(entity.value) for entity in found if entity.kind == "digits") == number


@given(st.text())
def test_any_text_comes_out_as_words_and_marks_alone(text: str) -> None:
    marks = set(READING.words.pauses)
    assert all(
        "㐀" <= character <= "鿿" or character in "〇" or character in marks
        for character in READING.read(text)
    )


@given(st.text(alphabet="0123456789.:-/,%元角分年月日点号第按拨打尾Xx¥+ "))
def test_no_figures_are_left(text: str) -> None:
    assert not any(character.isascii() and character.isdigit() for character in READING.read(text))


@given(st.text(alphabet="0123456789.-元角分号您好，。"))
def test_what_was_read_reads_the_same_again(text: str) -> None:
    once = READING.read(text)
    assert READING.read(once) == once


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("spelling: spellout-cardinal", "spelling: spellout-roman"), "has no rule set"),
        (("locale: zh", "locale: tlh"), "not supported"),
        (("{w:letters}", "{w:loudly}"), "say 'w' as one of"),
        (("{w:letters}", "{v:letters}"), "no group 'v'"),
        (("[A-Za-z]+)", "[A-Za-z+)"), "not a regular expression"),
        (("，: 0.18", "，: 30"), "a pause lasts"),
        (('"0": 零, ', ""), "one word for each digit"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place(
    tmp_path_factory: pytest.TempPathFactory, change: tuple[str, str], said: str
) -> None:
    folder = tmp_path_factory.mktemp("language")
    content = (ZH / "reading.yml").read_text(encoding="utf-8").replace('"，": 0.18', "，: 0.18")
    assert change[0] in content
    (folder / "reading.yml").write_text(content.replace(*change), encoding="utf-8")
    with pytest.raises(DataFileError, match=said) as caught:
        Reading.load(folder)
    assert "reading.yml" in str(caught.value)
