"""Environments that are installed once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from benchmarks.environments import ensure_environment


@pytest.mark.slow
def test_two_at_once_install_once_and_another_recipe_installs_anew(tmp_path: Path) -> None:
    installed: list[Path] = []

    def ensure(recipe: str) -> None:
        assert ensure_environment(tmp_path / "peer", ["pip"], installed.append, recipe).exists()

    threads = [threading.Thread(target=ensure, args=("first",)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(installed) == 1
    ensure("second")
    assert len(installed) == 2
