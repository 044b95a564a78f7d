"""Pipelines that do what the page tells them, the worst included. Workers open them as `faults:Name`."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from galley.devices import Slot
from galley.errors import BadInput, DeviceError, DeviceLost, ModelError, OutputError


class Echo:
    """Answers with the page itself."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot

    def describe(self) -> Mapping[str, str]:
        return {"pid": str(os.getpid()), "engine": "echo"}

    def load(self, page: Any) -> Any:
        return page

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        return list(loaded)

    def close(self) -> None:
        pass


class Sleep(Echo):
    """Sleeps for the seconds that the page says."""

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        for seconds in loaded:
            time.sleep(seconds)
        return list(loaded)


class WhoAmI(Echo):
    """Tells process id, slot, environment variable or cores."""

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        return [self._tell(page) for page in loaded]

    def _tell(self, page: Any) -> Any:
        if page == "pid":
            return os.getpid()
        if page == "slot":
            return self.slot
        if page == "cores":
            return sorted(os.sched_getaffinity(0))
        if page == "modules":
            return sorted(sys.modules)
        if page == "stdin":
            return sys.stdin.read()
        return os.environ.get(page)


class Batches(Echo):
    """Answers with the size of the batch the page was in.

    The page "first" is alone in its batch, and is predicted until `others` pages are loaded.
    """

    def __init__(self, slot: Slot, others: int) -> None:
        super().__init__(slot)
        self._begun = threading.Event()
        self._loaded = threading.Semaphore(0)
        self._others = others

    def load(self, page: Any) -> Any:
        if page != "first":
            self._begun.wait()
        self._loaded.release()
        return page

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        if loaded[0] == "first":
            self._begun.set()
            for _ in range(1 + self._others):
                self._loaded.acquire()
        if "bad" in loaded:
            raise ValueError("a bad page in the batch")
        if "one too many" in loaded:
            return [*loaded, "extra"]
        return [len(loaded)] * len(loaded)


class Unpicklable:
    """Cannot be pickled."""

    def __reduce__(self) -> Any:
        raise TypeError("this object stays here")


class Unloadable:
    """Can be pickled, and only be unpickled where it came from."""

    def __reduce__(self) -> Any:
        return (_only_in, (os.getpid(),))


def _only_in(pid: int) -> str:
    if os.getpid() != pid:
        raise RuntimeError("this object is known in its own process only")
    return "home"


