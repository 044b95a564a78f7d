"""Why DocPreprocessor is as fast as it is: the phases of a page, and the bounds that follow from them.

Runs in: pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.phases import ORIENTATION, PHASES, UNWARPING, Profile
from benchmarks.report import table

GIGA = 1e9


@dataclass(frozen=True, slots=True)
class Bounds:
    """What limits the ratio to PaddleOCR, from measured numbers."""

    gflop: float
    """Operations of both networks for one page, in units of 10^9."""
    network_gflops: float
    """Operations per second, in units of 10^9, that one worker's networks reach while all work."""
    peak_gflops: float
    """The same for a product of large matrices on one core."""
    networks_share: float
    """Part of a page's time in a worker that the networks take, while all work."""
    ratio_of_networks: float
    """Ratio to PaddleOCR if a page cost nothing but its networks, at the speed measured."""
    ratio_at_peak: float
    """The same if the networks ran at the speed of the matrix product."""


def bounds(profile: Profile, workers: int, paddleocr_rate: float) -> Bounds:
    """The bounds for this many workers, one core each, against PaddleOCR's pages per second."""
    networks = sum(profile.together[phase] for phase in (ORIENTATION, UNWARPING))
    flop = sum(profile.core[phase] for phase in (ORIENTATION, UNWARPING))
    return Bounds(
        gflop=flop / GIGA,
        network_gflops=flop / networks / GIGA,
        peak_gflops=profile.core["peak"] / GIGA,
        networks_share=networks / sum(profile.together.values()),
        ratio_of_networks=workers / networks / paddleocr_rate,
        ratio_at_peak=workers * profile.core["peak"] / flop / paddleocr_rate,
    )


def phase_table(profile: Profile) -> str:
    """Milliseconds and shares by phase."""
    alone, together = sum(profile.alone.values()), sum(profile.together.values())
    rows = [
        [
            phase,
            f"{1000 * profile.alone[phase]:.1f}",
            f"{1000 * profile.together[phase]:.1f}",
            f"{100 * profile.together[phase] / together:.1f} %",
        ]
        for phase in PHASES
    ]
    rows.append(["all", f"{1000 * alone:.1f}", f"{1000 * together:.1f}", "100 %"])
    return table(["phase", "one worker at work, ms", "all workers at work, ms", "share"], rows)


def explain(found: Bounds, goal: float, ratio: float, runs_on: Mapping[str, str]) -> str:
    """The bounds in words."""
    networks = "; ".join(sorted(set(runs_on.values())))
    return (
        f"The networks ({networks}) need {found.gflop:.1f} GFLOP for a page and take {100 * found.networks_share:.0f} "
        f"% of its time in a worker. They run at {found.network_gflops:.1f} GFLOP/s per worker; numpy's product "
        f"of large float32 matrices, the practical peak of one core, at {found.peak_gflops:.1f} GFLOP/s. "
        f"If a page cost its networks and nothing else, the ratio would be "
        f"{found.ratio_of_networks:.1f}; if they also ran at that peak, {found.ratio_at_peak:.1f}. "
        f"Measured: {ratio:.1f}. Goal: {goal:g}."
    )
