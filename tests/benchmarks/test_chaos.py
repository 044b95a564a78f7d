"""The judge of the chaos runs: content with what is right, and not with anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.chaos import accounted_for, as_fated, describe_seeds, make_inputs, run_child, run_once
from benchmarks.fates import PAGES, make_plan


def seed_with(lines: bool) -> int:
    return next(seed for seed in range(100) if make_plan(seed).lines is lines)


@pytest.mark.parametrize("lines", [False, True], ids=["files", "lines"])
def test_the_judge_sees_what_is_missing_or_there_twice(tmp_path: Path, lines: bool) -> None:
    seed = seed_with(lines)
    plan = make_plan(seed)
    assert len(plan.fates) == PAGES
    make_inputs(tmp_path / "in")
    (tmp_path / "marks").mkdir()
    run_child(seed, tmp_path, False)
    assert accounted_for(plan, tmp_path) == []
    assert as_fated(plan, tmp_path) == []
    if lines:
        shard = tmp_path / "out" / "part-00000.jsonl"
        first, rest = shard.read_bytes().split(b"\n", 1)
        shard.write_bytes(rest)
        assert any("lines missing: 1" in problem for problem in accounted_for(plan, tmp_path))
        shard.write_bytes(first + b"\n" + first + b"\n" + rest)
        assert any("twice: 1" in problem for problem in accounted_for(plan, tmp_path))
    else:
        page = next((tmp_path / "out").glob("picture*_res.json"))
        content = page.read_text()
        page.write_text(json.dumps({"stem": "another"}))
        assert any("another page" in problem for problem in accounted_for(plan, tmp_path))
        page.unlink()
        assert any("missing" in problem for problem in accounted_for(plan, tmp_path))
        page.write_text(content)
        (tmp_path / "out" / ".galley-half").touch()
        assert any("left behind" in problem for problem in accounted_for(plan, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_chaos(tmp_path: Path, seed: int) -> None:
    assert list(run_once(seed, tmp_path).problems) == []


def test_seeds_are_named_by_their_ranges() -> None:
    assert describe_seeds([3, 1, 2, 7]) == "1-3, 7-7"
