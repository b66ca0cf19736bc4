"""Expressions and templates as trees."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, meta, nodes

from bot.dialogue.lint.wording import reads_of
from bot.errors import FlowError

_ENVIRONMENT = Environment(autoescape=True)
for _name in ("money", "day", "moment"):
    _ENVIRONMENT.filters[_name] = str


@lru_cache(maxsize=4096)
def parsed(source: str) -> nodes.Node:
    """The tree of an expression."""
    output = _ENVIRONMENT.parse("{{ (" + source + ") }}").find(nodes.Output)
    if output is None:
        raise FlowError(f"{source!r} is no expression")
    return output.nodes[0]


@lru_cache(maxsize=4096)
def template(source: str) -> nodes.Template:
    """The tree of a template."""
    return _ENVIRONMENT.parse(source)


@lru_cache(maxsize=4096)
def names_in(source: str) -> frozenset[str]:
    """The variables a template reads."""
    return frozenset(meta.find_undeclared_variables(template(source)))


@lru_cache(maxsize=4096)
def reads_of_expression(source: str) -> frozenset[str]:
    """The names that an expression reads, and the attributes it reads of them."""
    return reads_of(parsed(source))


@lru_cache(maxsize=4096)
def reads_of_template(source: str) -> frozenset[str]:
    """As for expressions."""
    return reads_of(template(source))
