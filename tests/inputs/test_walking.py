from __future__ import annotations

import glob
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.inputs.walking import Found, count, split_pattern, walk
from galley.pages import Unreadable


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def found(root: str) -> list[tuple[str, str]]:
    return [(item.path, item.name) for item in walk(root) if isinstance(item, Found)]


def matched(pattern: str) -> list[str]:
    root, below = split_pattern(pattern)
    paths = [item.path for item in walk(root, below) if isinstance(item, Found)]
    assert count(root, below) == len(paths)
    return paths


def test_the_order_is_that_of_full_paths(tmp_path: Path) -> None:
    make(tmp_path, "a/b.png", "a.png", "a-1/x.png", "a-1.pdf", "a/b/c.JPG", "a/notes.txt", "Z.tif", "a!.png")
    paths = [path for path, _ in found(str(tmp_path))]
    everything = [f"{root}/{name}" for root, _, names in os.walk(tmp_path) for name in names]
    assert paths == sorted(path for path in everything if not path.endswith(".txt"))


FOLDERS = st.lists(st.sampled_from(["a", "b", "a-", "a.png", "a.b"]), min_size=1, max_size=3)


@given(st.lists(FOLDERS, max_size=6))
def test_any_tree_comes_in_the_order_of_full_paths(
    tmp_path_factory: pytest.TempPathFactory, trees: list[list[str]]
) -> None:
    root = tmp_path_factory.mktemp("tree")
    for folders in trees:
        make(root, "/".join(folders) + "/p.png")
    paths = [path for path, _ in found(str(root))]
    assert paths == sorted(paths)
    assert len(paths) == len({"/".join(folders) for folders in trees})


def test_the_tree_is_mirrored_in_names(tmp_path: Path) -> None:
    make(tmp_path, "x.png", "sub/x.png", "sub/x.jpg", "sub/deep/x.png")
    assert [name for _, name in found(str(tmp_path))] == ["sub/deep/x", "sub/x.jpg", "sub/x.png", "x"]


def test_paths_begin_as_the_user_wrote_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "in/x.png")
    monkeypatch.chdir(tmp_path)
    assert found("in") == [("in/x.png", "x")]
    assert found("./in/") == [("./in/x.png", "x")]


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "in/x.png", "other/y.png")
    (tmp_path / "in/loop").symlink_to(tmp_path / "in")
    (tmp_path / "in/z.png").symlink_to(tmp_path / "other")
    assert [name for _, name in found(str(tmp_path / "in"))] == ["x"]


def test_a_very_deep_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # Deeper than Python may recurse; built step by step, because whole paths are limited to 4096 bytes.
    try:
        for _ in range(1200):
            os.mkdir("d")  # noqa: PTH102
            os.chdir("d")
        Path("x.png").write_bytes(b"x")
        os.chdir(tmp_path)
        items = found(".")
    finally:
        os.chdir(tmp_path)
        # As deep as this, pytest cannot clean up.
        subprocess.run(["rm", "-r", "d"], check=True)
    assert items == [("d/" * 1200 + "x.png", "d/" * 1200 + "x")]


def test_an_empty_folder_named_like_a_picture_is_reported(tmp_path: Path) -> None:
    make(tmp_path, "in/ok.png", "in/full.pdf/x.png")
    (tmp_path / "in/scan.png").mkdir()
    (tmp_path / "in/empty").mkdir()
    items = list(walk(str(tmp_path / "in")))
    assert [i.name for i in items if isinstance(i, Found)] == ["full.pdf/x", "ok"]
    assert [i.path for i in items if isinstance(i, Unreadable)] == [str(tmp_path / "in/scan.png")]


TREE = ("x.png", "y.jpg", ".h.png", "s/x.png", "s/t/x.png", "s/t/z.pdf", "s[1]/x.png", ".d/x.png", "n.txt")


@pytest.mark.parametrize(
    "pattern",
    ["*.png", "**/*.png", "?.jpg", "[xy].*", "**/x.png", "s/*.png", "*/*.png", "s/**/*.pdf", ".*.png", ".d/*", "*/t/*"],
)
def test_patterns_match_what_the_standard_library_matches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str
) -> None:
    make(tmp_path, *TREE)
    monkeypatch.chdir(tmp_path)
    expected = [name for name in glob.glob(pattern, recursive=True) if Path(name).is_file()]  # noqa: PTH207
    assert expected
    assert matched(pattern) == sorted(expected)


def test_a_pattern_that_matches_a_folder_takes_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, *TREE)
    monkeypatch.chdir(tmp_path)
    assert matched("s*") == ["s/t/x.png", "s/t/z.pdf", "s/x.png", "s[1]/x.png"]


def test_patterns_with_an_absolute_root(tmp_path: Path) -> None:
    make(tmp_path, *TREE)
    assert matched(f"{tmp_path}/s/*.png") == [f"{tmp_path}/s/x.png"]
    assert split_pattern("/*.png")[0] == "/"


def test_names_among_the_matching_or_among_all(tmp_path: Path) -> None:
    make(tmp_path, "x.png", "x.jpg")
    root, pattern = split_pattern(f"{tmp_path}/*.png")
    assert [item.name for item in walk(root, pattern) if isinstance(item, Found)] == ["x"]
    assert [i.name for i in walk(root, pattern, name_among_all=True) if isinstance(i, Found)] == ["x.png"]
