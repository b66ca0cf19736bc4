"""The least and the greatest of several values, which the databases name differently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class Least(FunctionElement[int]):
    """``least(a, b)``, on SQLite ``min(a, b)``."""

    name = "least"
    type = BigInteger()
    inherit_cache = True


class Greatest(FunctionElement[int]):
    """``greatest(a, b)``, on SQLite ``max(a, b)``."""

    name = "greatest"
    type = BigInteger()
    inherit_cache = True


@compiles(Least)
@compiles(Greatest)
def _extreme(element: Least | Greatest, compiler: Any, **options: Any) -> str:
    return f"{element.name}({compiler.process(element.clauses, **options)})"


@compiles(Least, "sqlite")
def _least(element: Least, compiler: Any, **options: Any) -> str:
    return f"min({compiler.process(element.clauses, **options)})"


@compiles(Greatest, "sqlite")
def _greatest(element: Greatest, compiler: Any, **options: Any) -> str:
    return f"max({compiler.process(element.clauses, **options)})"
