"""The types of personal columns, on a database in memory, with and without a key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, Integer, MetaData, Table, create_engine, func, insert, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.pool import StaticPool

from bot.recording.keys import Key, KeyRing
from campaigns.store.models import Base
from campaigns.store.sealed.errors import ColumnError
from campaigns.store.sealed.sealer import Sealer
from campaigns.store.sealed.types import BlindPrefix, SealedJson, SealedText, SealedWord, use

KEY = Key(b"k" * 32)
SEALER = Sealer(KeyRing((KEY,)), KEY)
PREFIX = BlindPrefix("name", "name", 2)
TABLE = Table(
    "person",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", SealedWord("name", 64), unique=True),
    Column("begins", PREFIX, default=PREFIX.default()),
    Column("said", SealedText("person.said")),
    Column("details", SealedJson("person.details", ("code",))),
)


@pytest.fixture(params=[None, SEALER], ids=["clear", "sealed"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    use(engine.dialect, request.param)
    TABLE.create(engine)
    with engine.begin() as connection:
        rows = [
            {"name": name, "said": f"我是{name}", "details": {"code": f"c{n}", "word": name, "n": n}}
            for n, name in enumerate(("欧阳明月", "王芳", "李"))
        ]
        connection.execute(insert(TABLE), rows)
    yield engine
    engine.dispose()


def all_of(engine: Engine, query: Any) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.scalars(query))


def test_values_are_looked_up_and_come_back(engine: Engine) -> None:
    c = TABLE.c
    assert all_of(engine, select(c.said).where(c.name == "王芳")) == ["我是王芳"]
    assert all_of(engine, select(c.name).where(c.name.in_(["李", "王芳", "谁"])).order_by(c.id)) == [
        "王芳",
        "李",
    ]
    assert all_of(engine, select(c.name).where(c.name != "李").order_by(c.id)) == ["欧阳明月", "王芳"]
    twin = TABLE.alias()
    joined = select(func.count()).select_from(TABLE.join(twin, TABLE.c.name == twin.c.name))
    assert all_of(engine, joined) == [3]
    assert all_of(engine, select(func.coalesce(None, c.name)).where(c.id == 3)) == ["李"]
    assert all_of(engine, select(c.details).where(c.details["code"].as_string() == "c1")) == [
        {"code": "c1", "word": "王芳", "n": 1}
    ]


def test_the_database_holds_them_as_it_should(engine: Engine) -> None:
    sealed = (
        engine.dialect.name and all_of(engine, text("SELECT count(*) FROM person WHERE begins NOT NULL"))[0]
    )
    stored = "|".join(
        str(cell) for row in all_rows(engine, "SELECT name, said, details FROM person") for cell in row
    )
    clear = "王芳" in stored or json.dumps("王芳")[1:-1] in stored
    assert clear == (sealed == 0)
    assert '"code": "c1"' in stored


def all_rows(engine: Engine, query: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(query)))


def test_a_name_is_unique_however_it_is_kept(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(Exception, match="UNIQUE"):
        connection.execute(insert(TABLE), {"name": "王芳"})


def test_a_blind_beginning_finds_who_has_it() -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    use(engine.dialect, SEALER)
    TABLE.create(engine)
    with engine.begin() as connection:
        connection.execute(insert(TABLE), [{"name": name} for name in ("欧阳明月", "欧阳", "欧", "王欧阳")])
    found = select(TABLE.c.name).where(TABLE.c.begins == "欧阳").order_by(TABLE.c.id)
    assert all_of(engine, found) == ["欧阳明月", "欧阳"]


@pytest.mark.parametrize(
    "condition",
    [
        TABLE.c.name.startswith("王"),
        TABLE.c.name.like("%芳"),
        TABLE.c.name > "王",
        TABLE.c.said == "我是王芳",
        TABLE.c.said.contains("王"),
    ],
    ids=str,
)
def test_a_search_that_would_find_nothing_is_refused(condition: Any) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    TABLE.create(engine)
    assert all_of(engine, select(TABLE.c.id).where(condition)) == []
    use(engine.dialect, SEALER)
    with pytest.raises(ColumnError, match="cannot be searched"):
        all_of(engine, select(TABLE.c.id).where(condition))


def test_no_query_asks_for_a_member_that_may_be_sealed() -> None:
    assert str(TABLE.c.details["code"].as_string())
    with pytest.raises(ColumnError, match="may be sealed"):
        TABLE.c.details["word"].as_string()


@pytest.mark.parametrize("column", ["name", "said", "details"])
def test_values_that_were_swapped_or_put_there_in_the_clear_are_refused(column: str) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    use(engine.dialect, SEALER)
    TABLE.create(engine)
    row = {"name": "王芳", "said": "我是王芳", "details": {"word": "王芳"}}
    with engine.begin() as connection:
        connection.execute(insert(TABLE), row)
        before = connection.execute(text("SELECT name, said, details FROM person")).one()
        for value in (before.said if column != "said" else before.name, "王芳"):
            put = json.dumps({"$sealed": value} if value != "王芳" else row["details"])
            stored = put if column == "details" else value
            connection.execute(text(f"UPDATE person SET {column} = :v"), {"v": stored})  # noqa: S608
            with pytest.raises(ColumnError, match=r"from outside|changed or moved"):
                connection.execute(select(TABLE.c[column])).all()


@given(
    st.dictionaries(
        st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5) | st.lists(st.booleans())
    )
)
def test_objects_come_back_whole(value: dict[str, Any]) -> None:
    kind = SealedJson("person.details", ("code", "a"))
    for sealer in (None, SEALER):
        assert kind.opened(json.loads(json.dumps(kind.stored(value, sealer))), sealer) == value


def test_no_member_is_taken_for_the_sealed_part() -> None:
    for sealer in (None, SEALER):
        with pytest.raises(ColumnError, match=r"\$sealed"):
            SealedJson("person.details").stored({"$sealed": "x"}, sealer)


def test_a_sealed_value_needs_a_key() -> None:
    for kind, value in (
        (SealedText("x"), "王芳"),
        (SealedWord("x"), "王芳"),
        (SealedJson("x"), {"a": "王芳"}),
    ):
        stored: Any = kind.stored(value, SEALER)  # type: ignore[arg-type]
        with pytest.raises(ColumnError, match="no key is at hand"):
            kind.opened(stored, None)


def test_labels_of_values_that_are_never_looked_up_name_their_column() -> None:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, SealedText | SealedJson):
                assert column.type.label == f"{table.name}.{column.name}"
            if column.name == "e164":
                assert isinstance(column.type, SealedWord)
                assert column.type.label == "number"


def test_errors_show_no_value() -> None:
    with pytest.raises((ColumnError, StatementError)) as told:
        SEALER.open("t.c", "张伟", fixed=True)
    assert "张伟" not in str(told.value)
