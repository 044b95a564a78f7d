"""Batches with real workers: what is done, what is left out, what is said, what is answered."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.batches.acts import JSON, NEVER, NUMBERS
from tests.batches.bench import Bench

from galley.batches import Watch
from galley.batches.settings import PARTS
from galley.errors import BadArguments, ExitCode, NoWorkerLeft, OutputError
from galley.fleet.limits import Limits
from galley.journal import open_journal
from galley.outputs.files import write_file


def test_every_page_is_done_once_and_written_down(bench: Bench) -> None:
    for name in ("a.png", "b.png", "sub/c.png"):
        bench.put(name)
    report = bench.run(workers=2)
    assert report.exit_code is ExitCode.OK
    assert (report.files, report.done, report.failed, report.skipped) == (3, 3, 0, 0)
    assert bench.results() == ["a_res.json", "b_res.json", "sub/c_res.json"]
    entries = bench.entries()
    assert {name: entry.outputs for name, entry in entries.items()} == {
        "a.png": ("a_res.json",),
        "b.png": ("b_res.json",),
        "c.png": ("sub/c_res.json",),
    }
    for entry in entries.values():
        assert entry.slot in ("cpu:0", "cpu:1")
        assert entry.started is not None
        assert entry.started <= entry.ended


def test_the_same_command_again_does_nothing(bench: Bench) -> None:
    bench.put("a.png")
    bench.put("b.png", "raise no good")
    assert bench.run().exit_code is ExitCode.SOME_FAILED
    report = bench.run()
    assert bench.listed == []
    assert report.exit_code is ExitCode.SOME_FAILED, "a failed page counts until it is done"
    assert (report.done, report.earlier, report.failed) == (1, 1, 1)
    with bench.ledger() as ledger:
        assert [run.state for run in ledger.runs()] == ["finished", "finished"]


def test_finished_files_are_not_opened_again(bench: Bench) -> None:
    document = bench.document("d.pdf", 3)
    bench.run()
    status = document.stat()
    document.write_bytes(b"x" * status.st_size)  # unreadable, and from outside the same
    os.utime(document, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert bench.run().exit_code is ExitCode.OK
    assert bench.listed == []


def test_content_counts_when_asked_for(bench: Bench) -> None:
    picture = bench.put("a.png", "one")
    bench.run(hash_inputs=True)
    os.utime(picture, (1, 1))
    bench.run(hash_inputs=True)
    assert bench.listed == [], "another time, the same content"
    status = picture.stat()
    picture.write_text("two")
    os.utime(picture, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert bench.run(hash_inputs=True).changed == 1
    assert bench.listed == [str(picture)]


def test_failed_pages_are_tried_again_when_asked_for(bench: Bench) -> None:
    bench.put("a.png")
    failing = bench.put("b.png", "raise no good")
    bench.run()
    entry = bench.entries()["b.png"]
    assert (entry.state, entry.kind, entry.message) == ("failed", "rejected", "ValueError: no good")
    assert "Traceback" in entry.detail
    bench.run(retry_failed=True)
    assert bench.listed == [str(failing)]
    failing.write_text("all is well now")
    report = bench.run()
    assert bench.listed == [str(failing)], "a changed input is tried again without being asked for"
    assert report.exit_code is ExitCode.OK


def test_a_changed_option_is_said_and_everything_done_again(bench: Bench) -> None:
    bench.put("a.png")
    bench.run(identity={"pipeline": "Act", "config.scale": 1})
    report = bench.run(identity={"pipeline": "Act", "config.scale": 2})
    assert any("config.scale: 1 -> 2" in line for line in bench.said)
    assert len(bench.listed) == 1
    assert report.earlier == 0
    bench.run(identity={"pipeline": "Act", "config.scale": 2})
    assert bench.said == []
    assert bench.listed == []


def test_a_changed_input_is_said_and_done_again(bench: Bench) -> None:
    picture = bench.put("a.png", "one")
    bench.put("b.png")
    bench.run()
    picture.write_text("another")
    report = bench.run()
    assert report.changed == 1
    assert any("1 input changed" in line for line in bench.said)
    assert bench.listed == [str(picture)]
    assert json.loads((bench.output / "a_res.json").read_text())["text"] == "another"


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_bytes(b"")], ids=["missing", "empty"])
def test_a_page_without_its_output_is_done_again(bench: Bench, harm: object) -> None:
    bench.put("a.png")
    kept = bench.put("b.png")
    bench.run()
    assert callable(harm)
    harm(bench.output / "a_res.json")
    bench.run()
    assert bench.listed == [str(bench.inputs / "a.png")]
    assert kept.name not in bench.listed
    assert (bench.output / "a_res.json").stat().st_size > 0


def test_fresh_forgets_everything(bench: Bench) -> None:
    bench.put("a.png")
    bench.run()
    report = bench.run(fresh=True)
    assert (report.earlier, report.run) == (0, 1)
    assert len(bench.listed) == 1


def test_partly_done_documents_go_on_page_by_page(bench: Bench) -> None:
    document = bench.document("d.pdf", 6)
    bench.run()
    (bench.output / "d_2_res.json").unlink()
    (bench.output / "d_4_res.json").unlink()
    bench.run()
    assert bench.listed == [f"{document}, page 3", f"{document}, page 5"]
    assert len(bench.entries()) == 6


def test_a_document_that_has_become_shorter_loses_the_outputs_of_its_lost_pages(bench: Bench) -> None:
    bench.document("d.pdf", 5)
    bench.run(documents=[JSON])
    bench.document("d.pdf", 2)
    bench.run(documents=[JSON])
    assert bench.results() == ["d_0_res.json", "d_1_res.json", "d_res.json"]
    assert sorted(bench.entries()) == ["d.pdf:0", "d.pdf:1"]


def test_documents_are_assembled_in_page_order_whoever_did_the_pages_and_when(bench: Bench) -> None:
    document = bench.document("d.pdf", 9)
    bench.run(workers=3, stop=bench.stop_after(4), documents=[JSON])
    assert not (bench.output / "d_res.json").exists()
    assert bench.run(workers=2, documents=[JSON]).exit_code is ExitCode.OK
    whole = json.loads((bench.output / "d_res.json").read_text())
    assert (whole["input_path"], whole["page_count"]) == (str(document), 9)
    assert [page["page_index"] for page in whole["pages"]] == list(range(9))


def test_a_document_is_assembled_when_it_is_asked_for_or_missing_later(bench: Bench) -> None:
    bench.document("d.pdf", 2)
    bench.run()
    for _ in range(2):
        assert not (bench.output / "d_res.json").exists()
        bench.run(documents=[JSON])
        assert bench.listed == []
        (bench.output / "d_res.json").unlink()


def test_a_document_with_a_failed_page_is_not_assembled(bench: Bench) -> None:
    bench.document("d.pdf", 3)
    bench.run(target="FailOdd", documents=[JSON])
    assert bench.results() == ["d_0_res.json", "d_2_res.json"]
    assert bench.run(retry_failed=True, documents=[JSON]).exit_code is ExitCode.OK
    assert "d_res.json" in bench.results()


def test_parts_are_kept_until_the_document_is_there_and_pages_are_then_held_by_it(bench: Bench) -> None:
    bench.document("d.pdf", 4)
    bench.put("single.png")
    bench.run(stop=bench.stop_after(3), documents=[NUMBERS])
    assert bench.parts() == [f"{page}.numbers" for page in range(len(bench.listed))] != []
    assert not (bench.output / "d.numbers").exists()
    bench.run(workers=2, documents=[NUMBERS])
    assert (bench.output / "d.numbers").read_text() == "0 1 2 3"
    assert not (bench.output / PARTS).exists()
    bench.run(documents=[NUMBERS])
    assert bench.listed == []


def test_a_lost_document_whose_parts_are_gone_is_done_again(bench: Bench) -> None:
    document = bench.document("d.pdf", 2)
    bench.run(documents=[NUMBERS, JSON])
    (bench.output / "d_res.json").unlink()
    bench.run(documents=[NUMBERS, JSON])
    assert bench.listed == []
    (bench.output / "d.numbers").unlink()
    bench.run(documents=[NUMBERS, JSON])
    assert bench.listed == [f"{document}, page 1", f"{document}, page 2"]
    assert (bench.output / "d.numbers").read_text() == "0 1"


def test_a_page_to_be_done_again_has_its_document_made_again(bench: Bench) -> None:
    document = bench.document("d.pdf", 2)
    bench.run(documents=[NUMBERS])
    (bench.output / "d_1_res.json").unlink()
    bench.run(documents=[NUMBERS])
    assert bench.listed == [f"{document}, page 1", f"{document}, page 2"]
    assert (bench.output / "d.numbers").read_text() == "0 1"


def test_parts_of_a_run_killed_between_commit_and_removal_are_removed_later(bench: Bench) -> None:
    bench.document("d.pdf", 1)
    bench.run(documents=[NUMBERS])
    assembly = bench.assembly(NUMBERS)
    write_file(assembly.part("d", 0, NUMBERS), b"0")
    bench.run(documents=[NUMBERS])
    assert not (bench.output / PARTS).exists()


def test_a_document_that_cannot_be_made_is_a_failure_and_costs_no_page(bench: Bench) -> None:
    bench.document("d.pdf", 2)
    bench.document("e.pdf", 1)
    report = bench.run(documents=[NUMBERS, NEVER])
    assert (report.exit_code, report.done, report.failures) == (ExitCode.SOME_FAILED, 3, {"unreadable": 2})
    with bench.ledger() as ledger:
        assert [file.message for file in ledger.noted_files()] == [
            "nothing was made of the whole document: no such document"
        ] * 2
    report = bench.run(documents=[NUMBERS])
    assert (report.exit_code, bench.listed) == (ExitCode.OK, [])
    assert (bench.output / "d.numbers").read_text() == "0 1"


def test_a_stale_document_goes_when_one_of_its_pages_fails(bench: Bench) -> None:
    bench.document("d.pdf", 3)
    bench.run(documents=[JSON])
    bench.run(target="FailOdd", documents=[JSON], identity={"pipeline": "FailOdd"})
    assert bench.results() == ["d_0_res.json", "d_1_res.json", "d_2_res.json"]


def test_unsupported_files_are_recorded_as_skipped(bench: Bench) -> None:
    bench.put("a.png")
    bench.put("notes.txt")
    bench.put(".hidden.txt")
    report = bench.run()
    assert (report.done, report.skipped) == (1, 1)
    with bench.ledger() as ledger:
        assert [Path(file.path).name for file in ledger.files("skipped")] == ["notes.txt"]


def test_unreadable_inputs_are_one_failure_each(bench: Bench) -> None:
    bench.put("broken.pdf", "this is no PDF")
    bench.put("empty.png", "")
    report = bench.run()
    assert report.exit_code is ExitCode.BAD_INPUT, "nothing could be read"
    assert {name: entry.kind for name, entry in bench.entries().items()} == {
        "broken.pdf": "unreadable",
        "empty.png": "unreadable",
    }
    bench.put("good.png")
    assert bench.run().exit_code is ExitCode.SOME_FAILED


def test_a_document_that_crashes_what_opens_it_costs_no_other_input_anything(bench: Bench, crashing_pdf: bytes) -> None:
    bench.put("a.png")
    (bench.inputs / "b.pdf").write_bytes(crashing_pdf)
    bench.document("c.pdf", 3)
    report = bench.run()
    assert (report.exit_code, report.done, dict(report.failures)) == (ExitCode.SOME_FAILED, 4, {"unreadable": 1})
    with bench.ledger() as ledger:
        ((file, page),) = ledger.failures()
    assert file.path.endswith("b.pdf")
    assert "SIGSEGV" in page.message


def test_a_document_is_counted_once(bench: Bench) -> None:
    document = bench.document("a.pdf", 5)
    bench.run(stop=bench.stop_after(2))
    done = len(bench.listed)
    status = document.stat()
    document.write_bytes(b"-" * status.st_size)  # which would now be refused as a whole
    os.utime(document, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (bench.run().done, len(bench.listed)) == (5, 5 - done)


def test_a_worker_that_dies_is_written_down_with_its_page(bench: Bench) -> None:
    bench.put("a.png", "kill")
    bench.put("b.png")
    report = bench.run(limits=Limits(max_tries=2, restart_delay=0))
    assert report.failures == {"crashed": 1}
    entry = bench.entries()["a.png"]
    assert entry.tries == 2
    assert entry.started is not None
    with bench.ledger() as ledger:
        events = [event.event for event in ledger.events(1)]
    # A third death, where both pages were begun at the first: nobody is to blame, and each is tried alone.
    assert events.count("died") in (2, 3)
    assert events[:2] == ["starting", "ready"]


def test_a_worker_that_is_replaced_as_agreed_is_written_down_as_such(bench: Bench) -> None:
    for name in "abcd":
        bench.put(f"{name}.png")
    assert bench.run(limits=Limits(recycle_after=1)).exit_code is ExitCode.OK
    with bench.ledger() as ledger:
        events = [event.event for event in ledger.events(1)]
    assert "recycled" in events
    assert "died" not in events


def test_when_nobody_can_work_the_pages_stay_pending(bench: Bench) -> None:
    bench.put("a.png")
    bench.put("b.png")
    with pytest.raises(NoWorkerLeft):
        bench.run(target="refuse", limits=Limits(max_deaths=1))
    assert bench.entries() == {}
    with bench.ledger() as ledger:
        (run,) = ledger.runs()
        assert (run.state, run.exit_code) == ("stopped", ExitCode.NO_WORKER_LEFT)
    report = json.loads((bench.output / "report.json").read_text())
    assert report["runs"][0]["exit_code"] == ExitCode.NO_WORKER_LEFT
    assert bench.run().exit_code is ExitCode.OK


def test_a_result_that_cannot_be_written_stops_the_run_and_stays_pending(bench: Bench) -> None:
    bench.put("a.png")
    full = bench.put("b.png", "full")
    for number in range(30):
        bench.put(f"c{number}.png")
    with pytest.raises(OutputError, match="the disk is full"):
        bench.run()
    entries = bench.entries()
    assert "b.png" not in entries
    assert 1 <= len(entries) < 10, "pages in hand were finished, no others begun"
    with bench.ledger() as ledger:
        assert (ledger.runs()[-1].exit_code, ledger.counts().pending) == (ExitCode.OUTPUT, 1)
    assert not (bench.output / ".galley" / "reserve").exists(), "given up, so that the journal could be written"
    full.write_text("there is room again")
    assert bench.run().exit_code is ExitCode.OK
    assert len(bench.entries()) == 32
    assert (bench.output / ".galley" / "reserve").stat().st_size > 0


def test_asked_to_stop_it_finishes_what_is_in_hand(bench: Bench) -> None:
    for number in range(30):
        bench.put(f"{number}.png")
    report = bench.run(workers=2, stop=bench.stop_after(3))
    assert (report.exit_code, report.interrupted) == (ExitCode.INTERRUPTED, True)
    assert 3 <= report.done < 12
    with bench.ledger() as ledger:
        assert ledger.runs()[-1].state == "interrupted"
        assert ledger.counts().pending == 0, "what was begun was finished"
    assert json.loads((bench.output / "report.json").read_text())["counts"]["done"] == report.done
    again = bench.run()
    assert (again.exit_code, again.earlier, again.done) == (ExitCode.OK, report.done, 30)


def test_a_broken_off_run_keeps_what_it_has(bench: Bench) -> None:
    for number in range(30):
        bench.put(f"{number:02}.png")
    done: list[object] = []

    def break_off(outcome: object) -> None:
        done.append(outcome)
        if len(done) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.run(watch=Watch(outcome=break_off))
    assert len(bench.entries()) == 5
    with bench.ledger() as ledger:
        assert (ledger.runs()[-1].state, ledger.runs()[-1].exit_code) == ("interrupted", ExitCode.INTERRUPTED)
    assert bench.run().earlier == 5


def test_an_input_that_changes_while_it_is_worked_on_is_noted(bench: Bench) -> None:
    bench.put("a.png", f"until {bench.inputs / 'flag'}")
    vanishing = bench.put("b.png", f"until {bench.inputs / 'flag'}")

    def change(page: object) -> None:
        if str(page).endswith("b.png"):
            (bench.inputs / "a.png").write_text("something else")
            vanishing.unlink()
            (bench.inputs / "flag").touch()

    report = bench.run(workers=1, limits=Limits(depth=2), on_listed=change)
    assert report.unsteady == 2
    with bench.ledger() as ledger:
        assert {Path(file.path).name: file.message for file in ledger.noted_files()} == {
            "a.png": "changed while it was worked on",
            "b.png": "vanished while it was worked on",
        }
    (bench.inputs / "flag").unlink()
    report = bench.run()
    assert bench.listed == [str(bench.inputs / "a.png")]
    assert report.absent == 1


def test_inputs_that_are_gone_count_no_more(bench: Bench) -> None:
    bench.put("a.png")
    gone = bench.put("b.png", "raise no good")
    assert bench.run().exit_code is ExitCode.SOME_FAILED
    gone.unlink()
    report = bench.run()
    assert (report.exit_code, report.absent) == (ExitCode.OK, 1)
    with bench.ledger() as ledger:
        assert (ledger.counts().failed, ledger.counts().absent) == (0, 1)
    bench.put("b.png", "back again")
    assert bench.run().exit_code is ExitCode.OK


def test_names_stay_when_other_files_come(bench: Bench) -> None:
    bench.put("x.png")
    bench.run()
    bench.put("x.jpg")
    bench.run()
    assert bench.listed == [str(bench.inputs / "x.jpg")]
    (bench.inputs / "x.png").unlink()
    bench.put("x.webp")
    bench.run()
    outputs = [name for entry in bench.entries().values() for name in entry.outputs]
    assert len(set(outputs)) == 3
    assert sorted(outputs) == bench.results()


def test_different_patterns_share_an_output_folder(bench: Bench) -> None:
    bench.put("x.png")
    bench.put("x.jpg")
    bench.put("deep/er/y.jpg")
    assert bench.run(pattern="*.jpg").done == 1
    assert bench.run(pattern="*.png").done == 1
    assert bench.run(pattern="**/*.jpg").done == 2
    assert bench.results() == ["deep/er/y_res.json", "x.jpg_res.json", "x.png_res.json"]
    bench.put("deep/er/z.png")
    report = bench.run(pattern="deep")
    assert bench.listed == [str(bench.inputs / "deep/er/z.png")], "a folder that matches stands for its files"
    assert report.done == 2


def test_results_are_never_taken_for_inputs(bench: Bench) -> None:
    bench.put("a.png")
    inside = bench.inputs / "out"
    for _ in range(2):
        (inside / "drawn.png").parent.mkdir(exist_ok=True)
        (inside / "drawn.png").write_text("a picture of a result")
        assert bench.run(output_dir=str(inside)).files == 1
    with pytest.raises(BadArguments, match="the output folder is the input folder"):
        bench.run(output_dir=str(bench.inputs))


@pytest.mark.parametrize(("allow", "code"), [(False, ExitCode.BAD_INPUT), (True, ExitCode.OK)])
def test_nothing_to_do_is_said(bench: Bench, allow: bool, code: ExitCode) -> None:
    bench.put("notes.txt")
    assert bench.run(pattern="*.tif", allow_empty=allow).exit_code is code
    assert any("no file of a supported kind matches '*.tif'" in line for line in bench.said)


@pytest.mark.parametrize("pattern", ["", "/etc/*", "../*"])
def test_patterns_stay_in_the_folder(bench: Bench, pattern: str) -> None:
    with pytest.raises(BadArguments, match="must name something below"):
        bench.run(pattern=pattern)


def test_folders_that_cannot_work_are_refused(bench: Bench) -> None:
    file = bench.put("a.png")
    with pytest.raises(BadArguments, match="does not exist"):
        bench.run(input_dir=str(bench.inputs / "missing"))
    with pytest.raises(BadArguments, match="is not a folder"):
        bench.run(input_dir=str(file))
    with pytest.raises(BadArguments, match="is a file"):
        bench.run(output_dir=str(file))
    assert not bench.output.exists()


def test_a_second_run_on_one_output_folder_is_refused(bench: Bench) -> None:
    bench.put("a.png")
    journal = open_journal(bench.output)
    try:
        with pytest.raises(OutputError, match=f"another run is writing to .*process {os.getpid()}"):
            bench.run()
    finally:
        journal.close()
    assert bench.run().exit_code is ExitCode.OK


def test_names_that_are_not_utf8_are_kept(bench: Bench) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    bench.put(name)
    bench.run()
    bench.run()
    assert bench.listed == []
    (entry,) = bench.entries().values()
    assert (bench.output / entry.outputs[0]).exists()
    json.loads((bench.output / "report.json").read_text())


def test_files_that_killed_workers_left_are_swept_up(bench: Bench) -> None:
    bench.put("a.png", "litter")
    bench.put("b.png")
    bench.run(target="Litter", limits=Limits(max_tries=1, restart_delay=0))
    assert list(bench.output.rglob(".galley-*")) == []
