"""What is said of machines that there may be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from galley.doctor import Facts, diagnose, exit_code
from galley.doctor.facts import Choice, Disk, EngineFacts, ModelFacts, Trial, Trouble
from galley.errors import ExitCode

GIB = 1 << 30
DISK = Disk("/somewhere", 50 * GIB, 100 * GIB, True)
OPENVINO = EngineFacts("openvino", "openvino", "2026.0", {"cpu": "pip install openvino"}, ("CPU",), "")
MODEL = ModelFacts("UVDoc", "present", "model UVDoc is present", 30_000_000, True)
SOUND = Facts(
    galley="0.1.0",
    python="CPython 3.11.9",
    executable="/usr/bin/python3",
    system="Linux",
    cores=4,
    usable_cores=(0, 1, 2, 3),
    cpu_quota=None,
    memory=16 * GIB,
    memory_available=12 * GIB,
    memory_limit=None,
    open_files=1024,
    most_open_files=None,
    processes=None,
    store=DISK,
    here=DISK,
    devices={"cpu": 4},
    engines=(OPENVINO,),
    models=(MODEL,),
    choice=Choice("cpu:0", "openvino", 4),
    trial=Trial("UVDoc", "openvino", "2026.0", "cpu", "bf16", 0.4),
)
MISSING = replace(MODEL, state="missing")


def test_a_sound_machine_needs_no_word() -> None:
    assert diagnose(SOUND) == ()
    assert exit_code(()) is ExitCode.OK


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"choice": Trouble("not on this machine: gpu:0", 5), "trial": None}, ExitCode.DEVICE, "gpu:0"),
        ({"trial": Trouble("the graph is broken", 4)}, ExitCode.MODEL, "the graph is broken"),
        ({"trial": None, "engines": (replace(OPENVINO, error="no libtbb"),)}, ExitCode.DEVICE, "no libtbb"),
        ({"models": (replace(MODEL, state="altered", detail="UVDoc is altered"),)}, ExitCode.MODEL, "altered"),
        ({"models": (MISSING,), "store": replace(DISK, writable=False)}, ExitCode.OUTPUT, "cannot be written"),
        ({"models": (MISSING,), "store": replace(DISK, free=50_000_000)}, ExitCode.OUTPUT, "50 MB free"),
    ],
)
def test_what_keeps_the_pipelines_from_working(change: dict[str, Any], code: ExitCode, words: str) -> None:
    findings = diagnose(replace(SOUND, **change))
    assert findings[0].severity == "problem"
    assert words in findings[0].text
    assert exit_code(findings) is code


@pytest.mark.parametrize(
    ("change", "words", "advice"),
    [
        ({"models": (MISSING,)}, "UVDoc is not fetched yet (30 MB)", "galley models pull"),
        ({"cpu_quota": 1.5}, "the time of 1.5", "--cpu_threads 1"),
        ({"open_files": 64, "most_open_files": 2000}, "only 64 files", "ulimit -n 2000"),
        ({"processes": 100}, "only 100 processes", "ulimit -u"),
        ({"memory_limit": GIB}, "only 1.0 GiB of memory", "--max_worker_memory"),
        ({"here": replace(DISK, writable=False)}, "cannot be written", "--output_dir"),
        ({"here": replace(DISK, free=GIB // 2)}, "only 0.50 GiB free", ""),
        ({"engines": (OPENVINO, replace(OPENVINO, name="onnxruntime", error="bad wheel"))}, "bad wheel", "again"),
    ],
)
def test_what_deserves_a_warning_and_no_more(change: dict[str, Any], words: str, advice: str) -> None:
    findings = diagnose(replace(SOUND, **change))
    assert [finding.severity for finding in findings] == ["warning"]
    assert words in findings[0].text
    assert advice in findings[0].advice
    assert exit_code(findings) is ExitCode.OK


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"usable_cores": (0, 1)}, "2 of 4 cores"),
        ({"models": (replace(MISSING, needed=False),)}, "the defaults do without"),
        ({"devices": {"cpu": 4, "npu": 2}}, "2 npu devices found"),
        ({"trial": Trial("UVDoc", "openvino", "2026.0", "cpu", "fp32", 0.4)}, "computes in fp32"),
    ],
)
def test_what_is_good_to_know(change: dict[str, Any], words: str) -> None:
    (finding,) = diagnose(replace(SOUND, **change))
    assert finding.severity == "note"
    assert words in finding.text


def test_problems_come_first() -> None:
    facts = replace(SOUND, usable_cores=(0,), processes=10, trial=Trouble("no", 5))
    assert [finding.severity for finding in diagnose(facts)] == ["problem", "warning", "note"]


def test_a_graphics_card_without_an_engine_for_it_is_a_warning_that_says_what_to_install() -> None:
    engine = EngineFacts("onnxruntime", "onnxruntime", "", {"cpu": "install x", "gpu": "install y"}, (), "")
    facts = replace(SOUND, devices={"cpu": 4, "gpu": 1}, engines=(OPENVINO, engine))
    (finding,) = diagnose(facts)
    assert (finding.severity, finding.advice) == ("warning", "install y")
    assert "1 gpu device found" in finding.text
    assert diagnose(replace(facts, choice=Choice("gpu:0", "onnxruntime", 4))) == ()


def test_what_an_engine_can_use_is_what_it_sees() -> None:
    serves = {"cpu": "pip install x", "gpu": "pip install y"}
    engine = EngineFacts("onnxruntime", "onnxruntime", "1.20", serves, ("CPUExecutionProvider",), "")
    assert engine.usable == ("cpu",)
    assert replace(engine, sees=("CUDAExecutionProvider", "CPUExecutionProvider")).usable == ("cpu", "gpu")
