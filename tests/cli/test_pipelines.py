"""The pipelines' own commands, with real weights and real workers: files, streams and exit codes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from galley.cli import build_parser, main
from galley.errors import ExitCode

pytestmark = pytest.mark.usefixtures("doc_models")
FAST = ["--device", "cpu:0,1", "--use_doc_unwarping", "False"]


def run(*arguments: object) -> int:
    return main(["doc_preprocessor", *map(str, arguments)])


def test_the_main_job(samples: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code = run("--input", samples, "--save_path", tmp_path, "--format", "json,img,corrected", *FAST)
    output, log = capfd.readouterr()
    assert code == ExitCode.OK
    assert output == "", "standard output is for machines"
    assert f"results are in {tmp_path}" in log
    names = {path.name for path in tmp_path.iterdir()}
    assert {"english_res.json", "english_preprocessed_img.png", "english_corrected.png"} <= names
    assert {"report_0_res.json", "report_2_res.json", "scan_1_res.json"} <= names
    assert len(names) % 3 == 0
    angles = {
        name: json.loads((tmp_path / f"{name}_res.json").read_text())["angle"]
        for name in ("english", "english_90", "english_180", "english_270", "report_1")
    }
    assert angles["english"] == angles["report_1"] == 0
    assert {angles["english_90"], angles["english_180"], angles["english_270"]} == {90, 180, 270}


def test_inputs_may_be_given_together_or_one_by_one() -> None:
    for given in (["-i", "a.png", "b.png"], ["-i", "a.png", "--input", "b.png"]):
        assert build_parser().parse_args(["doc_preprocessor", *given]).input == ["a.png", "b.png"]


def test_whole_documents_are_made_of_their_pages(
    samples: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    inputs = [samples / "report.pdf", samples / "english.png", samples / "." / ".." / samples.name / "report.pdf"]
    assert run("--input", *inputs, "--save_path", tmp_path, "--per_document", *FAST) == ExitCode.OK
    assert "4 of 4 pages done" in capfd.readouterr().err
    whole = json.loads((tmp_path / "report_res.json").read_text())
    assert [page["page_index"] for page in whole["pages"]] == [0, 1, 2]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_whichever_worker_does_which_page_the_files_are_the_same(
    samples: Path, tmp_path: Path, ocr_models: None, layout_models: None
) -> None:
    """PPStructureV3 in every format of a page and of a document: one worker, and two on two devices."""
    formats = "json,markdown,word,html,xlsx,text"
    trees = []
    for device in ("cpu:0", "cpu:0,1"):
        folder = tmp_path / device
        given = ["--input", samples / "report.pdf", "--save_path", folder, "--format", formats, "--per_document"]
        given += ["--device", device, "--quiet"]
        assert main(["pp_structurev3", *map(str, given)]) == ExitCode.OK
        trees.append({path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()})
    assert trees[0] == trees[1]
    text = trees[0][Path("report.md")].decode()
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == sorted(headings, key=text.index) and len(headings) > 2
    assert {"report.docx", "report_1.md", "report_1_table_1.xlsx", "report_2.docx"} <= {str(path) for path in trees[0]}


def test_without_a_folder_results_are_lines_of_json_in_input_order(
    samples: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("-i", samples, "--quiet", *FAST) == ExitCode.OK
    output, log = capfd.readouterr()
    assert log == "", "nothing went wrong"
    rows = [json.loads(line)["res"] for line in output.splitlines()]
    places = [(row["input_path"], row["page_index"] if row["page_index"] is not None else -1) for row in rows]
    assert places == sorted(places)
    assert len(rows) >= 10


def test_lines_of_json_are_whole_in_whatever_encoding_the_terminal_has(samples: Path, tmp_path: Path) -> None:
    # The file system decides which names there are: some refuse those that are not UTF-8.
    name = "\u4e2d\udcff.png" if sys.platform == "linux" else "\u4e2d.png"
    (tmp_path / name).symlink_to(samples / "chinese.png")
    done = subprocess.run(
        [sys.executable, "-m", "galley", "doc_preprocessor", "-i", str(tmp_path), "--quiet", *FAST],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert json.loads(done.stdout)["res"]["input_path"] == str(tmp_path / name)


def test_one_bad_page_costs_no_other(samples: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.png").write_bytes((samples / "english.png").read_bytes())
    (folder / "b.png").write_bytes((samples / "english.png").read_bytes()[:5000])
    (folder / "c.jpg").write_bytes(b"")
    (folder / "d.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    os.mkfifo(folder / "e.png")
    (folder / "f.png").write_bytes((samples / "english.png").read_bytes())
    assert run("-i", folder, "--save_path", tmp_path / "out", *FAST) == ExitCode.SOME_FAILED
    log = capfd.readouterr().err
    assert "2 of 6 pages done" in log
    for name in ("b.png", "c.jpg", "d.pdf", "e.png"):
        assert f"unreadable: {folder / name}: " in log
    assert sorted(path.name for path in (tmp_path / "out").glob("*.json")) == ["a_res.json", "f_res.json"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["-i", "missing.png"], ExitCode.BAD_INPUT, "missing.png: no such file"),
        (["-i", "x", "--device", "gpu:77"], ExitCode.DEVICE, "not on this machine: gpu:77; found: cpu"),
        (["-i", "x", "--device", "tpu:0"], ExitCode.BAD_ARGUMENTS, "unknown; known kinds"),
        (["-i", "x", "--instances_per_device", "0"], ExitCode.BAD_ARGUMENTS, "at least 1"),
        (["-i", "x", "--format", "json"], ExitCode.BAD_ARGUMENTS, "--save_path"),
        (["-i", "x", "--save_path", "out", "--format", "docx"], ExitCode.BAD_ARGUMENTS, "choose from json"),
        (["-i", "x", "--doc_unwarping_model_name", "UVDco"], ExitCode.MODEL, "UVDoc"),
        (["-i", "x", "--doc_unwarping_model_dir", "nowhere"], ExitCode.MODEL, "nowhere"),
    ],
)
def test_what_cannot_work_says_so_at_once(
    arguments: list[str],
    code: ExitCode,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == code
    assert message in capfd.readouterr().err


@pytest.mark.parametrize("flag", ["--dvice", "--use_doc_unwarpin"])
def test_a_mistyped_flag_is_an_error_that_names_the_right_one(flag: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run("-i", "x", flag, "cpu")
    assert caught.value.code == ExitCode.BAD_ARGUMENTS
    log = capfd.readouterr().err
    assert "did you mean" in log
    assert log.startswith("usage: galley doc_preprocessor -i"), "the command's own usage"


@pytest.mark.parametrize(
    ("command", "unknown", "other"),
    [
        (["batch", "--pipeline", "OCR", "--input_dir", "x"], "--save_path", "--save_path?"),
        (["ocr", "-i", "x"], "--seal_det_thresh", "--seal_det_thresh?"),
        (["status", "output"], "--quiet", "--quiet?"),
    ],
)
def test_a_flag_of_another_command_is_not_proposed(
    command: list[str], unknown: str, other: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*command, unknown, "1"])
    message = capfd.readouterr().err
    assert f"galley {command[0]}: error: unrecognized arguments: {unknown} 1" in message
    assert other not in message


def test_without_a_command_the_commands_are_listed(capfd: pytest.CaptureFixture[str]) -> None:
    assert main([]) == ExitCode.BAD_ARGUMENTS
    output, log = capfd.readouterr()
    assert output == ""
    assert "doc_preprocessor" in log
    assert "what this machine offers" in log


def test_every_flag_is_under_a_title_and_the_usage_is_short(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["ocr", "--help"])
    usage, _, text = capfd.readouterr().out.partition("\n\n")
    assert usage.count("\n") < 3
    titles = re.findall(r"^(\S.*):$", text, re.MULTILINE)
    assert titles[:3] == ["options", "input and output", "what is done"]
    places = [text.index(flag) for flag in ("--help", "--save_path", "--text_det_thresh", "--text_detection_model_dir")]
    assert places == sorted(places)
    assert text.index("--max_pixels") < text.index("\nold names:") < text.index("--det_db_thresh")


def test_a_word_that_is_neither_true_nor_false_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run("-i", "x", "--use_doc_unwarping", "flase")
    assert caught.value.code == ExitCode.BAD_ARGUMENTS
    assert "neither true nor false" in capfd.readouterr().err


def test_an_output_path_that_is_a_file_is_an_error_before_any_work(
    samples: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("")
    assert run("-i", samples, "--save_path", tmp_path / "out", *FAST) == ExitCode.OUTPUT
    assert "a part of the path is a file" in capfd.readouterr().err


def start_long_run(samples: Path) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """A run that is in the middle of its pages, and its workers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "galley", "doc_preprocessor", "-i", *[str(samples / "english.png")] * 2000, *FAST],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    workers = psutil.Process(process.pid).children(recursive=True)
    assert workers
    return process, workers


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_so_and_leaves_no_worker(samples: Path, number: int) -> None:
    process, workers = start_long_run(samples)
    process.send_signal(number)
    _, log = process.communicate(timeout=30)
    assert process.returncode == ExitCode.INTERRUPTED
    assert "interrupted" in log
    assert psutil.wait_procs(workers, timeout=20)[1] == []


def test_a_killed_run_leaves_no_worker(samples: Path) -> None:
    process, workers = start_long_run(samples)
    process.kill()
    process.communicate(timeout=30)
    assert psutil.wait_procs(workers, timeout=20)[1] == []


def test_a_killed_worker_costs_no_page(samples: Path, tmp_path: Path) -> None:
    page = samples / "english.png"
    log = tmp_path / "log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "galley", "doc_preprocessor", "-i", *[str(page)] * 60, *FAST],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            pipesize=4096,  # less than half of what is printed: the run waits for us, and cannot end before the kill
        )
    with process:
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        psutil.Process(process.pid).children(recursive=True)[0].kill()
        # Not communicate(): it reads the pipe past what readline() has taken from it beyond its line.
        lines += process.stdout.readlines()
    assert process.returncode == ExitCode.OK, log.read_text()
    assert "died" in log.read_text()
    assert len(lines) == 60
