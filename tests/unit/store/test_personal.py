"""No table and no column of words without a word on what it holds and what ends its keeping."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import JSON, Column, MetaData, String, Table, Text

from campaigns.compliance.housekeeping import shipped_house_rules
from campaigns.compliance.keeping import KEPT, WRITTEN
from campaigns.folders import FOLDERS
from campaigns.store.housekeeping import FILES, ROWS
from campaigns.store.models import Base
from campaigns.store.models.personal import STAYS, TABLES, Held
from campaigns.store.periods import HOUSE_KINDS
from campaigns.store.retention import KINDS
from campaigns.store.sealed.types import Sealable

SWEPT = {*KEPT, *WRITTEN, *HOUSE_KINDS}


def faults(metadata: MetaData, declared: dict[str, Held]) -> Iterator[str]:
    tables = {table.name: table for table in metadata.tables.values()}
    yield from (f"{name} is declared and no table" for name in declared if name not in tables)
    for name, table in tables.items():
        held = declared.get(name)
        if held is None:
            yield f"{name} is not declared"
            continue
        words = {column.name for column in table.columns if isinstance(column.type, String | JSON | Sealable)}
        named = [*held.personal, *held.plain]
        yield from (f"{name}.{column} is not declared" for column in sorted(words - set(named)))
        yield from (f"{name}.{column} is no column of words" for column in sorted(set(named) - words))
        yield from (
            f"{name}.{column} is declared twice" for column in {c for c in named if named.count(c) > 1}
        )
        kinds = {*held.personal.values(), held.rows} - {None}
        yield from (f"{name}: nothing ends {kind}" for kind in kinds if kind not in SWEPT | set(STAYS))


def test_every_table_and_column_of_words_says_what_ends_its_keeping() -> None:
    assert list(faults(Base.metadata, dict(TABLES))) == []


@pytest.mark.parametrize(
    ("column", "declared", "fault"),
    [
        (Column("diary", Text), {"t": Held(None)}, "t.diary is not declared"),
        (Column("diary", JSON), {}, "t is not declared"),
        (Column("diary", Text), {"t": Held(None, {"diary": "for ever"})}, "t: nothing ends for ever"),
        (Column("diary", Text), {"t": Held(None, {}, ("diary", "gone"))}, "t.gone is no column of words"),
    ],
)
def test_what_is_new_and_not_declared_is_found(
    column: Column[str], declared: dict[str, Held], fault: str
) -> None:
    metadata = MetaData()
    Table("t", metadata, column)
    assert list(faults(metadata, declared)) == [fault]


def test_every_kind_has_its_period_and_somewhere_to_be_deleted_from() -> None:
    assert set(KINDS) == {*KEPT, *WRITTEN}
    assert set(HOUSE_KINDS) == {*ROWS, *FILES} == set(shipped_house_rules().kinds)
    assert set(FOLDERS) == set(FILES)
    declared = {kind for held in TABLES.values() for kind in (held.rows, *held.personal.values())}
    assert declared - {None} == (SWEPT - set(FILES)) | set(STAYS)


def test_house_rules_lie_within_their_limits_and_say_where_they_come_from() -> None:
    for kind, rule in shipped_house_rules().kinds.items():
        assert rule.least <= rule.default <= rule.most, kind
        assert rule.basis.in_("zh") != rule.basis.in_("en")
        assert len(kind) <= 16  # the column that names it
