"""Templates as authors of dialogues write them: they choose words and fill them in, and do nothing else.

Whoever writes a script does so for the process that calls customers, and for the console, where drafts are
tried. Jinja2's sandbox keeps a template from what is not its own. It does not keep one from looping for days,
or from filling the memory with one line: so what loops, calls, multiplies or defines is no part of the
language.
"""

from __future__ import annotations

from typing import Any, Final

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

RENDERING_ERRORS: Final = (UndefinedError, SecurityError, TypeError, AttributeError, ArithmeticError)
"""What a template may raise that fits its language and not its facts."""

_NODES: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.CondExpr,
    nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.Tuple, nodes.List,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Test, nodes.Filter,
    nodes.Add, nodes.Sub, nodes.Div, nodes.FloorDiv, nodes.Neg, nodes.Pos, nodes.Concat,
)  # fmt: skip
_FILTERS: Final = frozenset(
    {"abs", "d", "default", "first", "int", "last", "length", "lower", "round", "trim"}
)


class Sandbox(ImmutableSandboxedEnvironment):
    """Where templates and expressions of authors are compiled: ``own`` are the filters of a language.

    What is not of their language raises TemplateSyntaxError when it is read.
    """

    def __init__(self, own: dict[str, Any] | None = None, **options: Any) -> None:
        super().__init__(undefined=StrictUndefined, **options)
        self.filters.update(own or {})
        self._known = _FILTERS | (own or {}).keys()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _NODES):
                raise TemplateSyntaxError(
                    f"scripts know no {type(node).__name__}: they choose words and fill them in", node.lineno
                )
            if isinstance(node, nodes.Filter) and node.name not in self._known:
                raise TemplateSyntaxError(f"scripts know no filter {node.name!r}", node.lineno)
        return tree
