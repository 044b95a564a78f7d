"""`galley doctor`: what this machine offers, what would be used, and what is wrong.

Runs in: parent.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from galley.devices import describe_found
from galley.doctor import Facts, Finding, diagnose, examine, exit_code
from galley.doctor.facts import Choice, Disk, EngineFacts, Trial
from galley.errors import ExitCode
from galley.wording import counted

_DESCRIPTION = """\
Look at this machine: Python, cores, memory, limits, disks, devices, engines and models; open a network as a worker
would; and say what would be used and what is wrong. The exit code is 0 if the pipelines work with their defaults,
else what they would answer."""


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `doctor`."""
    parser = commands.add_parser(
        "doctor", help="what this machine offers, and what is wrong", description=_DESCRIPTION, allow_abbrev=False
    )
    parser.add_argument("--json", action="store_true", help="everything for a program to read")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> ExitCode:
    facts = examine()
    findings = diagnose(facts)
    code = exit_code(findings)
    if options.json:
        answer = {"exit_code": int(code), "findings": [asdict(finding) for finding in findings], **asdict(facts)}
        print(json.dumps(answer, indent=2))
        return code
    for title, text in describe(facts):
        print(f"{title:<9} {text}")
    print()
    for line in conclude(findings):
        print(line)
    return code


def describe(facts: Facts) -> Iterator[tuple[str, str]]:
    """What was found, as titles and lines; further lines of one title have none."""
    yield "galley", f"{facts.galley}, {facts.python} ({facts.executable})"
    yield "system", facts.system
    quota = "" if facts.cpu_quota is None else f", a quota of {facts.cpu_quota:.3g}"
    yield "cores", f"{len(facts.usable_cores)} of {facts.cores} can be used{quota}"
    yield "memory", _describe_memory(facts)
    yield "/dev/shm", "not needed"
    yield "limits", f"{_limit(facts.open_files)} open files, {_limit(facts.processes)} processes"
    yield "disks", f"models: {_describe_disk(facts.store)}"
    yield "", f"here: {_describe_disk(facts.here)}"
    yield "devices", describe_found(facts.devices)
    for number, engine in enumerate(facts.engines):
        yield "" if number else "engines", _describe_engine(engine)
    for number, model in enumerate(facts.models):
        yield "" if number else "models", f"{model.name}: {model.state}"
    yield "default", _describe_default(facts)


def conclude(findings: Sequence[Finding]) -> Iterator[str]:
    """What is wrong and what to do, one line each."""
    for finding in findings:
        yield f"{finding.severity}: {finding.text}"
        if finding.advice:
            yield f"  what to do: {finding.advice}"
    code = exit_code(findings)
    if code is ExitCode.OK:
        yield "The pipelines work here."
    else:
        yield f"The pipelines do not work here with their defaults (exit code {int(code)})."


def _describe_memory(facts: Facts) -> str:
    limit = "" if facts.memory_limit is None else f", of which {_size(facts.memory_limit)} may be used"
    return f"{_size(facts.memory_available)} of {_size(facts.memory)} available{limit}"


def _describe_disk(disk: Disk) -> str:
    state = "" if disk.writable else ", cannot be written"
    return f"{disk.path}, {_size(disk.free)} of {_size(disk.total)} free{state}"


def _describe_engine(engine: EngineFacts) -> str:
    missing = "; ".join(f"for {kind}: {how}" for kind, how in engine.serves.items() if kind not in engine.usable)
    if engine.version is None:
        return f"{engine.name}: not installed ({missing})"
    by = "" if engine.package == engine.name else f" by {engine.package}"
    name = f"{engine.name}{by} {engine.version}"
    if engine.error:
        return f"{name}: cannot be loaded: {engine.error}"
    usable = f"can use {' and '.join(engine.usable)}" if engine.usable else "can use no device"
    return f"{name}: {usable}" + (f" ({missing})" if missing else "")


def _describe_default(facts: Facts) -> str:
    if not isinstance(facts.choice, Choice):
        return "none"
    text = f"{facts.choice.slot} with {facts.choice.engine}, {counted(facts.choice.threads, 'thread')}"
    if isinstance(facts.trial, Trial):
        trial = facts.trial
        text += f", {trial.precision}; {trial.model} was opened so in {trial.seconds:.1f} s"
    return text


def _size(size: int | None) -> str:
    if size is None:
        return "unknown"
    return f"{size / (1 << 30):.1f} GiB" if size < 100 << 30 else f"{size / (1 << 30):,.0f} GiB"


def _limit(value: int | None) -> str:
    return "unlimited" if value is None else f"{value:,}"