class UnpicklableError(Exception):
    """Holds a lock, needs two arguments, and has no text."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def __str__(self) -> str:
        raise RuntimeError("no text")


class Obey(Echo):
    """Does what the page says: `crash:file` crashes unless the file exists, and makes it."""

    def load(self, page: Any) -> Any:
        if isinstance(page, str) and page.startswith("load "):
            obey(page.removeprefix("load "))
        return page

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        return [obey(page) for page in loaded]


def obey(page: Any) -> Any:
    if not isinstance(page, str):
        return page
    verb, _, rest = page.partition(" ")
    action = ACTIONS.get(verb)
    return page if action is None else action(rest)


def _segfault(_: str) -> None:
    ctypes.string_at(0)


def _once(rest: str) -> Any:
    """`once FILE ACTION`: the action, unless an earlier process was here."""
    name, _, action = rest.partition(" ")
    file = Path(name)
    if file.exists():
        return "second time"
    file.touch()
    return obey(action)


def _hang_holding_gil(_: str) -> None:
    ctypes.PyDLL(None).sleep(1000)


def _raise(name: str) -> None:
    errors = {
        "unreadable": BadInput("not a picture"),
        "unwritten": OutputError("disk full"),
        "value": ValueError("no good"),
        "unpicklable": UnpicklableError(1, 2),
        "memory": MemoryError("too large"),
        "device": DeviceError("the device is lost"),
        "keyboard": KeyboardInterrupt(),
        "stop": StopIteration("stop"),
    }
    raise errors[name]


def _print(text: str) -> str:
    print(text)
    os.write(1, f"raw {text}\n".encode())
    return text


def _write_and_die(count: str) -> None:
    os.write(2, b"x" * int(count))
    os._exit(3)


def _leave_grandchild(file: str) -> str:
    """A child of ours that holds copies of all our descriptors, and ourselves dead."""
    pid = os.fork()
    if pid == 0:
        time.sleep(1000)
    Path(file).write_text(str(pid))
    os._exit(3)


def _keep_grandchild(file: str) -> str:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"], close_fds=False)
    Path(file).write_text(str(child.pid))
    return "kept"


def _announce(rest: str) -> Any:
    """`announce FILE ACTION`: write our process id there, then act."""
    name, _, action = rest.partition(" ")
    draft = Path(name + ".draft")
    draft.write_text(str(os.getpid()))
    draft.rename(name)
    return obey(action)


ACTIONS: dict[str, Callable[[str], Any]] = {
    "announce": _announce,
    "exit": lambda code: sys.exit(int(code)),
    "exit-now": lambda code: os._exit(int(code)),
    "grandchild": _leave_grandchild,
    "hang": lambda _: time.sleep(1000),
    "hang-holding-gil": _hang_holding_gil,
    "keep-grandchild": _keep_grandchild,
    "kill": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "once": _once,
    "print": _print,
    "raise": _raise,
    "segfault": _segfault,
    "stop-process": lambda _: os.kill(os.getpid(), signal.SIGSTOP),
    "unloadable": lambda _: Unloadable(),
    "unpicklable": lambda _: Unpicklable(),
    "write-and-die": _write_and_die,
    "write-stderr": lambda count: len([sys.stderr.write("x" * 99 + "\n") for _ in range(int(count))]),
}


def open_and(slot: Slot, action: str) -> Obey:
    """Act, then open `Obey`."""
    obey(action)
    return Obey(slot)


def open_on(slot: Slot, good: str, action: str) -> Obey:
    """Open on the slot `good`; act on every other."""
    if slot.name != good:
        obey(action)
    return Obey(slot)


class CrashOn(Obey):
    """Dies at every page on one slot."""

    def __init__(self, slot: Slot, bad: str) -> None:
        super().__init__(slot)
        self._bad = bad

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        if self.slot.name == self._bad:
            os._exit(9)
        return super().predict(loaded)


def refuse_model(slot: Slot) -> Echo:
    raise ModelError("model x is truncated")


def refuse_oddly(slot: Slot) -> Echo:
    raise UnpicklableError(1, 2)


class CloseSlowly(Echo):
    """Notes its orderly end in a file."""

    def __init__(self, slot: Slot, file: str) -> None:
        super().__init__(slot)
        self._file = file

    def close(self) -> None:
        Path(self._file).write_text("closed")


class Leak(Echo):
    """Keeps the megabytes that each page says, and answers with its process id."""

    def __init__(self, slot: Slot) -> None:
        super().__init__(slot)
        self.kept: list[bytes] = []

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        self.kept += [os.urandom(1 << 20) * megabytes for megabytes in loaded]
        return [os.getpid()] * len(loaded)


class Together(Echo):
    """A predict call ends when `calls` of them are in work at once; the page "slow" when `others` pages are done."""

    def __init__(self, slot: Slot, calls: int = 1, others: int = 0) -> None:
        super().__init__(slot)
        self._met = threading.Barrier(calls)
        self._done = threading.Semaphore(0)
        self._others = others

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        if loaded[0] == "memory":
            raise MemoryError("too large")
        if loaded[0] == "slow":
            for _ in range(self._others):
                self._done.acquire()
        else:
            self._met.wait(30)
            self._done.release()
        return list(loaded)


class Lose(Echo):
    """Its device is lost at some pages: on the slot `bad`, or, for "poison", on any."""

    def __init__(self, slot: Slot, bad: str = "", gone: str = "") -> None:
        super().__init__(slot)
        if slot.name == gone or gone == "all":
            raise DeviceLost("nobody answers")
        self._bad = bad

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        if self.slot.name == self._bad or "poison" in loaded:
            raise DeviceLost("the line went dead")
        return [self.slot.name for _ in loaded]
