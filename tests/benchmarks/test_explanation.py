from __future__ import annotations

import pytest
from benchmarks.explanation import bounds, phase_table
from benchmarks.phases import ORIENTATION, PHASES, SAMPLE, UNWARPING, Profile

ALONE = dict.fromkeys(PHASES, 0.0) | {ORIENTATION: 0.01, UNWARPING: 0.39, SAMPLE: 0.1}
TOGETHER = {phase: 1.25 * seconds for phase, seconds in ALONE.items()}
PROFILE = Profile(ALONE, TOGETHER, {"peak": 80e9, ORIENTATION: 1e9, UNWARPING: 39e9}, {})


def test_bounds_follow_from_the_measured_times() -> None:
    found = bounds(PROFILE, workers=2, paddleocr_rate=1.6)
    assert found.gflop == pytest.approx(40)
    assert found.network_gflops == pytest.approx(80)  # 40 in half a second
    assert found.networks_share == pytest.approx(0.8)
    assert found.ratio_of_networks == pytest.approx(2.5)  # 4 pages/s
    assert found.ratio_at_peak == pytest.approx(2.5)


def test_table_adds_up() -> None:
    last = phase_table(PROFILE).splitlines()[-1]
    assert last == "| all | 500.0 | 625.0 | 100 % |"
