"""Writing files whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from galley.errors import OutputError
from galley.outputs.files import TEMPORARY_PREFIX, require_folder, write_file, write_text_file


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(TEMPORARY_PREFIX)]


def test_folders_are_made_and_files_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "page.json"
    write_file(target, b"one")
    write_file(target, b"two")
    assert target.read_bytes() == b"two"
    assert leftovers(target.parent) == []


def test_files_get_the_usual_permissions(tmp_path: Path) -> None:
    previous = os.umask(0o027)
    try:
        write_file(tmp_path / "page.json", b"")
    finally:
        os.umask(previous)
    assert (tmp_path / "page.json").stat().st_mode & 0o777 == 0o640


def test_a_folder_that_is_a_file_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("")
    with pytest.raises(OutputError, match=r"output.*(not a folder|there is)"):
        require_folder(tmp_path / "output")


def test_a_folder_in_the_way_of_a_file_is_a_clear_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "page.json").mkdir()
    with pytest.raises(OutputError, match=r"page\.json"):
        write_file(tmp_path / "page.json", b"x")
    assert leftovers(tmp_path) == []


def test_a_folder_that_can_be_written_is_left_empty(tmp_path: Path) -> None:
    require_folder(tmp_path / "output")
    assert list((tmp_path / "output").iterdir()) == []


def run_script(script: str) -> str:
    """What the script writes to standard error."""
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False).stderr


def test_without_permission_it_says_so() -> None:
    # Not below tmp_path, whose parents belong to root alone: the script gives up root's power to write anywhere.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        script = f"""
import os
from pathlib import Path
from galley.outputs.files import write_file
if os.getuid() == 0:
    os.setuid(65534)
write_file(Path({name!r}) / "page.json", b"x")
"""
        assert "permission denied" in run_script(script).splitlines()[-1]
        assert list(folder.iterdir()) == []


def test_a_file_that_does_not_fit_leaves_the_old_one_and_no_part(tmp_path: Path) -> None:
    write_file(tmp_path / "page.json", b"old")
    # Over this limit a write fails as on a full disk; its signal would end the process instead.
    script = f"""
import resource, signal
from pathlib import Path
from galley.outputs.files import write_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
write_file(Path({str(tmp_path)!r}) / "page.json", b"x" * 100_000)
"""
    assert "OutputError: cannot write" in run_script(script).splitlines()[-1]
    assert (tmp_path / "page.json").read_bytes() == b"old"
    assert leftovers(tmp_path) == []


def test_no_text_is_a_file_that_is_not_empty(tmp_path: Path) -> None:
    for text, written in (("", b"\n"), ("页\n", "页\n".encode()), ("a\ud800", b"a?")):
        write_text_file(tmp_path / "page.txt", text)
        assert (tmp_path / "page.txt").read_bytes() == written
