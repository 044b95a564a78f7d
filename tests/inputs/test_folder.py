"""The files of one folder that match a pattern."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from galley.inputs import count_files_in, find_files
from galley.inputs.walking import Found


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "a.png",
        "b.JPG",
        "notes.txt",
        ".hidden.png",
        "sub/c.png",
        "sub/d.txt",
        "out/result.png",
        "x.png",
        "x.jpg",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link").symlink_to(tmp_path / "sub")
    return tmp_path


def names(tree: Path, pattern: str, leave_out: str | None = None) -> dict[str, str]:
    found = list(find_files(f"{tree}/", pattern, leave_out))
    assert count_files_in(f"{tree}/", pattern, leave_out) == len(found)
    return {os.path.relpath(each.path, tree): each.name for each in found if isinstance(each, Found)}


def test_a_star_means_everything_but_what_is_hidden(tree: Path) -> None:
    found = names(tree, "*", leave_out=str(tree / "out"))
    assert found == {"a.png": "a", "b.JPG": "b", "sub/c.png": "sub/c", "x.jpg": "x.jpg", "x.png": "x.png"}
    assert list(found) == sorted(found)


def test_names_do_not_depend_on_the_pattern(tree: Path) -> None:
    everything = names(tree, "**/*")
    for pattern in ("*.png", "x.*", "sub", "sub/*", "?.jpg"):
        some = names(tree, pattern)
        assert some
        assert some.items() <= everything.items()


def test_folders_are_left_out_by_their_real_path(tree: Path) -> None:
    assert "out/result.png" in names(tree, "*")
    assert "out/result.png" not in names(tree, "*", leave_out=str(tree / "out"))


def test_what_is_of_no_supported_kind_is_told(tree: Path) -> None:
    others: list[str] = []
    list(find_files(str(tree), "*", on_other=others.append))
    assert sorted(os.path.relpath(path, tree) for path in others) == ["link", "notes.txt", "sub/d.txt"]
    others.clear()
    list(find_files(str(tree), "*.png", on_other=others.append))
    assert others == []
