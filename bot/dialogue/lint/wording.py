"""The text of an expression's tree, in one spelling, so that equal conditions are known to be equal."""

from __future__ import annotations

from collections.abc import Iterable

from jinja2 import nodes


def wording(node: nodes.Node, alias: Iterable[tuple[str, str]] = ()) -> str:
    """``alias`` replaces names by what they are known to equal."""
    match node:
        case nodes.Name():
            return dict(alias).get(node.name, node.name)
        case nodes.Const():
            return repr(node.value)
        case nodes.Getattr():
            return f"{wording(node.node, alias)}.{node.attr}"
        case nodes.List() | nodes.Tuple():
            return f"[{', '.join(wording(item, alias) for item in node.items)}]"
        case nodes.Compare():
            rest = " ".join(f"{operand.op} {wording(operand.expr, alias)}" for operand in node.ops)
            return f"{wording(node.expr, alias)} {rest}"
        case nodes.BinExpr():
            return f"({wording(node.left, alias)} {node.operator} {wording(node.right, alias)})"
        case nodes.Filter() if node.node is not None:
            return f"{wording(node.node, alias)}|{node.name}"
        case _:
            inner = ", ".join(wording(child, alias) for child in node.iter_child_nodes())
            return f"{type(node).__name__}({inner})"


def reads_of(node: nodes.Node) -> frozenset[str]:
    """The names that an expression reads, and the attributes it reads of them (``party.name``)."""
    found = {name.name for name in (node, *node.find_all(nodes.Name)) if isinstance(name, nodes.Name)}
    for inner in (node, *node.find_all(nodes.Getattr)):
        if isinstance(inner, nodes.Getattr):
            found.add(wording(inner))
    return frozenset(found | ({"offer"} if "relief_total" in found else set()))


def counter_bound(condition: str, truth: bool) -> str | None:
    """The counter that a condition keeps from above, such as ``counts.x`` by ``counts.x lt 2``; else None."""
    left, _, rest = condition.partition(" ")
    op, _, right = rest.partition(" ")
    if op == "in" and truth and right.startswith("["):
        return left
    if not right.lstrip("-").isdigit():
        return None
    return left if op in (("eq", "lt", "lteq") if truth else ("ne", "gt", "gteq")) else None
