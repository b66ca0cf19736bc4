"""A stop word of an utterance, as the indexes and the searches of either database write it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class StopWord(FunctionElement[str]):
    """The stop word at a place of ``details.stop_words``, from 0 on; NULL where there are not so many.

    Written without parameters: an index on an expression serves only what is written alike.
    """

    type = Text()
    name = "stop_word"
    inherit_cache = False  # its place is no part of the key under which a statement is kept

    def __init__(self, details: ColumnElement[Any], place: int) -> None:
        super().__init__(details)
        self.place = place


@compiles(StopWord)
def _of_postgresql(element: StopWord, compiler: SQLCompiler, **options: Any) -> str:
    return f"(({compiler.process(element.clauses, **options)} -> 'stop_words'::text) ->> {element.place})"


@compiles(StopWord, "sqlite")
def _of_sqlite(element: StopWord, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **options)}, '$.stop_words[{element.place}]')"
