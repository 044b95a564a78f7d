"""Environments of their own for the systems that Galley is compared with: installed once into a cache folder.

Runs in: parent.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

import filelock
import platformdirs

ROOT = Path(__file__).resolve().parents[1]
_DONE = "done.json"


def default_cache() -> Path:
    """Where peers are kept unless the user says otherwise."""
    return Path(platformdirs.user_cache_dir("galley-benchmarks"))


def ensure_environment(
    folder: Path, requirements: Sequence[str], finish: Callable[[Path], None] | None = None, recipe: str = ""
) -> Path:
    """The Python of the environment in `folder`, installed there first if need be: some minutes.

    Two benchmarks at once install it once: the second waits for the first.

    Args:
        folder: emptied before it is installed.
        requirements: for pip.
        finish: what else is to be done, told the environment's Python.
        recipe: what `finish` depends on; with another one than last time all is installed anew.

    Raises:
        subprocess.CalledProcessError: pip failed, and has said why.
    """
    python, done = folder / "venv" / "bin" / "python", folder / _DONE
    wanted = json.dumps([requirements, list(sys.version_info[:2]), *([recipe] if recipe else [])])
    folder.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(folder.with_name(f"{folder.name}.lock")):
        if python.exists() and done.exists() and done.read_text(encoding="utf-8") == wanted:
            return python
        print(f"installing {', '.join(requirements)} for comparison; this is done once", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder / "venv", with_pip=True)
        pip(python, "install", *requirements)
        if finish is not None:
            finish(python)
        done.write_text(wanted, encoding="utf-8")
    return python


def pip(python: Path, *arguments: str) -> None:
    """Run pip in an environment.

    Raises:
        subprocess.CalledProcessError: it failed, and has said why.
    """
    command = [str(python), "-m", "pip", "--quiet", *arguments]
    subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
