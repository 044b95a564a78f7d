"""`galley doc_understanding`, and `galley batch --pipeline DocUnderstanding`: words, files, journals, exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.answering.scripted import Scripted

from galley import batch
from galley.cli import main
from galley.errors import BadArguments, ExitCode

NAMES = ("a", "b", "c", "report_0", "report_1", "report_2")


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted() as scripted:
        yield scripted


@pytest.fixture
def scans(tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three pictures and a document of three pages, beside which the test runs."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for name in "abc":
        Image.new("L", (30, 20), 255).save(folder / f"{name}.png")
    (folder / "report.pdf").write_bytes((samples / "report.pdf").read_bytes())
    monkeypatch.chdir(tmp_path)
    return folder


def ask(*words: str) -> int:
    return main(["doc_understanding", "--quiet", *words])


def run_batch(server: Scripted, *words: str) -> int:
    flags = ["--pipeline", "DocUnderstanding", "--vl_rec_server_url", server.url, "--output_dir", "out"]
    return main(["batch", "--quiet", *flags, *words])


def test_the_question_of_paddleocrs_command(server: Scripted, scans: Path, capfd: pytest.CaptureFixture[str]) -> None:
    question = "{'image': 'scans/a.png', 'query': 'what?'}"
    assert ask("--input", question, "--vl_rec_server_url", server.url) == ExitCode.OK
    line = json.loads(capfd.readouterr().out)
    assert line["res"] == {
        "image": "scans/a.png",
        "query": "what?",
        "result": "what?",
        "input_path": "scans/a.png",
    }
    assert line["usage"]["prompt_tokens"] == 7
    words = ["--save_path", "out", "--format", "json,text,usage", "--vl_rec_max_concurrency", "2"]
    assert ask("--input", "scans", "--query", "all?", "--vl_rec_server_url", server.url, *words) == ExitCode.OK
    names = {path.name for path in Path("out").iterdir()}
    assert {"a_res.json", "a.txt", "a_usage.json", "report_2_res.json"} <= names
    assert Path("out/report_1.txt").read_text() == "all?\n"
    assert json.loads(Path("out/report_1_res.json").read_text())["page_index"] == 1


@pytest.mark.parametrize(
    ("question", "words"),
    [("{'image': 'a.png'", "is not written like"), ("{'a'}", "is a set"), ("{'image': open('x')}", "is not written")],
)
def test_a_question_must_be_a_mapping(question: str, words: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert ask("--input", question, "--vl_rec_server_url", "http://127.0.0.1:9/v1") == ExitCode.BAD_ARGUMENTS
    assert words in capfd.readouterr().err


def test_servers_that_are_away_are_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    code = ask("--input", "{'image': 'a.png', 'query': 'x'}", "--vl_rec_server_url", "http://127.0.0.1:9/v1")
    assert code == ExitCode.DEVICE
    assert "no server answers: http://127.0.0.1:9/v1: Connection refused" in capfd.readouterr().err


def test_a_query_is_asked_of_every_page_of_a_folder(
    server: Scripted, scans: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("query.txt").write_text("what is it?\n")
    flags = ["--input_dir", "scans", "--query_file", "query.txt", "--format", "json,jsonl", "--per_document"]
    assert run_batch(server, *flags) == ExitCode.OK
    assert sorted(server.questions()) == ["what is it?"] * 6
    whole = json.loads(Path("out/report_res.json").read_text())
    assert [page["result"] for page in whole["pages"]] == ["what is it?"] * 3
    lines = [json.loads(line) for line in Path("out/part-00000.jsonl").read_text().splitlines()]
    assert {line["name"]: line["usage"]["completion_tokens"] for line in lines}.items() >= {
        "a": 3,
        "report_1": 3,
    }.items()
    # Nothing is asked again, unless the question is another.
    assert run_batch(server, *flags) == ExitCode.OK
    assert len(server.questions()) == 6
    assert run_batch(server, "--input_dir", "scans", "--query", "long " * 500) == ExitCode.OK
    assert len(server.questions()) == 12
    assert "long long" in capfd.readouterr().err
    assert "(2,500 characters, " in json.dumps(json.loads(Path("out/report.json").read_text()), ensure_ascii=False)


def test_rows_are_asked_once_and_the_bad_ones_said(
    server: Scripted, scans: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    rows = [{"image": f"{name}.png", "query": f"{name}?", "id": name} for name in "abc"]
    lines = [*map(json.dumps, rows), "not json", '{"image": "d.png", "query": "x"}', '{"image": "a.png"}']
    (scans / "rows.jsonl").write_text("\n".join(lines))
    assert run_batch(server, "--input_jsonl", "scans/rows.jsonl") == ExitCode.SOME_FAILED
    log = capfd.readouterr().err
    for words in ("row 4: the line is not JSON", "row 5: no such file", "row 6: there is no question"):
        assert f"scans/rows.jsonl, {words}" in log
    expected = {**rows[1], "result": "b?", "input_path": "b.png"}
    assert json.loads(Path("out/rows_1_res.json").read_text()) == expected
    assert run_batch(server, "--input_jsonl", "scans/rows.jsonl") == ExitCode.SOME_FAILED
    assert len(server.questions()) == 3
    # With a query for all, the last row has one, too.
    assert run_batch(server, "--input_jsonl", "scans/rows.jsonl", "--query", "what?") == ExitCode.SOME_FAILED
    assert sorted(server.questions()[3:]) == ["a?", "b?", "c?", "what?"]
    main(["status", "out"])
    assert "rows.jsonl, row 4: the line is not JSON" in capfd.readouterr().out
    main(["report", "out"])
    for path in (*Path("out").rglob("*"), *Path("out").glob(".galley/*")):
        assert not path.is_file() or b"sk-secret" not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--input_dir", "scans"], "there is no question"),
        (["--input_jsonl", "scans/a.png"], "must end in .jsonl"),
        (["--input_jsonl", "no.jsonl"], "there is no file"),
        (["--input_jsonl", "rows.jsonl", "--per_document"], "not for rows"),
        (["--input_dir", "scans", "--query_file", "no.txt"], "cannot be read"),
        (["--input_dir", "scans", "--query", "x", "--device", "cpu:0,1"], "leave out the device"),
    ],
)
def test_batches_that_make_no_sense_are_refused(
    words: list[str], message: str, scans: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    Path("rows.jsonl").write_text("{}")
    flags = ["--pipeline", "DocUnderstanding", "--vl_rec_server_url", "http://127.0.0.1:9/v1"]
    assert main(["batch", *flags, *words]) == ExitCode.BAD_ARGUMENTS
    assert message in capfd.readouterr().err


@pytest.mark.parametrize("more", [{"query": "x"}, {"query_file": "x"}, {"vl_rec_server_url": "http://a/v1"}])
def test_other_pipelines_are_asked_nothing(more: dict[str, Any], scans: Path) -> None:
    with pytest.raises(BadArguments):
        batch("DocPreprocessor", "scans", **more)
    with pytest.raises(BadArguments, match="holds questions, and OCR answers none"):
        batch("OCR", input_jsonl="rows.jsonl")


def test_what_a_batch_would_ask_is_said(server: Scripted, scans: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (scans / "rows.jsonl").write_text('{"image": "a.png", "query": "x"}\n' * 5)
    assert run_batch(server, "--input_jsonl", "scans/rows.jsonl", "--dry_run") == ExitCode.OK
    assert "5 pages to do" in capfd.readouterr().out
    assert not server.looks
