"""Looks at the machine.

Runs in: parent. Engines are loaded by processes of their own (`galley.doctor.probe`).
"""

from __future__ import annotations

import json
import os
import platform
import resource
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from galley import __version__
from galley.api import Settings, slots_of
from galley.config import OcrConfig
from galley.devices import Slot, discover, slot_environment, usable_cores
from galley.doctor.facts import Choice, Disk, EngineFacts, Facts, ModelFacts, Trial, Trouble
from galley.engines import ENGINES, choose_engine, devices_of, installed_engines, package_of
from galley.errors import ExitCode, GalleyError
from galley.interpreter import python_command
from galley.models.store import ModelStatus, State, Store, open_store, verify_models

_PROBE_SECONDS = 120
_NO_LIMIT = 1 << 60
"""Bytes; control groups without a limit name a number near the largest there is."""


def examine() -> Facts:
    """Look at everything.

    Raises:
        BadArguments: the environment names an impossible store of models.
    """
    store = open_store()
    models = verify_models(store)
    settings = Settings(OcrConfig())
    slot, choice = _choose(settings)
    probes = {package: _probe([package]) for package in sorted({package_of(engine) for engine in installed_engines()})}
    files, most_files = (_limit(value) for value in resource.getrlimit(resource.RLIMIT_NOFILE))
    needed = {model.name for model in settings.pipeline.models().values()}
    cores = os.cpu_count()
    return Facts(
        galley=__version__,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        executable=sys.executable,
        system=platform.platform(),
        cores=len(usable_cores()) if cores is None else cores,
        usable_cores=usable_cores(),
        cpu_quota=_cpu_quota(),
        memory=_memory("MemTotal"),
        memory_available=_memory("MemAvailable"),
        memory_limit=_memory_limit(),
        open_files=files,
        most_open_files=most_files,
        processes=_limit(resource.getrlimit(resource.RLIMIT_NPROC)[0]),
        store=_disk(store.home),
        here=_disk(Path.cwd()),
        devices=discover(),
        engines=tuple(_engine(name, probes.get(package_of(name))) for name in ENGINES),
        models=tuple(_model(status, store, needed) for status in models),
        choice=choice,
        trial=_try(slot, choice, [status for status in models if status.spec.name in needed]),
    )


def _choose(settings: Settings[OcrConfig]) -> tuple[Slot | None, Choice | Trouble]:
    try:
        slot = slots_of(settings)[0]
        engine = choose_engine(settings.pipeline.engine.engine, slot.device.kind, installed_engines())
    except GalleyError as error:
        return None, Trouble(str(error), int(error.exit_code))
    return slot, Choice(slot.name, engine, slot.threads)


def _try(slot: Slot | None, choice: Choice | Trouble, models: Sequence[ModelStatus]) -> Trial | Trouble | None:
    """Open the smallest model at hand as a worker would."""
    whole = [status for status in models if status.state is State.PRESENT]
    if slot is None or isinstance(choice, Trouble) or not whole:
        return None
    model = min(whole, key=lambda status: status.spec.size)
    answer = _probe(
        [package_of(choice.engine), choice.engine, str(slot.device), str(model.path)],
        slot_environment(slot, os.environ),
    )
    if "trial" in answer:
        return Trial(model=model.spec.name, **answer["trial"])
    if "trouble" in answer:
        return Trouble(**answer["trouble"])
    return Trouble(f"{choice.engine} cannot be loaded: {answer['error']}", int(ExitCode.DEVICE))


def _probe(arguments: list[str], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the process of its own answers; its last words under `error` where it does not answer."""
    try:
        process = subprocess.run(
            python_command("galley.doctor.probe:main", *arguments),
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PROBE_SECONDS,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return {"error": f"it did not answer within {_PROBE_SECONDS} s"}
    lines = process.stdout.splitlines()
    if process.returncode == 0 and lines:
        answer: dict[str, Any] = json.loads(lines[-1])
        return answer
    words = [line.strip() for line in process.stderr.splitlines() if line.strip()]
    how = f"killed by signal {-process.returncode}" if process.returncode < 0 else f"exit status {process.returncode}"
    return {"error": f"{words[-1]} ({how})" if words else how}


def _engine(name: str, answer: Mapping[str, Any] | None) -> EngineFacts:
    package, serves = package_of(name), devices_of(name)
    if answer is None:
        return EngineFacts(name, package, None, serves, (), "")
    return EngineFacts(name, package, _version(package), serves, tuple(answer.get("sees", ())), answer.get("error", ""))


def _version(package: str) -> str:
    """The version of an installed package; ONNX Runtime comes under several names."""
    for distribution in (package, f"{package}-gpu"):
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return "of unknown version"


def _model(status: ModelStatus, store: Store, needed: set[str]) -> ModelFacts:
    spec = status.spec
    return ModelFacts(spec.name, status.state.value, status.detail, spec.size, spec.name in needed)


def _disk(folder: Path) -> Disk:
    """The file system of a folder, or of the nearest folder above it that there is."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    usage = shutil.disk_usage(there)
    return Disk(str(folder), usage.free, usage.total, os.access(there, os.W_OK | os.X_OK))


def _limit(value: int) -> int | None:
    return None if value == resource.RLIM_INFINITY else value


def _memory(name: str) -> int | None:
    """A number of /proc/meminfo, in bytes."""
    for line in _read("/proc/meminfo").splitlines():
        key, _, rest = line.partition(":")
        if key == name:
            return int(rest.split()[0]) * 1024
    return None


def _memory_limit() -> int | None:
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        text = _read(path).strip()
        if text.isdigit() and int(text) < _NO_LIMIT:
            return int(text)
    return None


def _cpu_quota() -> float | None:
    quota, _, period = _read("/sys/fs/cgroup/cpu.max").strip().partition(" ")
    if not quota:
        quota = _read("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").strip()
        period = _read("/sys/fs/cgroup/cpu/cpu.cfs_period_us").strip()
    return int(quota) / int(period) if quota.isdigit() and period.isdigit() else None


def _read(path: str) -> str:
    """A file of the system; empty where this one has none."""
    try:
        return Path(path).read_text()
    except OSError:
        return ""
