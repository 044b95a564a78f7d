"""Lines in shards: whole, in place, and cut to what is valid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from galley.errors import OutputError
from galley.outputs.shards import Line, Shards, encode_line, shard_path


def test_lines_are_where_they_are_said_to_be(tmp_path: Path) -> None:
    shards = Shards(tmp_path)
    shards.recover({})
    places = [shards.append(encode_line(f"page {number}", {"n": number})) for number in range(3)]
    assert not shard_path(tmp_path, 0).exists(), "written with the group"
    assert shards.flush() == (0, places[-1].end)
    for number, place in enumerate(places):
        assert json.loads(shards.read(place)) == {"name": f"page {number}", "res": {"n": number}}


def test_what_is_not_valid_is_cut_off_and_the_rest_goes_on(tmp_path: Path) -> None:
    shards = Shards(tmp_path)
    shards.recover({})
    valid = shards.append(b'{"a": 1}\n')
    shards.flush()
    shards.append(b'{"b": 2}\n')
    shards.flush()
    shard_path(tmp_path, 1).write_bytes(b'{"never": "commit')
    again = Shards(tmp_path)
    assert again.recover({0: valid.end}) == {}
    assert shard_path(tmp_path, 0).read_bytes() == b'{"a": 1}\n'
    assert not shard_path(tmp_path, 1).exists()
    assert again.append(b'{"c": 3}\n') == Line(0, valid.end, valid.end + 9)


def test_shards_that_are_too_short_or_missing_are_named(tmp_path: Path) -> None:
    shard_path(tmp_path, 0).write_bytes(b"12345")
    shards = Shards(tmp_path)
    assert shards.recover({0: 9, 1: 20}) == {0: 5, 1: 0}
    assert shards.append(b"x\n").shard == 2, "never behind something incomplete"


def test_a_full_shard_is_followed_by_the_next(tmp_path: Path) -> None:
    shards = Shards(tmp_path, limit=10)
    shards.recover({})
    shards.append(b"123456789\n")
    assert shards.full
    assert shards.flush() == (0, 10)
    shards.begin_next()
    assert shards.append(b"x\n") == Line(1, 0, 2)


def test_a_shard_that_cannot_be_written_is_as_long_as_before(tmp_path: Path) -> None:
    shards = Shards(tmp_path)
    shards.recover({})
    place = shards.append(b"one\n")
    shards.flush()
    path = shard_path(tmp_path, 0)
    path.rename(tmp_path / "aside")
    path.mkdir()
    shards.append(b"two\n")
    with pytest.raises(OutputError, match="there is a folder of that name"):
        shards.flush()
    path.rmdir()
    (tmp_path / "aside").rename(path)
    assert shards.append(b"three\n") == Line(0, place.end, place.end + 6)
    shards.flush()
    assert path.read_bytes() == b"one\nthree\n"
