"""`galley batch` and `galley status`: flags, messages, files, signals and exit codes.

Most of it with a pipeline that only sleeps, since the weights are not the point.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import pypdfium2
import pytest
from PIL import Image

from galley import batch
from galley.cli import main
from galley.errors import ExitCode

PIPELINE = """
import os, time

class Sleeper:
    def __init__(self, device, seconds=0.0, flag=None):
        self.seconds, self.flag = seconds, flag

    def predict(self, batch):
        while self.flag is not None and not os.path.exists(self.flag):
            time.sleep(0.002)
        time.sleep(self.seconds)
        return [{"size": len(batch)} for _ in batch]

class Broken:
    def __init__(self, device):
        raise RuntimeError("no weights")

    def predict(self, batch):
        return []

class Blank(Sleeper):
    def predict(self, batch):
        return [{"rec_texts": []} for _ in batch]
"""


@pytest.fixture
def folder(tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the input folder `in` of 30 pictures, and the module `sleeper`."""
    (tmp_path / "sleeper.py").write_text(PIPELINE)
    (tmp_path / "in").mkdir()
    from PIL import Image

    Image.new("L", (8, 8)).save(tmp_path / "in" / "00.png")
    for number in range(1, 30):
        os.link(tmp_path / "in" / "00.png", tmp_path / "in" / f"{number:02}.png")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


FLAGS = ("batch", "--pipeline", "sleeper:Sleeper", "--input_dir", "in", "--device", "cpu:0,1")


