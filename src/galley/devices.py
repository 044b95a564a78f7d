"""Device strings, the slots they mean, and the environment each slot's process gets.

Runs in: parent (parsing, planning) and worker (the slot it serves). Pure, but for `usable_cores` and `discover`,
which look at the machine.

Grammar, a superset of PaddleX's: `kind[:ids]`, joined by `+`; ids are numbers and ranges, joined by `,`:
`gpu`, `gpu:0`, `gpu:0,1,2,3`, `gpu:0-3`, `cpu`, `cpu:0,1`, `gpu:0,1+cpu:0`. A repeated id is one more instance.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from galley.errors import BadArguments, DeviceError
from galley.wording import counted

VISIBLE_DEVICES: Mapping[str, str] = {
    "gpu": "CUDA_VISIBLE_DEVICES",
    "npu": "ASCEND_RT_VISIBLE_DEVICES",
    "xpu": "XPU_VISIBLE_DEVICES",
    "mlu": "MLU_VISIBLE_DEVICES",
    "gcu": "TOPS_VISIBLE_DEVICES",
    "dcu": "HIP_VISIBLE_DEVICES",
    "iluvatar_gpu": "CUDA_VISIBLE_DEVICES",
    "metax_gpu": "MACA_VISIBLE_DEVICES",
}
"""Accelerator kind -> the variable by which its driver is told which devices a process may see."""

KINDS = ("cpu", *VISIBLE_DEVICES)
SERVER = "server"
"""Kind of what is no device here: a server somewhere."""

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)

ALLOCATOR_SETTINGS: Mapping[str, str] = {
    "MALLOC_MMAP_THRESHOLD_": str(4 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(32 << 20),
}
"""How glibc's allocator gives memory back: blocks of these many bytes at once, and what is free at the heap's end.

By itself it learns to take blocks of up to 32 MiB from the heap. A network's tensors, which grow with the widest line
so far, then leave holes there that small blocks keep apart: a worker of OCR held 500 MB of them. Other allocators do
not read these variables.
"""

_PART = re.compile(r"(?P<kind>[a-z_]+)(?::(?P<ids>[0-9]+(?:-[0-9]+)?(?:,[0-9]+(?:-[0-9]+)?)*))?")
_MAX_IDS = 4096


@dataclass(frozen=True, slots=True, order=True)
class Device:
    """One device as the user names it. `cpu:1` is the second share of the cores, not a physical thing."""

    kind: str
    index: int = 0

    def __str__(self) -> str:
        return f"{self.kind}:{self.index}"


@dataclass(frozen=True, slots=True)
class Slot:
    """One instance of a pipeline on one device: what one worker process serves."""

    device: Device
    instance: int
    """0-based among the instances on the same device."""
    cores: tuple[int, ...]
    """CPU cores of this slot; an engine gets as many threads."""
    pinned: bool
    """Whether the process is bound to `cores`; true for CPU slots that do not have the whole machine."""
    thread_limit: int | None = None
    """Engine threads where the user set them; None for one per core."""
    memory_limit: int | None = None
    """MB of an accelerator's memory that each network may take, where the user set it."""

    @property
    def name(self) -> str:
        """Unique in a run: `gpu:1`, or `gpu:1#2` for the third instance there."""
        return str(self.device) if self.instance == 0 else f"{self.device}#{self.instance}"

    @property
    def threads(self) -> int:
        """Engine threads of this instance: its share of the cores, unless the user set them."""
        return len(self.cores) if self.thread_limit is None else self.thread_limit


def parse_devices(text: str) -> tuple[Device, ...]:
    """The devices named by `text`, in its order, repetitions kept.

    Raises:
        BadArguments: the text does not follow the grammar.
    """
    return tuple(device for part in text.strip().lower().split("+") for device in _parse_part(part, text))


def _parse_part(part: str, text: str) -> list[Device]:
    match = _PART.fullmatch(part.strip())
    if match is None:
        raise BadArguments(
            f"device {text!r} is not understood; write for example cpu, cpu:0,1, gpu:0, gpu:0-3 or gpu:0,1+cpu:0"
        )
    kind, ids = match["kind"], match["ids"]
    if kind not in KINDS:
        raise BadArguments(f"device kind {kind!r} in {text!r} is unknown; known kinds: {', '.join(KINDS)}")
    if ids is None:
        return [Device(kind)]
    return [Device(kind, index) for token in ids.split(",") for index in _parse_range(token, text)]


def _parse_range(token: str, text: str) -> range:
    first, _, last = token.partition("-")
    start, stop = int(first), int(last if last else first)
    if stop < start:
        raise BadArguments(f"range {token!r} in device {text!r} runs backwards")
    if stop - start >= _MAX_IDS:
        raise BadArguments(f"range {token!r} in device {text!r} names more than {_MAX_IDS} devices")
    return range(start, stop + 1)


