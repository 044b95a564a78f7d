"""What is wrong with a machine, and what to do about it.

Runs in: pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from galley.doctor.facts import Choice, Facts, ModelFacts, Trial, Trouble
from galley.errors import ExitCode
from galley.wording import counted

PROBLEM, WARNING, NOTE = "problem", "warning", "note"
"""It will not work; it will work badly or not for everything; it is as it should be, and good to know."""

_GIB = 1 << 30
_FEW_FILES = 256
_FEW_PROCESSES = 256
_ROOM_TO_FETCH = 3
"""Times the size of a model: the wheel it comes in, what is extracted of it, and its place in the store."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say."""

    severity: str
    text: str
    advice: str = ""
    exit_code: ExitCode = ExitCode.OK
    """What a command that meets a problem would answer."""


def diagnose(facts: Facts) -> tuple[Finding, ...]:
    """Everything worth saying, problems first."""
    found = [*_devices(facts), *_models(facts), *_limits(facts), *_resources(facts)]
    return tuple(sorted(found, key=lambda finding: (PROBLEM, WARNING, NOTE).index(finding.severity)))


def exit_code(findings: Sequence[Finding]) -> ExitCode:
    """That of the first problem; OK where there is none."""
    return next((finding.exit_code for finding in findings if finding.severity == PROBLEM), ExitCode.OK)


def _devices(facts: Facts) -> Iterator[Finding]:
    if isinstance(facts.choice, Trouble):
        yield Finding(PROBLEM, facts.choice.message, "", ExitCode(facts.choice.exit_code))
    if isinstance(facts.trial, Trouble):
        yield Finding(PROBLEM, facts.trial.message, _other_device(facts), ExitCode(facts.trial.exit_code))
    for engine in facts.engines:
        is_default = isinstance(facts.choice, Choice) and facts.choice.engine == engine.name
        if engine.error and not (is_default and facts.trial is not None):
            severity = PROBLEM if is_default else WARNING
            yield Finding(
                severity,
                f"{engine.name} {engine.version} is installed and cannot be loaded: {engine.error}",
                "install it again, or uninstall it",
                ExitCode.DEVICE if is_default else ExitCode.OK,
            )
    served = {kind: advice for engine in facts.engines for kind, advice in engine.serves.items()}
    falls_back = isinstance(facts.choice, Choice) and facts.choice.slot.startswith("cpu")
    for kind, count in facts.devices.items():
        found = f"{counted(count, f'{kind} device')} found"
        if kind not in served:
            yield Finding(
                NOTE,
                f"{found}, which none of Galley's engines can use",
                f"pipelines of PaddleOCR can: --pipeline paddleocr:NAME --device {kind}",
            )
        elif kind == "gpu" and falls_back:
            yield Finding(WARNING, f"{found}, and no engine for that is installed: the CPU is used", served[kind])


def _other_device(facts: Facts) -> str:
    if isinstance(facts.choice, Choice) and not facts.choice.slot.startswith("cpu"):
        return "as said; or use the CPU: --device cpu"
    return ""


def _models(facts: Facts) -> Iterator[Finding]:
    damaged = [model for model in facts.models if model.state not in ("present", "missing")]
    for model in damaged:
        yield Finding(PROBLEM, model.detail, f"galley models pull {model.name}", ExitCode.MODEL)
    missing = [model for model in facts.models if model.state == "missing"]
    needed = [model for model in missing if model.needed]
    if needed:
        yield from _room(facts, needed)
        size = sum(model.size for model in needed) / 1e6
        yield Finding(
            WARNING,
            f"{_names(needed)} not fetched yet ({size:.0f} MB); the first run will, if it is online",
            "galley models pull fetches all, so that the machine may be offline afterwards",
        )
    others = [model for model in missing if not model.needed]
    if others:
        yield Finding(NOTE, f"{_names(others)} not fetched yet; the defaults do without")


def _room(facts: Facts, missing: Sequence[ModelFacts]) -> Iterator[Finding]:
    if not facts.store.writable:
        yield Finding(
            PROBLEM,
            f"models are missing, and the store {facts.store.path} cannot be written",
            "make it writable, or name another place in GALLEY_HOME",
            ExitCode.OUTPUT,
        )
    elif facts.store.free < _ROOM_TO_FETCH * sum(model.size for model in missing):
        yield Finding(
            PROBLEM,
            f"models are missing, and the store's disk has only {facts.store.free / 1e6:.0f} MB free",
            "make room, or name another place in GALLEY_HOME",
            ExitCode.OUTPUT,
        )


def _names(models: Sequence[ModelFacts]) -> str:
    names = ", ".join(model.name for model in models)
    return f"{names} {'is' if len(models) == 1 else 'are'}"


def _limits(facts: Facts) -> Iterator[Finding]:
    if facts.open_files is not None and facts.open_files < _FEW_FILES:
        yield Finding(
            WARNING,
            f"a process may open only {facts.open_files} files at once, which is too few for many workers",
            f"ulimit -n {_more(facts.most_open_files)}",
        )
    if facts.processes is not None and facts.processes < _FEW_PROCESSES:
        yield Finding(
            WARNING,
            f"this user may have only {facts.processes} processes and threads, and every worker needs dozens",
            "ask for a higher limit (ulimit -u)",
        )


def _more(most: int | None) -> int:
    return 4096 if most is None else min(most, 4096)


def _resources(facts: Facts) -> Iterator[Finding]:
    cores = len(facts.usable_cores)
    if facts.cpu_quota is not None and facts.cpu_quota < cores:
        threads = max(int(facts.cpu_quota), 1)
        yield Finding(
            WARNING,
            f"{cores} cores can be used, but the container gets the time of {facts.cpu_quota:.3g}: "
            "threads for all cores would hinder each other",
            f"--cpu_threads {threads}",
        )
    elif cores < facts.cores:
        yield Finding(NOTE, f"this process may run on {cores} of {facts.cores} cores, and will use no others")
    memory = [size for size in (facts.memory_available, facts.memory_limit) if size is not None]
    if memory and min(memory) < 2 * _GIB:
        yield Finding(
            WARNING,
            f"only {min(memory) / _GIB:.1f} GiB of memory can be used; workers may be killed for want of it",
            "use few instances; --max_worker_memory replaces workers that grow",
        )
    if not facts.here.writable:
        yield Finding(WARNING, f"the current folder {facts.here.path} cannot be written", "name another --output_dir")
    if facts.here.free < _GIB:
        yield Finding(WARNING, f"the disk of the current folder has only {facts.here.free / _GIB:.2f} GiB free")
    if isinstance(facts.trial, Trial) and facts.trial.precision == "fp32" and facts.trial.device == "cpu":
        yield Finding(NOTE, "this CPU computes in fp32; ones with AVX-512 BF16 or AMX are about twice as fast")