def start(*more: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen(
        [sys.executable, "-m", "galley", *FLAGS, *more], stderr=subprocess.PIPE, text=True, env=environment
    )


def wait_for(process: subprocess.Popen[str], text: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if text in line:
            return
    raise AssertionError(f"{text!r} was never said")


def end_of(process: subprocess.Popen[str]) -> str:
    """The rest of the log of a process that ends. Not communicate(): it loses what was read beyond a line."""
    with process:
        assert process.stderr is not None
        return process.stderr.read()


def status(output: str, capfd: pytest.CaptureFixture[str]) -> dict[str, object]:
    capfd.readouterr()
    assert main(["status", output, "--json"]) == ExitCode.OK
    answer: dict[str, object] = json.loads(capfd.readouterr().out)
    return answer


def test_the_seeds_command(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    flags = ["--instances_per_device", "2", "--batch_size", "4", "--input_glob_pattern", "0*.png"]
    assert main([*FLAGS, *flags]) == ExitCode.OK
    output, log = capfd.readouterr()
    assert output == "", "standard output is for machines"
    assert "10 of 10 pages done" in log
    assert len(list(folder.glob("output/*_res.json"))) == 10
    report = json.loads((folder / "output" / "report.json").read_text())
    (run,) = report["runs"]
    assert report["counts"]["done"] == 10
    assert [slot["name"] for slot in run["slots"]] == ["cpu:0", "cpu:0#1", "cpu:1", "cpu:1#1"]
    assert run["settings"]["pipeline"] == "sleeper:Sleeper"
    assert "python" in run["versions"]


def test_the_main_pipeline_end_to_end(
    doc_models: None, samples: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    flags = ["batch", "--pipeline", "DocPreprocessor", "--input_dir", str(samples), "--device", "cpu:0,1"]
    flags += ["--output_dir", str(tmp_path / "out"), "--set", "use_doc_unwarping=False"]
    flags += ["--format", "json,img,jsonl", "--per_document"]
    assert main(flags) == ExitCode.OK
    whole = json.loads((tmp_path / "out" / "report_res.json").read_text())
    assert [page["page_index"] for page in whole["pages"]] == [0, 1, 2]
    lines = [json.loads(line) for line in (tmp_path / "out" / "part-00000.jsonl").read_text().splitlines()]
    names = {line["name"] for line in lines}
    assert {"english", "report_0", "report_2"} <= names
    assert len(lines) == len(names)
    for line in lines:
        assert json.loads((tmp_path / "out" / f"{line['name']}_res.json").read_text()) == line["res"]
        assert list((tmp_path / "out").glob(f"{line['name']}_preprocessed_img.*"))
    capfd.readouterr()
    assert main(flags) == ExitCode.OK
    assert f"{len(lines)} of them by earlier runs" in capfd.readouterr().err


@pytest.mark.slow
def test_the_seeds_example_on_pages_with_tables_and_headings(
    ocr_models: None, layout_models: None, samples: Path, tmp_path: Path
) -> None:
    """PPStructureV3, two devices, two instances on each, batches of four, only the JPEG files of a folder."""
    folder = tmp_path / "pages"
    folder.mkdir()
    with pypdfium2.PdfDocument(samples / "report.pdf") as document:
        for number, page in enumerate(document):
            page.render(scale=2.0).to_pil().save(folder / f"report_{number}.jpg", quality=90)
    for name in ("english", "chinese"):
        Image.open(samples / f"{name}.png").convert("RGB").save(folder / f"{name}.jpg", quality=90)
    (folder / "other.png").write_bytes((samples / "english.png").read_bytes())
    output = tmp_path / "output"
    flags = ["batch", "--pipeline", "PPStructureV3", "--input_dir", str(folder), "--device", "cpu:0,1"]
    flags += ["--output_dir", str(output), "--instances_per_device", "2", "--batch_size", "4"]
    flags += ["--input_glob_pattern", "*.jpg", "--format", "json,markdown"]
    assert main(flags) == ExitCode.OK
    names = sorted(path.stem for path in folder.glob("*.jpg"))
    texts = {path.stem: path.read_text(encoding="utf-8") for path in output.glob("*.md")}
    assert sorted(texts) == names == sorted(path.name[: -len("_res.json")] for path in output.glob("*_res.json"))
    assert texts["report_0"].startswith("# Three winters of bread: a report")
    assert "<td>Winter</td>" in texts["report_1"]
    headings = re.findall("^#+ .*", texts["english"], re.MULTILINE)
    assert [heading[3:5] for heading in headings[1:5]] == ["1.", "2.", "3.", "4."]


def test_the_same_as_a_function(folder: Path) -> None:
    report = batch("sleeper:Sleeper", "in", "cpu:0,1", options={"seconds": 0.001}, page_timeout=60.0, batch_size=2)
    assert (report.exit_code, report.done, report.output_dir) == (ExitCode.OK, 30, "output")
    assert batch("sleeper:Sleeper", "in", "cpu", options={"seconds": 0.001}).earlier == 30


def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    folder: Path, samples: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "in" / "report.pdf").write_bytes((samples / "report.pdf").read_bytes())
    (folder / "in" / "00.jpg").write_text("x")
    (folder / "in" / "notes.txt").write_text("x")
    (folder / "in" / "broken.pdf").write_text("x")
    assert main([*FLAGS, "--dry_run"]) == ExitCode.OK
    plan = capfd.readouterr().out
    assert "33 files of supported kinds, 1 of them documents; 35 pages" in plan
    assert "35 pages to do, 0 settled" in plan
    assert "2 workers: cpu:0, cpu:1" in plan
    assert "in/notes.txt" in plan
    assert "in/broken.pdf: " in plan
    assert "in/00.png -> 00.png" in plan
    assert not (folder / "output").exists()
    assert main([*FLAGS, "--input_glob_pattern", "1*.png"]) == ExitCode.OK
    capfd.readouterr()
    assert main([*FLAGS, "--dry_run"]) == ExitCode.OK
    assert "25 pages to do, 10 settled" in capfd.readouterr().out


def test_a_dry_run_names_the_models_to_fetch(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GALLEY_HOME", str(tmp_path))
    flags = ["batch", "--pipeline", "DocPreprocessor", "--input_dir", str(samples), "--device", "cpu", "--dry_run"]
    assert main(flags) == ExitCode.OK
    assert "models to fetch: PP-LCNet_x1_0_doc_ori, UVDoc" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--input_dir", "missing"], ExitCode.BAD_ARGUMENTS, "'missing' does not exist"),
        (["--input_dir", "sleeper.py"], ExitCode.BAD_ARGUMENTS, "'sleeper.py' is not a folder"),
        (["--output_dir", "sleeper.py"], ExitCode.BAD_ARGUMENTS, "'sleeper.py' is a file"),
        (["--batch_size", "0"], ExitCode.BAD_ARGUMENTS, "batch_size is 0"),
        (["--instances_per_device", "0"], ExitCode.BAD_ARGUMENTS, "instances_per_device is 0"),
        (["--pipeline", "DocPreproces"], ExitCode.BAD_ARGUMENTS, "did you mean DocPreprocessor"),
        (
            ["--pipeline", "DocPreprocessor", "--set", "use_doc_unwarpin=1"],
            ExitCode.BAD_ARGUMENTS,
            "did you mean use_doc",
        ),
        (["--pipeline", "DocPreprocessor", "--set", "use_doc_unwarping=si"], ExitCode.BAD_ARGUMENTS, "neither true"),
        (["--pipeline", "DocPreprocessor", "--set", "device=cpu"], ExitCode.BAD_ARGUMENTS, "give it as --device"),
        (["--pipeline", "DocPreprocessor", "--set", "serial=True"], ExitCode.BAD_ARGUMENTS, "not for batches"),
        (["--set", "seconds"], ExitCode.BAD_ARGUMENTS, "key=value"),
        (["--config", "missing.yaml"], ExitCode.BAD_ARGUMENTS, "cannot be read"),
        (["--format", "docx"], ExitCode.BAD_ARGUMENTS, "choose from json"),
        (["--format", "jsonl", "--per_document"], ExitCode.BAD_ARGUMENTS, "add one of json"),
        (["--device", "gpu:77"], ExitCode.DEVICE, "gpu:77"),
        (["--page_timeout", "0"], ExitCode.BAD_ARGUMENTS, "page_timeout"),
        (["--input_glob_pattern", "*.tif"], ExitCode.BAD_INPUT, "no file of a supported kind matches"),
        (["--input_glob_pattern", "*.tif", "--allow_empty"], ExitCode.OK, "no file of a supported kind matches"),
    ],
)
def test_what_cannot_work_says_so(
    folder: Path, arguments: Sequence[str], code: ExitCode, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([*FLAGS, *arguments]) == code
    assert message in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--pipeline", "OCR", "--precision", "int8"], "give it as --set precision=VALUE"),
        (["--pipeline", "OCR", "--devise=cpu"], "did you mean --device?"),
        (["--secnds", "3"], "if it is an option of the pipeline, give it as --set secnds=VALUE"),
    ],
)
def test_an_option_of_the_pipeline_as_a_flag_is_told_from_a_slip(
    folder: Path, arguments: Sequence[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*FLAGS, *arguments])
    assert caught.value.code == ExitCode.BAD_ARGUMENTS
    log = capfd.readouterr().err
    assert message in log
    assert log.startswith("usage: galley batch --pipeline"), "the command's own usage"


def test_options_come_from_a_file_and_the_command_line_wins(folder: Path) -> None:
    (folder / "options.yaml").write_text("use_doc_unwarping: false\nuse_doc_orientation_classify: false\n")
    flags = ["--pipeline", "DocPreprocessor", "--config", "options.yaml", "--set", "use_doc_orientation_classify=true"]
    from galley.cli import build_parser
    from galley.cli.batch import _request
    from galley.compat.batch import prepare

    settings, plan = prepare(_request(build_parser().parse_args([*FLAGS, *flags])))
    assert settings.pipeline.options.use_doc_unwarping is False
    assert settings.pipeline.options.use_doc_orientation_classify is True
    assert plan.identity["config.options.use_doc_unwarping"] is False


def test_a_pipeline_of_the_users_that_cannot_be_opened_shows_where(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([*FLAGS, "--pipeline", "sleeper:Broken"]) == ExitCode.UNEXPECTED
    log = capfd.readouterr().err
    assert "cannot be opened" in log
    assert 'raise RuntimeError("no weights")' in log


def test_another_pipeline_is_said_in_few_words(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*FLAGS]) == ExitCode.OK
    assert main([*FLAGS, "--pipeline", "sleeper:Blank"]) == ExitCode.OK
    assert '(pipeline: "sleeper:Sleeper" -> "sleeper:Blank");' in capfd.readouterr().err


def test_a_changed_option_is_said(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([*FLAGS, "--set", "seconds=0"]) == ExitCode.OK
    capfd.readouterr()
    assert main([*FLAGS, "--set", "seconds=0.001"]) == ExitCode.OK
    assert "config.keywords.seconds: 0 -> 0.001" in capfd.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_finishes_the_pages_in_hand(
    folder: Path, number: int, capfd: pytest.CaptureFixture[str]
) -> None:
    process = start("--set", f"flag={folder / 'go'}")
    wait_for(process, "is ready")
    process.send_signal(number)
    wait_for(process, "finishing the pages in hand")
    (folder / "go").touch()
    log = end_of(process)
    assert process.returncode == ExitCode.INTERRUPTED
    assert "the same command goes on from here" in log
    answer = status("output", capfd)
    assert answer["counts"]["pending"] == 0  # type: ignore[index]
    done = answer["counts"]["done"]  # type: ignore[index]
    assert 1 <= done < 30
    assert len(list(folder.glob("output/*_res.json"))) == done
    assert main([*FLAGS, "--set", f"flag={folder / 'go'}"]) == ExitCode.OK
    assert len(list(folder.glob("output/*_res.json"))) == 30


def test_the_second_signal_breaks_off(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    process = start("--set", "flag=never")
    wait_for(process, "is ready")
    workers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    wait_for(process, "finishing the pages in hand")
    process.send_signal(signal.SIGINT)
    end_of(process)
    assert process.returncode == ExitCode.INTERRUPTED
    assert psutil.wait_procs(workers, timeout=20)[1] == []
    answer = status("output", capfd)
    assert answer["runs"][0]["state"] == "interrupted"  # type: ignore[index]
    assert answer["counts"]["done"] == 0  # type: ignore[index]
    assert main([*FLAGS]) == ExitCode.OK


def test_status_and_a_second_run_in_the_middle_of_a_run(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    flags = ("--set", f"flag={folder / 'go'}")
    process = start(*flags)
    wait_for(process, "is ready")
    answer = status("output", capfd)
    assert (answer["runs"][0]["state"], answer["runs"][0]["pid"]) == ("running", process.pid)  # type: ignore[index]
    assert main([*FLAGS, *flags]) == ExitCode.OUTPUT
    assert f"process {process.pid}" in capfd.readouterr().err
    (folder / "go").touch()
    end_of(process)
    assert process.returncode == ExitCode.OK


def test_status_for_a_person(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "in" / "broken.png").touch()
    (folder / "in" / "notes.txt").write_text("x")
    assert main([*FLAGS]) == ExitCode.SOME_FAILED
    capfd.readouterr()
    assert main(["status", "output"]) == ExitCode.OK
    text = capfd.readouterr().out
    assert "31 files, 1 skipped" in text
    assert "pages: 30 done, 1 failed, 0 pending" in text
    assert "unreadable: in/broken.png: " in text
    assert re.search(r"run 1, .*: finished after .*, exit code 10", text)
    assert main(["status", "in"]) == ExitCode.OUTPUT
    assert "no batch has run there" in capfd.readouterr().err


def _lines(shard: Path) -> list[str]:
    return shard.read_text().splitlines()


def test_a_killed_batch_goes_on_and_does_no_page_twice(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    flags = ("--set", "seconds=0.03", "--format", "json,jsonl", "--quiet")
    for results in (1, 7, 20):
        process = start(*flags)
        while process.poll() is None and len(list(folder.glob("output/*_res.json"))) < results:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.01)
        process.kill()
        end_of(process)
    assert main([*FLAGS, *flags]) == ExitCode.OK
    names = [f"{number:02}" for number in range(30)]
    assert sorted(path.name for path in folder.glob("output/*_res.json")) == [f"{name}_res.json" for name in names]
    lines = [json.loads(line)["name"] for shard in folder.glob("output/*.jsonl") for line in _lines(shard)]
    assert sorted(lines) == names
    assert status("output", capfd)["counts"]["done"] == 30  # type: ignore[index]


def test_pages_without_text_are_done(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    command = ["batch", "--pipeline", "sleeper:Blank", "--input_dir", "in", "--output_dir", "out", "--device", "cpu"]
    assert main([*command, "--format", "text"]) == ExitCode.OK
    assert {path.stat().st_size for path in (folder / "out").glob("*.txt")} == {1}
    capfd.readouterr()
    assert main([*command, "--format", "text"]) == ExitCode.OK
    assert "30 pages done; 30 of them by earlier runs" in capfd.readouterr().err
