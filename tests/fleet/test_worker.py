"""No worker outlives its parent, whatever the worker is doing and however the parent ends."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

import galley
from galley.devices import Device, Slot
from galley.fleet.messages import Factory, Open, Parcel, Ready, Recall, Rejected, Report, Returned, Work
from galley.fleet.process import Process
from galley.fleet.tray import Tray
from galley.fleet.worker import Parent, follow_orders, load_ahead

PATH = os.pathsep.join([str(Path(galley.__file__).parents[1]), str(Path(__file__).parent)])

HERE = Slot(Device("cpu"), 0, (0,), False)

SCRIPT = """
import os, sys
from galley.devices import Device, Slot
from galley.fleet.messages import Factory
from galley.fleet.run import Fleet

def slots(count):
    return [Slot(Device("cpu", index), 0, (0,), False) for index in range(count)]

"""

RUN_THREE = """
for seq, outcome in Fleet(Factory("faults:Obey"), slots(2)).run([1, 2, 3]):
    print(outcome.result)
"""

WAIT_FOR_EVER = """
page = f"announce {sys.argv[1]} {sys.argv[2]}"
try:
    for item in Fleet(Factory("faults:Obey"), slots(1)).run([page]):
        print("an outcome, although nobody finished")
except KeyboardInterrupt:
    print("interrupted")
    raise SystemExit(130)
"""

Ends = Callable[[int], bool]


def python(*arguments: str, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        [sys.executable, *arguments],
        env=os.environ | {"PYTHONPATH": PATH},
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


def wait_for(file: Path, parent: subprocess.Popen[str]) -> int:
    """The process id that a worker announces in `file`."""
    announced = psutil.Process(parent.pid)
    while not file.exists():
        with contextlib.suppress(psutil.TimeoutExpired):
            announced.wait(0.02)
            raise AssertionError("the parent ended before its worker began")
    return int(file.read_text())


def kill_parent(parent: subprocess.Popen[str]) -> None:
    parent.kill()


def interrupt_parent(parent: subprocess.Popen[str]) -> None:
    parent.send_signal(signal.SIGINT)


def terminate_parent(parent: subprocess.Popen[str]) -> None:
    parent.terminate()


@pytest.mark.parametrize("end_it", [kill_parent, interrupt_parent, terminate_parent])
@pytest.mark.parametrize("busy", ["hang", "hang-holding-gil", "load hang-holding-gil"])
def test_no_worker_outlives_its_parent(
    end_it: Callable[[subprocess.Popen[str]], None], busy: str, tmp_path: Path, ends: Ends
) -> None:
    file = tmp_path / "pid"
    script = SCRIPT + WAIT_FOR_EVER.replace("announce", "load announce" if "load" in busy else "announce")
    with python("-c", script, str(file), busy.removeprefix("load ")) as parent:
        pid = wait_for(file, parent)
        end_it(parent)
        parent.wait(20)
    assert ends(pid)


def test_a_worker_that_opens_for_ever_does_not_outlive_its_parent(tmp_path: Path, ends: Ends) -> None:
    file = tmp_path / "pid"
    action = f"announce {file} hang-holding-gil"
    with python(
        "-c", f"{SCRIPT}\nFleet(Factory('faults:open_and', {{'action': {action!r}}}), slots(1)).open()"
    ) as parent:
        pid = wait_for(file, parent)
        parent.kill()
    assert ends(pid)


def test_children_of_a_worker_do_not_outlive_its_parent(tmp_path: Path, ends: Ends) -> None:
    worker, child = tmp_path / "pid", tmp_path / "child"
    script = SCRIPT + WAIT_FOR_EVER.replace("[page]", "['keep-grandchild ' + sys.argv[3], page]")
    with python("-c", script, str(worker), "hang-holding-gil", str(child)) as parent:
        pid = wait_for(worker, parent)
        parent.kill()
    assert ends(pid)
    assert ends(int(child.read_text()))


def test_ctrl_c_in_a_terminal_reaches_the_parent_and_ends_all(tmp_path: Path, ends: Ends) -> None:
    file = tmp_path / "pid"
    master, slave = pty.openpty()
    script = "import fcntl, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n" + SCRIPT + WAIT_FOR_EVER
    try:
        with python("-c", script, str(file), "hang", stdin=slave, start_new_session=True) as parent:
            pid = wait_for(file, parent)
            os.write(master, b"\x03")
            output, _ = parent.communicate(timeout=20)
    finally:
        os.close(master)
        os.close(slave)
    assert parent.returncode == 130
    assert output == "interrupted\n"
    assert ends(pid)


# ---- ways to be called


def run_and_read(*arguments: str, stdin: str | None = None) -> list[str]:
    with python(*arguments, stdin=subprocess.PIPE) as process:
        output, _ = process.communicate(stdin, timeout=30)
    assert process.returncode == 0
    return sorted(output.split())


def test_a_script_without_a_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT + RUN_THREE)
    assert run_and_read(str(script)) == ["1", "2", "3"]


def test_a_script_from_standard_input() -> None:
    assert run_and_read("-", stdin=SCRIPT + RUN_THREE) == ["1", "2", "3"]


def test_a_cell_of_a_notebook() -> None:
    cells = f"""
