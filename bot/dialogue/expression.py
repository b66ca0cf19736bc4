"""Guards and slot values: Jinja2 expressions, sandboxed, whose variables a linter can list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any

from jinja2 import TemplateSyntaxError, meta
from jinja2.environment import TemplateExpression
from pydantic import BeforeValidator

from bot.errors import FlowError
from bot.sandbox import RENDERING_ERRORS, Sandbox

_ENVIRONMENT = Sandbox()


@dataclass(frozen=True, slots=True)
class Expression:
    """One compiled expression; ``names`` are the variables it reads."""

    source: str
    names: frozenset[str]
    compiled: TemplateExpression = field(repr=False, compare=False)

    @classmethod
    def parse(cls, source: object) -> Expression:
        """Compile ``source``. Raises ValueError, so that pydantic can say in which file and line."""
        if isinstance(source, Expression):
            return source
        return _parsed(source if isinstance(source, str) else repr(source))

    def evaluate(self, context: Mapping[str, Any]) -> Any:
        """The value in ``context``. Raises FlowError when it reads what is not there."""
        missing = self.names - context.keys()
        if missing:
            raise FlowError(f"{self.source!r} reads what is not known here: {', '.join(sorted(missing))}")
        try:
            return self.compiled({name: context[name] for name in self.names})
        except RENDERING_ERRORS as error:
            raise FlowError(f"{self.source!r} cannot be evaluated: {error}") from error


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Expression:
    try:
        names = meta.find_undeclared_variables(_ENVIRONMENT.parse("{{ (" + text + ") }}"))
        compiled = _ENVIRONMENT.compile_expression(text, undefined_to_none=False)
    except TemplateSyntaxError as error:
        raise ValueError(f"not an expression: {text!r}: {error.message}") from error
    return Expression(text, frozenset(names), compiled)


ExpressionField = Annotated[Expression, BeforeValidator(Expression.parse)]
"""A pydantic field written as the text of an expression."""