def plan_slots(
    devices: Sequence[Device], instances: int, cores: Sequence[int], threads: int | None = None
) -> tuple[Slot, ...]:
    """One slot per device, repetition and instance, with the cores shared equally among all of them.

    With fewer cores than slots, slots share cores in turn. A CPU slot that has less than all cores is pinned.
    `threads` sets the engine threads of each slot, instead of one per core of its share.

    Raises:
        BadArguments: no device, no core, or `instances` or `threads` under 1.
    """
    if threads is not None and threads < 1:
        raise BadArguments(f"{threads} threads per instance; it must be at least 1")
    if isinstance(instances, bool) or not isinstance(instances, int) or instances < 1:
        raise BadArguments(f"instances_per_device is {instances!r}; it must be a whole number of at least 1")
    if not devices or not cores:
        raise BadArguments("no device or no CPU core to plan for")
    repeated = [device for device in devices for _ in range(instances)]
    seen: Counter[Device] = Counter()
    slots = []
    for share, device in zip(share_cores(cores, len(repeated)), repeated, strict=True):
        pinned = device.kind == "cpu" and len(share) < len(cores)
        slots.append(Slot(device, seen[device], share, pinned, threads))
        seen[device] += 1
    return tuple(slots)


def limit_memory(slots: Sequence[Slot], megabytes: int | None) -> tuple[Slot, ...]:
    """The slots with a limit to the memory of an accelerator that each network may take; None leaves it open.

    Raises:
        BadArguments: `megabytes` is under 1.
    """
    if megabytes is not None and megabytes < 1:
        raise BadArguments(f"device_memory is {megabytes}; it must be at least 1, in MB")
    return tuple(replace(slot, memory_limit=megabytes) for slot in slots)


def plan_server_slots(
    servers: int, instances: int, cores: Sequence[int], threads: int | None = None
) -> tuple[Slot, ...]:
    """As `plan_slots`, for servers in place of devices: `server:0` and so on, by their order."""
    return plan_slots([Device(SERVER, index) for index in range(servers)], instances, cores, threads)


def share_cores(cores: Sequence[int], shares: int) -> list[tuple[int, ...]]:
    """`cores` cut into `shares` neighbouring runs of equal length, give or take one; never an empty one."""
    count = len(cores)
    if shares >= count:
        return [(cores[share % count],) for share in range(shares)]
    bounds = [share * count // shares for share in range(shares + 1)]
    return [tuple(cores[start:stop]) for start, stop in pairwise(bounds)]


def slot_environment(slot: Slot, base: Mapping[str, str]) -> dict[str, str]:
    """`base` with the slot's thread limits, how to give memory back and, for an accelerator, only it visible.

    What the user has set for the allocator is kept.

    A parent that itself sees a part of the devices (`CUDA_VISIBLE_DEVICES=4,5`) hands on the right one: `gpu:1`
    is then the physical device 5.

    Raises:
        DeviceError: the parent's list of visible devices has no entry for this slot's.
    """
    environment = {**ALLOCATOR_SETTINGS, **base}
    for variable in THREAD_VARIABLES:
        environment[variable] = str(slot.threads)
    if slot.device.kind in VISIBLE_DEVICES:
        variable = VISIBLE_DEVICES[slot.device.kind]
        environment[variable] = _visible_device(slot.device, variable, base.get(variable))
    return environment


def _visible_device(device: Device, variable: str, visible: str | None) -> str:
    if visible is None:
        return str(device.index)
    entries = [entry.strip() for entry in visible.split(",") if entry.strip()]
    if device.index >= len(entries):
        raise DeviceError(f"{device} was asked for, but {variable}={visible!r} shows {counted(len(entries), 'device')}")
    return entries[device.index]


def usable_cores() -> tuple[int, ...]:
    """The CPU cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    count = os.cpu_count()
    return tuple(range(count if count is not None else 1))


def discover() -> dict[str, int]:
    """How many devices of each kind are seen on this machine, by kind; kinds with none are left out.

    NVIDIA devices are counted by `nvidia-smi`, the others by their device files; a CPU can be shared at will.
    """
    from pathlib import Path  # not at the top: workers import this module, and start faster without

    found = {"cpu": len(usable_cores()), "gpu": _count_nvidia()}
    for kind, pattern in _DEVICE_FILES.items():
        found[kind] = len(list(Path("/dev").glob(pattern)))
    return {kind: count for kind, count in found.items() if count}


_DEVICE_FILES = {
    "npu": "davinci[0-9]*",
    "xpu": "xpu[0-9]*",
    "mlu": "cambricon_dev[0-9]*",
    "gcu": "gcu[0-9]*",
    "dcu": "dcu[0-9]*",
    "iluvatar_gpu": "iluvatar[0-9]*",
    "metax_gpu": "mxcd[0-9]*",
}


def _count_nvidia() -> int:
    import shutil  # see `discover`
    import subprocess

    visible = os.environ.get(VISIBLE_DEVICES["gpu"])
    if visible is not None:
        return len([entry for entry in visible.split(",") if entry.strip() not in ("", "-1")])
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return 0
    try:
        listing = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith("GPU ") for line in listing.stdout.splitlines())


def require_devices(devices: Sequence[Device], found: Mapping[str, int]) -> None:
    """Refuse devices that are not among `found`; a CPU share always is.

    Raises:
        DeviceError: naming what is missing and what was found.
    """
    missing = [device for device in devices if device.kind != "cpu" and device.index >= found.get(device.kind, 0)]
    if missing:
        names = ", ".join(dict.fromkeys(str(device) for device in missing))
        raise DeviceError(f"not on this machine: {names}; found: {describe_found(found)}")


def describe_found(found: Mapping[str, int]) -> str:
    """What `discover` saw, in words: `gpu:0-3, cpu (16 cores)`."""
    parts = []
    for kind, count in found.items():
        if kind == "cpu":
            parts.append(f"cpu ({counted(count, 'core')})")
        else:
            parts.append(f"{kind}:0" if count == 1 else f"{kind}:0-{count - 1}")
    return ", ".join(parts)
