from __future__ import annotations

from pathlib import Path

from galley.engines.compiled import name_compiled, read_compiled, write_compiled


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "one.compiled"
    assert read_compiled(file) is None
    write_compiled(file, b"content")
    assert read_compiled(file) == b"content"
    assert list(file.parent.iterdir()) == [file]


def test_a_damaged_file_is_none(tmp_path: Path) -> None:
    file = tmp_path / "one.compiled"
    write_compiled(file, b"content")
    whole = file.read_bytes()
    for damaged in (b"", whole[:-1], whole + b"x", b"x" + whole[1:]):
        file.write_bytes(damaged)
        assert read_compiled(file) is None


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    write_compiled(tmp_path / "file" / "one.compiled", b"content")
    assert read_compiled(tmp_path / "file" / "one.compiled") is None


def test_names_tell_graphs_and_facts_apart(tmp_path: Path) -> None:
    one, other = tmp_path / "one.onnx", tmp_path / "other.onnx"
    one.write_bytes(b"1")
    other.write_bytes(b"2")
    names = {name_compiled(one, ["a"]), name_compiled(one, ["b"]), name_compiled(other, ["a"])}
    assert len(names) == 3
    assert name_compiled(one, ["a"]) in names
