"""The journal: what is committed stays, one run at a time, readers at any time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from galley.errors import OutputError
from galley.journal import FileRecord, Journal, Ledger, PageEntry, RunStart, open_journal, open_ledger
from galley.journal.lock import is_locked
from galley.journal.schema import database_path

START = RunStart("f", {"scale": 1}, {"input_dir": "in"}, {"python": "3"}, [{"name": "cpu:0"}])


def begin(output: Path) -> Journal:
    journal = open_journal(output)
    journal.begin_run(START)
    return journal


def put(journal: Journal, path: str, pages: int = 1) -> int:
    return journal.add_file(FileRecord(0, path, Path(path).stem, 1, 2, None, pages, "listed", "", ()))


def entry(file: int, page: int, state: str = "done") -> PageEntry:
    kind = "rejected" if state == "failed" else None
    return PageEntry(file, page, 1, state, kind, "", "", 1, "cpu:0", 1.0, 2.0, 0.5, (f"{file}_{page}.json",))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    file = put(journal, "in/a.pdf", 3)
    one, two = entry(file, 0), entry(file, 1, "failed")
    journal.record_page(one)
    journal.record_page(two)
    journal.commit()
    with open_ledger(tmp_path) as ledger:
        assert [page for _, page in ledger.pages()] == [one, two]
        assert [page for _, page in ledger.failures()] == [two]
        counts = ledger.counts()
        assert (counts.files, counts.done, counts.failed, counts.pending) == (1, 1, 1, 1)
        assert counts.failures == {"rejected": 1}
        (run,) = ledger.runs()
        assert (run.state, run.settings, run.pid) == ("running", {"scale": 1}, os.getpid())
    journal.close()


def test_a_page_has_one_outcome(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    file = put(journal, "in/a.png")
    journal.record_page(entry(file, -1))
    with pytest.raises(OutputError, match="UNIQUE"):
        journal.record_page(entry(file, -1))
    journal.close()


def test_what_was_not_committed_is_pending(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    file = put(journal, "in/a.pdf", 2)
    journal.record_page(entry(file, 0))
    journal.commit()
    journal.record_page(entry(file, 1))
    journal.close()
    with open_ledger(tmp_path) as ledger:
        assert [page.page for _, page in ledger.pages()] == [0]


def test_outcomes_are_committed_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("galley.journal.ledger.COMMIT_OUTCOMES", 3)
    monkeypatch.setattr("galley.journal.ledger.COMMIT_SECONDS", 1000.0)
    journal = begin(tmp_path)
    file = put(journal, "in/a.pdf", 9)
    with open_ledger(tmp_path) as ledger:
        seen = []
        for page in range(7):
            journal.record_page(entry(file, page))
            seen.append(ledger.counts().done)
        assert seen == [0, 0, 3, 3, 3, 6, 6]
        monkeypatch.setattr("galley.journal.ledger.COMMIT_SECONDS", 0.0)
        journal.tick()
        assert ledger.counts().done == 7
    journal.close()


def test_preparing_a_commit_that_fails_takes_its_outcomes_back(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    file = put(journal, "in/a.pdf", 2)
    journal.commit()

    def fail() -> None:
        raise OutputError("no room for the lines")

    journal.before_commit(fail)
    journal.record_page(entry(file, 0))
    with pytest.raises(OutputError, match="no room"):
        journal.commit()
    journal.before_commit(lambda: None)
    journal.commit()
    assert journal.pages_of(file) == []
    journal.close()


def test_a_full_disk_is_a_sentence_and_costs_the_last_group_only(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    file = put(journal, "in/a.pdf", 100_000)
    journal.record_page(entry(file, 0))
    journal.commit()
    pages = journal._database.execute("PRAGMA page_count").fetchone()[0]
    journal._database.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(OutputError, match="database or disk is full"):
        for page in range(1, 10_000):
            journal.record_page(entry(file, page))
    done = len(journal.pages_of(file))
    journal.close()
    with open_ledger(tmp_path) as ledger:
        assert ledger.counts().done == done >= 1


HOLDER = """
import sys
from collections.abc import Callable
from pathlib import Path
from galley.journal import open_journal
journal = open_journal(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_the_folder_is_free_when_its_holder_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert is_locked(tmp_path)
        with pytest.raises(OutputError, match=f"another run is writing to .* process {holder.pid}"):
            open_journal(tmp_path)
        holder.send_signal(signal.SIGKILL)
    assert not is_locked(tmp_path)
    open_journal(tmp_path).close()


def test_a_run_that_never_ended_was_killed(tmp_path: Path) -> None:
    begin(tmp_path).close()
    with open_ledger(tmp_path) as ledger:
        assert ledger.runs()[0].state == "killed", "seen by its lock"
    journal = begin(tmp_path)
    assert [run.state for run in journal.runs()] == ["killed", "running"]
    journal.close()


def test_another_version_is_not_touched(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    journal._database.execute("PRAGMA user_version=99")
    journal.close()
    with pytest.raises(OutputError, match="of format 99"):
        open_journal(tmp_path)
    with pytest.raises(OutputError, match="of format 99"):
        open_ledger(tmp_path)
    open_journal(tmp_path, fresh=True).close()


def test_a_journal_that_is_just_being_made_is_a_sentence(tmp_path: Path) -> None:
    database_path(tmp_path).parent.mkdir()
    database_path(tmp_path).touch()
    with pytest.raises(OutputError, match="a batch is just beginning"):
        open_ledger(tmp_path)


def test_a_damaged_journal_is_a_sentence(tmp_path: Path) -> None:
    begin(tmp_path).close()
    database_path(tmp_path).write_bytes(b"this is no database" * 1000)
    with pytest.raises(OutputError, match="--fresh begins a new one"):
        open_journal(tmp_path)
    with pytest.raises(OutputError, match="cannot read"):
        open_ledger(tmp_path)


def test_every_question_to_a_journal_that_is_damaged_inside_ends_in_a_sentence(tmp_path: Path) -> None:
    begin(tmp_path).close()
    path = database_path(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))
    questions: list[Callable[[Ledger], object]] = [
        Ledger.runs,
        Ledger.counts,
        lambda ledger: ledger.find_file("a.png"),
        lambda ledger: ledger.pages_of(1),
        lambda ledger: list(ledger.files()),
    ]
    for ask in questions:
        with open_ledger(tmp_path) as ledger, pytest.raises(OutputError, match="cannot read the journal"):
            ask(ledger)


def test_a_folder_without_a_journal_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no batch has run there"):
        open_ledger(tmp_path)


def test_inputs_not_seen_are_absent_until_they_are_back(tmp_path: Path) -> None:
    journal = begin(tmp_path)
    for name in ("a", "b"):
        journal.record_page(entry(put(journal, f"in/{name}.png"), -1))
    journal.commit()
    journal.close()
    journal = begin(tmp_path)
    seen = journal.find_file("in/a.png")
    assert seen is not None
    journal.see_file(seen)
    assert journal.mark_absent() == 1
    journal.commit()
    with open_ledger(tmp_path) as ledger:
        assert (ledger.counts().files, ledger.counts().absent, ledger.counts().done) == (1, 1, 1)
        back = ledger.find_file("in/b.png")
    assert back is not None
    assert back.state == "absent"
    journal.see_file(back)
    journal.commit()
    with open_ledger(tmp_path) as ledger:
        assert ledger.counts().absent == 0
    journal.close()


def test_paths_that_are_not_utf8_come_back_as_they_were(tmp_path: Path) -> None:
    path = os.fsdecode(b"in/caf\xe9.png")
    journal = begin(tmp_path)
    put(journal, path)
    found = journal.find_file(path)
    assert found is not None
    assert found.path == path
    journal.close()
