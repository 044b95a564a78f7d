"""Counting pages in a process that may die, with files that really crash and hang pdfium."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from galley.errors import BadInput
from galley.inputs import PageCounter, list_pages
from galley.pages import PageKind, PageRef, Unreadable

if TYPE_CHECKING:
    from tests.inputs.conftest import Encoder


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    yield
    assert psutil.Process().children() == []


@pytest.fixture
def good(tmp_path: Path, three_pages: bytes) -> str:
    path = tmp_path / "good.pdf"
    path.write_bytes(three_pages)
    return str(path)


def put(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def test_one_process_counts_all(tmp_path: Path, good: str, encode: Encoder, locked: bytes) -> None:
    tiff = put(tmp_path / "two.tif", encode("TIFF", save_all=True, append_images=[encode.image]))
    odd = put(tmp_path / os.fsdecode(b"odd \xff\n.pdf"), locked)
    with PageCounter() as counter:
        assert counter.count(good, PageKind.PDF) == 3
        children = psutil.Process().children()
        assert counter.count(tiff, PageKind.TIFF) == 2
        assert counter.count(odd, PageKind.PDF, "sesame") == 1
        with pytest.raises(BadInput, match="encrypted"):
            counter.count(odd, PageKind.PDF)
        assert psutil.Process().children() == children


def test_a_file_that_crashes_it_is_bad_input(tmp_path: Path, good: str, crashing_pdf: bytes) -> None:
    bad = put(tmp_path / "bad.pdf", crashing_pdf)
    with PageCounter() as counter:
        with pytest.raises(BadInput, match=r"crashes .*SIGSEGV"):
            counter.count(bad, PageKind.PDF)
        assert counter.count(good, PageKind.PDF) == 3


def test_a_file_that_hangs_it_is_bad_input(tmp_path: Path, good: str, hanging_pdf: bytes) -> None:
    bad = put(tmp_path / "bad.pdf", hanging_pdf)
    with PageCounter(longest=1.5) as counter:
        with pytest.raises(BadInput, match=r"longer than 1\.5 s"):
            counter.count(bad, PageKind.PDF)
        assert counter.count(good, PageKind.PDF) == 3


def test_an_answer_that_nobody_waited_for_is_not_taken_for_the_next(good: str) -> None:
    def interrupt(child: psutil.Process) -> None:
        with Path(f"/proc/{child.pid}/fd/0").open("rb") as requests:
            while not any(fcntl.ioctl(requests, termios.FIONREAD, bytes(4))):
                assert child.is_running()
        os.kill(os.getpid(), signal.SIGINT)

    with PageCounter() as counter:
        counter.count(good, PageKind.PDF)
        (child,) = psutil.Process().children()
        child.suspend()  # so that it does not answer before we are interrupted
        interrupter = threading.Thread(target=interrupt, args=(child,))
        interrupter.start()
        with pytest.raises(KeyboardInterrupt):
            counter.count("missing.pdf", PageKind.PDF)
        interrupter.join()
        with suppress(psutil.NoSuchProcess):
            child.resume()
        assert counter.count(good, PageKind.PDF) == 3


def test_whoever_kills_it_harms_no_file(good: str) -> None:
    with PageCounter() as counter:
        for _ in range(3):
            assert counter.count(good, PageKind.PDF) == 3
            (child,) = psutil.Process().children()
            child.kill()


def test_a_listing_goes_on_after_a_crash(tmp_path: Path, crashing_pdf: bytes, good: str) -> None:
    put(tmp_path / "bad.pdf", crashing_pdf)
    first, *others = list_pages(str(tmp_path))
    assert isinstance(first, Unreadable)
    assert first.path == str(tmp_path / "bad.pdf")
    assert [str(page) for page in others] == [f"{good}, page {number}" for number in (1, 2, 3)]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of Python 3.12, where another test left threads
def test_a_fork_has_one_of_its_own(good: str) -> None:
    with PageCounter() as counter:
        counter.count(good, PageKind.PDF)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                code = 0 if counter.count(good, PageKind.PDF) == 3 else 1
                counter.close()
                del counter
            finally:
                os._exit(code)
        (child,) = (each for each in psutil.Process().children() if each.pid != pid)
        assert os.waitpid(pid, 0)[1] == 0
        assert counter.count(good, PageKind.PDF) == 3
        assert psutil.Process().children() == [child]


def test_it_ends_with_a_parent_that_is_killed_in_the_middle(tmp_path: Path, hanging_pdf: bytes) -> None:
    bad = put(tmp_path / "bad.pdf", hanging_pdf)
    script = (
        "import sys; from galley.inputs import PageCounter; from galley.pages import PageKind; "
        "PageCounter(longest=5).count(sys.argv[1], PageKind.PDF)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, bad])
    process = psutil.Process(parent.pid)
    while not (children := process.children()):
        assert parent.poll() is None
    parent.kill()
    assert parent.wait() == -signal.SIGKILL
    assert psutil.wait_procs(children, timeout=20)[1] == []


def test_pages_are_pages(good: str) -> None:
    assert all(isinstance(page, PageRef) and page.count == 3 for page in list_pages(good))
