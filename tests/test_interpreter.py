"""Interpreters that are started for parts of Galley."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from galley.interpreter import python_command


def test_arguments_arrive_as_they_are() -> None:
    command = python_command("builtins:print", "a b", "", "--c", "ü", flags=("-u",))
    assert subprocess.run(command, capture_output=True, check=True).stdout.decode() == "a b  --c ü\n"


def test_it_imports_what_this_one_would(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "said.py").write_text("def say(): print('here')")
    monkeypatch.syspath_prepend(tmp_path)
    assert subprocess.run(python_command("said:say"), capture_output=True, check=True).stdout == b"here\n"


@pytest.mark.parametrize("target", ["galley.report.thumbnailer:main", "galley.inputs.page_counter:serve"])
def test_files_in_the_working_folder_are_not_taken_for_modules(target: str, tmp_path: Path) -> None:
    for name in ("json", "base64", "importlib", "PIL", "pypdfium2"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a file of the user')")
    arguments = ["1"] if target.endswith("serve") else []
    subprocess.run(python_command(target, *arguments), cwd=tmp_path, stdin=subprocess.DEVNULL, check=True)