space = {{"__name__": "__main__"}}
for cell in ({SCRIPT!r}, {RUN_THREE!r}):
    exec(compile(cell, "<cell>", "exec"), space)
"""
    assert run_and_read("-c", cells) == ["1", "2", "3"]


def test_a_thread_that_ends_before_the_run_does() -> None:
    script = """
import threading
fleet = Fleet(Factory("faults:Obey"), slots(2))
opener = threading.Thread(target=fleet.open)
opener.start(); opener.join()
for seq, outcome in fleet.run([1, 2, 3]):
    print(outcome.result)
"""
    assert run_and_read("-c", SCRIPT + script) == ["1", "2", "3"]


def test_a_fleet_left_open_ends_with_the_program(ends: Ends) -> None:
    script = """
fleet = Fleet(Factory("faults:Obey"), slots(1))
fleet.open()
print(*fleet.pids.values())
"""
    (pid,) = run_and_read("-c", SCRIPT + script)
    assert ends(int(pid))


def test_a_fork_of_the_parent_ends_without_harm_to_the_workers() -> None:
    script = """
fleet = Fleet(Factory("faults:Obey"), slots(1))
fleet.open()
if os.fork() == 0:
    sys.exit()
os.wait()
for seq, outcome in fleet.run([1, 2, 3]):
    print(outcome.result, outcome.tries)
assert len(fleet.pids) == 1
"""
    assert run_and_read("-c", SCRIPT + script) == ["1", "1", "1", "1", "2", "3"]


def test_a_fork_of_the_parent_does_not_keep_workers_alive(tmp_path: Path, ends: Ends) -> None:
    file, other = tmp_path / "pid", tmp_path / "fork"
    script = (
        SCRIPT
        + """
import pathlib, signal
fleet = Fleet(Factory("faults:Obey"), slots(1))
fleet.open()
fork = os.fork()
if fork == 0:
    signal.pause()
pathlib.Path(sys.argv[2]).write_text(str(fork))
list(fleet.run([f"announce {sys.argv[1]} hang-holding-gil"]))
"""
    )
    with python("-c", script, str(file), str(other)) as parent:
        pid = wait_for(file, parent)
        parent.kill()
        assert ends(pid)
        os.kill(int(other.read_text()), signal.SIGKILL)  # it holds the pipe that we read
    assert ends(int(other.read_text()))


def test_files_in_the_working_folder_are_not_taken_for_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pickle", "threading", "faults", "galley"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a file of the user was run')")
    script = tmp_path / "elsewhere" / "script.py"
    script.parent.mkdir()
    script.write_text(SCRIPT + RUN_THREE)
    monkeypatch.chdir(tmp_path)
    assert run_and_read(str(script)) == ["1", "2", "3"]


class Overheard(Parent):
    """A parent that is told of a rejected page, or of pages given back, while the worker resigns."""

    def __init__(self, tray: Tray) -> None:
        self.tray = tray
        self.given_back: list[int] = []

    def tell(self, report: Report) -> None:
        if isinstance(report, Rejected | Returned):
            self.tell_now(lambda: report)

    def tell_now(self, words: Callable[[], Report]) -> None:
        self.given_back = self.tray.give_up()
        raise SystemExit


def test_a_page_is_in_hand_until_it_is_said_that_it_could_not_be_loaded() -> None:
    tray = Tray()
    parent = Overheard(tray)
    tray.put(Work(7, Parcel.pack("load raise unreadable")))
    with pytest.raises(SystemExit):
        load_ahead(Factory("faults:Obey").open(HERE), parent, tray)
    assert parent.given_back == [7]


def test_pages_asked_for_are_in_hand_until_it_is_said_that_they_are_given_back() -> None:
    tray = Tray()
    parent = Overheard(tray)
    tray.put(Work(7, Parcel.pack("fine")))
    with pytest.raises(SystemExit):
        follow_orders(iter([Recall()]), parent, tray)
    assert parent.given_back == [7]


def test_a_worker_that_does_not_understand_its_parent_ends_and_says_why() -> None:
    process = Process(HERE)
    try:
        process.channel.queue(Open(Parcel.pack(Factory("faults:Echo")), HERE, 1, 1, None, None))
        assert process.channel.flush()
        select.select([process.channel], [], [])
        assert isinstance(process.channel.receive()[0], Ready)
        os.write(process.channel.fileno(), struct.pack("<IQ", 0, 4) + b"junk")
        while not process.has_ended():
            assert select.select([process.channel], [], [], 20)[0]
            with contextlib.suppress(BlockingIOError, EOFError):
                process.channel.receive()
    finally:
        process.bury()
    assert "UnpicklingError" in process.tail()
