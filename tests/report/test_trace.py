"""The trace, as a viewer reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.report.ledgers import Piece, Turn, make_journal

from galley.report import write_trace


def events_of(tmp_path: Path, *turns: Turn) -> list[dict[str, Any]]:
    write_trace(make_journal(tmp_path / "out", turns), tmp_path / "trace.json")
    events: list[dict[str, Any]] = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    return events


def test_every_page_is_a_slice_on_its_workers_lane(tmp_path: Path) -> None:
    pieces = [
        Piece("/in/a.png", 1, 3, "gpu:0"),
        Piece("/in/b.pdf", 2, 5, "gpu:0", page=4, seconds=2),
        Piece("/in/c.png", 1, 2, "gpu:1", kind="crashed", tries=3),
        Piece("/in/d.png", 0, 0, None, kind="unreadable"),
    ]
    events = events_of(tmp_path, Turn(pieces, end=5, events=[(0.5, "gpu:0", "ready", "x")]))
    lanes = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    slices = {event["name"]: event for event in events if event["ph"] == "X"}
    assert {name: lanes[event["tid"]] for name, event in slices.items()} == {
        "a.png": "gpu:0",
        "b.pdf, page 5": "gpu:0",
        "c.png": "gpu:1",
        "d.png": "no worker",
    }
    second = slices["b.pdf, page 5"]
    assert (second["ts"], second["dur"], second["pid"]) == (3_000_000, 2_000_000, 1)
    assert second["args"] == {
        "path": "/in/b.pdf",
        "page": 5,
        "state": "done",
        "failure": None,
        "tries": 1,
        "seconds": 2,
        "in_hand_seconds": 3.0,
    }
    assert slices["c.png"]["args"]["failure"] == "crashed"
    (ready,) = (event for event in events if event["ph"] == "i")
    assert (ready["name"], ready["ts"], lanes[ready["tid"]]) == ("ready", 500_000, "gpu:0")


def test_slices_of_a_lane_do_not_overlap(tmp_path: Path) -> None:
    pieces = [Piece(f"/in/{n}.png", n / 3, n / 3 + 1, f"cpu:{n % 2}") for n in range(200)]
    slices = [event for event in events_of(tmp_path, Turn(pieces, end=70)) if event["ph"] == "X"]
    assert len(slices) == 200
    free: dict[int, int] = {}
    for event in sorted(slices, key=lambda event: event["ts"]):
        assert event["ts"] >= free.get(event["tid"], 0)
        free[event["tid"]] = event["ts"] + event["dur"]


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    events = events_of(tmp_path, Turn([Piece("/in/latin-\udce9.png", 0, 1)], end=1))
    assert any(event["name"] == "latin-\\udce9.png" for event in events)
