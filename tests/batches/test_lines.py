"""Results as lines: each done page has one, whatever happened between the line and the commit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.batches.bench import Bench

from galley.batches.lines import LineStore
from galley.journal import FileRecord, Journal, PageEntry, RunStart, open_journal, open_ledger
from galley.outputs.shards import shard_path


def lines(output: Path) -> dict[str, str]:
    """Text by name; every line must be whole, and no name may come twice."""
    rows = [json.loads(line) for shard in sorted(output.glob("*.jsonl")) for line in shard.read_text().splitlines()]
    assert len({row["name"] for row in rows}) == len(rows)
    return {row["name"]: row["res"]["text"] for row in rows}


def test_each_page_is_a_line(bench: Bench) -> None:
    for name in "abc":
        bench.put(f"{name}.png", name)
    bench.run(lines=True)
    assert lines(bench.output) == {"a": "a", "b": "b", "c": "c"}
    bench.run(lines=True)
    assert bench.listed == []


def test_lines_of_pages_that_were_done_again_are_dropped(bench: Bench) -> None:
    for name in "abc":
        bench.put(f"{name}.png", name)
    bench.run(lines=True)
    bench.put("b.png", "another b")
    bench.run(lines=True)
    assert bench.listed == [str(bench.inputs / "b.png")]
    assert lines(bench.output) == {"a": "a", "b": "another b", "c": "c"}
    bench.run(lines=True, identity={"pipeline": "changed"})
    assert len(lines(bench.output)) == 3


@pytest.mark.parametrize("damage", ["removed", "cut"])
def test_pages_whose_lines_are_lost_are_done_again(bench: Bench, damage: str) -> None:
    for name in "abc":
        bench.put(f"{name}.png", name)
    bench.run(lines=True)
    shard = shard_path(bench.output, 0)
    content = shard.read_bytes()
    if damage == "removed":
        shard.unlink()
    else:
        shard.write_bytes(content[:-3])
    bench.run(lines=True)
    assert len(bench.listed) == (3 if damage == "removed" else 1)
    assert lines(bench.output) == {"a": "a", "b": "b", "c": "c"}


def add(journal: Journal, store: LineStore, name: str) -> None:
    file = journal.add_file(FileRecord(0, name, name, 1, 1, None, 1, "listed", "", ()))
    line = store.add(name, {"text": name})
    place = {"shard": line.shard, "shard_start": line.start, "shard_end": line.end}
    journal.record_page(PageEntry(file, -1, 1, "done", None, "", "", 1, None, None, 0.0, None, (), **place))


def open_store(output: Path, limit: int = 1 << 20) -> tuple[Journal, LineStore]:
    journal = open_journal(output)
    journal.begin_run(RunStart("f", {}, {}, {}, []))
    return journal, LineStore(journal, limit)


def test_a_line_whose_commit_never_came_is_cut_off(tmp_path: Path) -> None:
    journal, store = open_store(tmp_path)
    add(journal, store, "kept")
    journal.commit()
    add(journal, store, "lost")
    store._write()  # the line is on the disk; the process ends before the commit
    journal.close()
    assert set(lines(tmp_path)) == {"kept", "lost"}
    journal, store = open_store(tmp_path)
    assert set(lines(tmp_path)) == {"kept"}
    add(journal, store, "lost")
    journal.commit()
    journal.close()
    assert set(lines(tmp_path)) == {"kept", "lost"}


def test_shards_roll_and_every_length_is_kept(tmp_path: Path) -> None:
    journal, store = open_store(tmp_path, limit=100)
    for number in range(20):
        add(journal, store, f"page{number}")
    journal.commit()
    journal.close()
    assert len(list(tmp_path.glob("*.jsonl"))) > 3
    journal, store = open_store(tmp_path, limit=100)
    assert len(lines(tmp_path)) == 20
    journal.close()


def test_compacting_that_is_broken_off_loses_nothing(tmp_path: Path) -> None:
    journal, store = open_store(tmp_path)
    for number in range(5):
        add(journal, store, f"page{number}")
    journal.commit()
    worn = journal.find_file("page1")
    assert worn is not None
    journal.forget_pages(worn.id)
    store.compact()
    assert set(lines(tmp_path)) == {"page0", "page2", "page3", "page4"}
    assert not shard_path(tmp_path, 0).exists()
    shard_path(tmp_path, 0).write_bytes(b'{"name": "of a removal that never came", "res": {"text": ""}}\n')
    journal.close()
    journal, store = open_store(tmp_path)
    journal.close()
    assert set(lines(tmp_path)) == {"page0", "page2", "page3", "page4"}
    with open_ledger(tmp_path) as ledger:
        assert ledger.counts().done == 4
