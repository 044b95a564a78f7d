"""The parent's handle of one worker process: start it, hear from it, end it.

Runs in: parent.

The worker is a fresh interpreter that gets four things: one end of a socket pair for messages, a pipe as standard
error, a second pipe, its lifeline, as standard input, and the import path of the parent. It needs no `__main__`
guard in the user's script, since that script is never imported.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
import subprocess
import time
import weakref

from galley.devices import Slot, slot_environment
from galley.fleet.channel import Channel
from galley.fleet.messages import Stop
from galley.interpreter import python_command

_TAIL_BYTES = 16 << 10
_TAIL_LINES = 100
_LAST_WAIT = 10.0  # seconds from SIGKILL to the end of the process
_SOCKET_BUFFER = 1 << 20  # bytes; a page of 25 MB then needs tens of wake-ups instead of hundreds


class Process:
    """One running worker. All descriptors of this side are non-blocking."""

    def __init__(self, slot: Slot) -> None:
        """Start the worker; it waits for the message `Open`.

        Raises:
            DeviceError: the slot's device is not among those the parent sees.
            OSError: the system cannot start another process.
        """
        self.slot = slot
        self.name = slot.name
        self.ready = False
        self.deaf = False
        self.resigned: str | None = None  # why it ends as agreed
        self._sentence = ""
        self._tail = bytearray()
        ours, theirs = socket.socketpair()
        with theirs:
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BUFFER)
            try:
                self._popen = _launch(slot, theirs.fileno())
            except BaseException:
                ours.close()
                raise
        ours.setblocking(False)
        self.channel = Channel(ours.detach())
        assert self._popen.stderr is not None  # it was asked for
        self.stderr = self._popen.stderr
        os.set_blocking(self.stderr.fileno(), False)
        self.pidfd = _open_pidfd(self._popen.pid)
        _close_in_forks()
        _LIVING.add(self)

    @property
    def pid(self) -> int:
        """The worker's process id, also that of its process group."""
        return self._popen.pid

    def read_stderr(self) -> str | None:
        """Some of what the worker wrote to its standard error, empty if nothing is new; None once it is closed.

        The last lines are kept for `tail`.
        """
        try:
            text = os.read(self.stderr.fileno(), _TAIL_BYTES)
        except BlockingIOError:
            return ""
        if not text:
            return None
        self._tail += text
        del self._tail[:-_TAIL_BYTES]
        return text.decode(errors="replace")

    def tail(self) -> str:
        """The last lines the worker wrote to its standard error."""
        return "\n".join(self._tail.decode(errors="replace").splitlines()[-_TAIL_LINES:])

    def has_ended(self) -> bool:
        """Whether the process is dead; it stays a zombie, and its process group safe to signal, until `bury`."""
        if self._popen.returncode is not None:
            return True
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            return os.waitid(os.P_PID, self.pid, options) is not None
        except ChildProcessError:  # somebody else in this program has waited for it
            return True

    def send_signal(self, number: int) -> None:
        """Signal the worker and all processes it started."""
        if self._popen.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def bury(self) -> str:
        """Kill what is left of the process and its children, release everything, say how it ended."""
        self.send_signal(signal.SIGKILL)
        try:
            code = self._popen.wait(_LAST_WAIT)
        except subprocess.TimeoutExpired:  # stuck in a driver: not even SIGKILL ends it before the driver returns
            code = -signal.SIGKILL
        while not self.stderr.closed and self.read_stderr():
            pass
        self.release()
        return self._sentence if self._sentence else _describe_exit(code)

    def release(self) -> None:
        """Close every descriptor of this side. May be called again."""
        self.channel.close()
        self.stderr.close()
        if self._popen.stdin is not None:
            self._popen.stdin.close()
        pidfd, self.pidfd = self.pidfd, None
        if pidfd is not None:
            os.close(pidfd)

    def explain(self, sentence: str) -> None:
        """Say why the process is about to end, for `bury`."""
        self._sentence = sentence

    def kill(self, sentence: str) -> None:
        """End the process at once, for the reason given; its end is seen as any other's."""
        self.explain(sentence)
        self.send_signal(signal.SIGKILL)


_LIVING: weakref.WeakSet[Process] = weakref.WeakSet()


@functools.cache  # once is enough
def _close_in_forks() -> None:
    """Let no fork of this program hold our ends: a worker would not notice our death as long as that fork lives."""

    def release_all() -> None:
        for process in _LIVING:
            process.release()

    os.register_at_fork(after_in_child=release_all)


def _launch(slot: Slot, descriptor: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        python_command("galley.fleet.worker:main", str(descriptor), flags=("-u", "-X", "faulthandler")),
        stdin=subprocess.PIPE,  # the lifeline: never written to
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=slot_environment(slot, os.environ),
        pass_fds=[descriptor],
        start_new_session=True,  # a Ctrl-C in the terminal reaches the parent only
    )


def _open_pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def _describe_exit(code: int) -> str:
    if code >= 0:
        return f"exited with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    if code == -signal.SIGKILL:
        return f"was killed by {name}; if nobody did it, the system was out of memory"
    return f"was killed by {name}"


def stop_all(processes: dict[str, Process], patience: tuple[float, float]) -> None:
    """End every process for good and empty the dictionary: ask, then SIGTERM, then SIGKILL.

    `patience`: seconds to wait after asking and after SIGTERM. Only a worker that is ready is asked, since one that
    is opening its pipeline would not hear it in time.
    """
    alive = list(processes.values())
    for process in alive:
        if process.ready and not process.deaf:
            with contextlib.suppress(OSError):
                process.channel.queue(Stop())
                process.channel.flush()
        else:
            process.send_signal(signal.SIGTERM)
    alive = _wait_for(alive, patience[0])
    for process in alive:
        process.send_signal(signal.SIGTERM)
    for process in _wait_for(alive, patience[1]):
        process.bury()
    processes.clear()


def _wait_for(processes: list[Process], seconds: float) -> list[Process]:
    """Bury those that end within `seconds`; the others."""
    until = time.monotonic() + seconds
    alive = processes
    while alive:
        ended = [process for process in alive if process.has_ended()]
        for process in ended:
            process.bury()
        alive = [process for process in alive if process not in ended]
        if not alive or time.monotonic() >= until:
            break
        for process in alive:
            process.read_stderr()  # a worker that writes its last words must not block on a full pipe
        time.sleep(0.002)
    return alive
