from __future__ import annotations

import platform

from benchmarks.machine import describe, instruction_sets, processor

CPUINFO = """processor\t: 0
cpu family\t: 25
model\t\t: 1
model name\t: Some Processor
flags\t\t: fpu avx avx2 fma

processor\t: 1
model name\t: Another
flags\t\t: avx512f
"""


def test_processor_is_that_of_the_first_core() -> None:
    assert processor(CPUINFO) == "Some Processor (family 25, model 1)"


def test_without_cpuinfo_the_architecture_is_named() -> None:
    assert processor("") == platform.machine()


def test_instruction_sets_are_told_apart() -> None:
    assert instruction_sets(CPUINFO) == "AVX2 yes, AVX-512 no, BF16 no, AMX no"
    assert instruction_sets("flags : avx2 avx512f avx512_bf16") == "AVX2 yes, AVX-512 yes, BF16 yes, AMX no"


def test_the_line_does_not_name_the_host() -> None:
    assert "cores" in describe()
    assert platform.node() not in describe()
