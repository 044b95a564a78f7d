from __future__ import annotations

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.inputs import list_pages
from galley.inputs.elements import UrlInput, classify
from galley.inputs.names import folded
from galley.inputs.planning import StreamPlan, plan_names, without_repeats
from galley.pages import PageKind, PageRef

PIXELS = np.zeros((2, 2, 3), np.uint8)
FILES: tuple[str, ...] = (
    "in/x.png",
    "in/x.jpg",
    "in/y.png",
    "in/s/x.png",
    "in/s/t/x.png",
    "in/x.png.png",
    "in/S2/x.png",
)
FILES += ("in/array_0000.png", "other/x.png", "other/y.PNG", "array_0001.png", "_/x.png", "url_1.png")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("plan")
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def test_what_is_given_twice_is_kept_once() -> None:
    question = {"image": "a.png", "query": "?"}
    inputs = ["a.pdf", "b.pdf", "./a.pdf", "in/../b.pdf", "http://x/a.pdf", "http://x/a.pdf", question, question]
    assert without_repeats(inputs) == ["a.pdf", "b.pdf", "http://x/a.pdf", question, question]


def names(inputs: object) -> list[str]:
    return [page.name for page in list_pages(inputs) if isinstance(page, PageRef)]  # type: ignore[arg-type]


def test_files_get_flat_stems_when_unique(tree: Path) -> None:
    assert names([tree / "in/x.png", tree / "in/y.png", tree / "in/array_0000.png"]) == ["x", "y", "array_0000"]


def test_files_with_one_stem_get_full_names(tree: Path) -> None:
    assert names([tree / "in/x.png", tree / "in/x.jpg"]) == ["x.png", "x.jpg"]


def test_files_with_one_name_are_mirrored_below_their_common_folder(tree: Path) -> None:
    assert names([tree / "in/s/x.png", tree / "other/x.png", tree / "in/y.png"]) == ["in/s/x", "other/x", "y"]


def test_the_same_file_twice_has_one_name(tree: Path) -> None:
    assert names([tree / "in/x.png", tree / "other/../in/x.png"]) == ["x", "x"]


def test_several_folders_are_mirrored_below_their_common_folder(tree: Path) -> None:
    assert names([tree / "in/s", tree / "other"]) == ["in/s/t/x", "in/s/x", "other/x", "other/y"]


def test_folders_and_patterns_with_files(tree: Path) -> None:
    assert names([f"{tree}/in/*.jpg", tree / "other", tree / "in/y.png"]) == ["in/x.jpg", "other/x", "other/y", "in/y"]


def test_arrays_beside_a_folder(tree: Path) -> None:
    assert names([tree / "other", PIXELS]) == ["other/x", "other/y", "array_0001"]


def test_an_array_and_a_file_of_its_name(tree: Path) -> None:
    assert names([PIXELS, tree / "in/array_0000.png"]) == ["array_0000~1", "array_0000.png"]


def test_urls_with_one_name() -> None:
    urls = ("http://a/x.png?1", "http://b/x.png", "http://a/y.png")
    elements = [classify(url, position) for position, url in enumerate(urls)]
    plan = plan_names(elements)
    found = [plan.name(element) for element in elements if isinstance(element, UrlInput)]
    assert found == ["x.png~1", "x.png~2", "y"]


def test_a_stream_is_mirrored_below_the_current_folder(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree)
    assert names(iter(["in/y.png", tree / "other/x.png", "in/s", PIXELS])) == [
        "in/y",
        "other/x",
        "in/s/t/x",
        "in/s/x",
        "array_0003",
    ]
    assert names(iter(["array_0001.png", "_/x.png", "url_1.png"])) == [
        f"_{tree}/array_0001",
        f"_{tree}/_/x",
        f"_{tree}/url_1",
    ]
    monkeypatch.chdir(tree / "in")
    assert names(iter(["../other/x.png"])) == [f"_{tree}/other/x"]
    assert StreamPlan().name(UrlInput(12, "http://h/x.png")) == "url_0012_x"


@given(data=st.data(), streamed=st.booleans())
def test_no_two_files_share_an_output(tree: Path, data: st.DataObject, streamed: bool) -> None:
    choices: list[object] = [*(tree / name for name in FILES), tree / "in", tree / "in/s", tree / "other", tree]
    choices += [f"{tree}/in/*.png", f"{tree}/**/x.*"]
    chosen: list[object] = data.draw(st.lists(st.sampled_from(choices), min_size=1, max_size=5))
    if data.draw(st.booleans()):
        chosen.append(PIXELS)
    found = list_pages(iter(chosen) if streamed else chosen)  # type: ignore[arg-type]
    taken: dict[str, set[str]] = {}
    for page in found:
        assert isinstance(page, PageRef)
        source = "array" if page.kind is PageKind.ARRAY else os.path.realpath(page.path or "")
        taken.setdefault(source, set()).add(folded(page.name))
    for one, other in itertools.combinations(taken.values(), 2):
        assert not one & other
