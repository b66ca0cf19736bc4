"""The picture of a flow: nothing left out, nothing over another, and as few crossings as can be."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.drawing.content import label
from bot.dialogue.drawing.layout import columns, crossings, layered
from bot.dialogue.drawing.measure import shortened, width, wrapped
from bot.dialogue.drawing.picture import draw
from bot.dialogue.drawing.scene import scene_of
from bot.dialogue.drawing.words import words
from bot.dialogue.flow import Flow, flow_names, load_flow
from bot.dialogue.lint.places import Places
from bot.dialogue.prompts import PromptBook
from bot.language import language_dir

ZH = language_dir("zh")
NAMES = flow_names(ZH)
SVG = "{http://www.w3.org/2000/svg}"


def picture(flow: Flow, prompts: PromptBook, *, common: bool = True) -> ElementTree.Element:
    places = Places(ZH)
    text = draw(flow, prompts, lambda step: places.file_name(flow.name, step), common=common)
    return ElementTree.fromstring(text)  # noqa: S314


def cards(root: ElementTree.Element) -> dict[str, tuple[float, float, float, float]]:
    """The place of every card by its step: left, top, right and bottom."""
    found = {}
    for group in root.iter(f"{SVG}g"):
        if (name := group.get("id")) is not None:
            frame = group.find(f"{SVG}rect")
            assert frame is not None
            x, y, wide, high = (float(frame.get(key, "")) for key in ("x", "y", "width", "height"))
            found[name] = (x, y, x + wide, y + high)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_step_and_every_move_is_drawn(flows: dict[str, Flow], prompts: PromptBook, name: str) -> None:
    flow = flows[name]
    root = picture(flow, prompts)
    drawn = cards(root)
    titles = [title.text or "" for title in root.iter(f"{SVG}title")]
    unreached = flow.steps.keys() - drawn.keys()
    assert not unreached & {move.to for step in flow.steps.values() for move in step.moves}
    for step_name, step in flow.steps.items():
        for move in step.moves if step_name in drawn else ():
            assert any(t.startswith(label(move, words())) and t.endswith(f"→ {move.to}") for t in titles)
    for move in (*flow.anywhere, *flow.stop_words):
        assert any(t.startswith(label(move, words())) and t.endswith(f"→ {move.to}") for t in titles)
    for step_name in drawn:
        said = [*flow.steps[step_name].say, *filter(None, [flow.steps[step_name].ask])]
        told = next(t for t in titles if t.startswith(f"{step_name} ("))
        literal = [part for p in said for s in prompts[p].sources for part in re.split(r"{[{%].*?[%}]}", s)]
        assert all(part in told for part in literal)


@pytest.mark.parametrize("name", NAMES)
def test_no_card_lies_over_another_or_off_the_paper(
    flows: dict[str, Flow], prompts: PromptBook, name: str
) -> None:
    root = picture(flows[name], prompts)
    places = cards(root)
    for one, other in itertools.combinations(places.values(), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart
    wide, high = float(root.get("width", "")), float(root.get("height", ""))
    for x, y, right, bottom in places.values():
        assert min(x, y) >= 0
        assert right <= wide
        assert bottom <= high


@pytest.mark.parametrize("name", NAMES)
def test_no_arrow_of_a_shipped_flow_crosses_another(
    flows: dict[str, Flow], prompts: PromptBook, name: str
) -> None:
    scene = scene_of(flows[name], prompts, lambda _: "file", words())
    assert crossings(scene.layers, scene.ways) == 0
    at_all = {(a, b) for row in scene.layers for a in row for b in scene.cards[a].targets}
    for a, b in at_all - set(scene.ways):
        assert a in scene.came_from(b).split(", ")  # without an arrow, told in words


def test_a_sign_leads_to_its_step(flows: dict[str, Flow], prompts: PromptBook) -> None:
    root = picture(flows["repayment-reminder"], prompts)
    links = {link.get("href", "").removeprefix("#") for link in root.iter(f"{SVG}a")}
    assert {"check", "promised", "stay_with_them"} <= links <= cards(root).keys()


def test_what_holds_everywhere_is_left_out_unless_wished(flows: dict[str, Flow], prompts: PromptBook) -> None:
    flow = flows["repayment-reminder"]
    without = picture(flow, prompts, common=False)
    assert "stay_with_them" not in cards(without)
    assert "readback" in cards(without)
    assert f"{len(flow.stop_words)} stop words" in "".join(without.itertext())


def test_the_file_of_a_step_is_named(flows: dict[str, Flow], prompts: PromptBook, tmp_path: Path) -> None:
    told = "".join(picture(flows["inbound"], prompts).itertext())
    assert "readback (negotiation.yml)" in told
    assert "stranger (inbound.yml)" in told


graphs = st.integers(2, 12).flatmap(
    lambda n: st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=30)
)


@given(graphs)
def test_layers_of_any_graph(edges: list[tuple[int, int]]) -> None:
    successors: dict[str, list[str]] = {}
    for a, b in edges:
        successors.setdefault(str(a), []).append(str(b))
    rows = layered("0", successors)
    depth = {node: i for i, row in enumerate(rows) for node in row}
    assert rows[0] == ["0"]
    assert sum(len(row) for row in rows) == len(depth)  # each once
    assert all(depth[b] <= depth[a] + 1 for a in depth for b in successors.get(a, ()))
    ways = [(a, b) for a in depth for b in successors.get(a, ()) if depth[b] == depth[a] + 1]
    x = columns(rows, ways, 10.0)
    room = (max(len(row) for row in rows) - 1) * 10.0
    for row in rows:
        places = [x[node] for node in row]
        assert all(b - a >= 10.0 - 1e-6 for a, b in itertools.pairwise(places))
        assert all(-1e-6 <= at <= room + 1e-6 for at in places)


@given(st.text("请问您是本人吗，。？ab c/_"), st.integers(40, 300), st.integers(1, 6))
def test_text_is_broken_into_lines_that_fit(text: str, most: int, lines: int) -> None:
    found = wrapped(text, 12.0, float(most), lines)
    assert len(found) <= lines
    whole = "".join("".join(found).split())
    if not whole.endswith("…"):
        assert whole == "".join(text.split())
    assert not [line for line in found[1:] if line[0] in "，。？"]


@given(st.text("请问ab …", max_size=40), st.integers(12, 200))
def test_what_is_too_long_is_cut_and_says_so(text: str, most: int) -> None:
    cut = shortened(text, 12.0, float(most))
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))
    assert width(cut, 12.0) <= max(most, 12.0)


def test_the_words_beside_the_script_are_those_of_who_looks() -> None:
    folder = language_dir("zh")
    prompts, places = PromptBook.load(folder), Places(folder)
    flow = load_flow(folder, "dormant-offer", prompts)
    told = draw(flow, prompts, lambda step: places.file_name(flow.name, step), language="zh")
    assert "通话如何结束" in told
    for english in ("asks nothing", "or: ", "otherwise", "asks again", "How the call ends", "Not drawn"):
        assert english not in told
    assert words("fr") == words()
