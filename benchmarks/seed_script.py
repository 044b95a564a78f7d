"""`galley batch` against the multi-process script of PaddleOCR's documentation, with the same pipeline class.

Runs in: parent. Both sides run in PaddleOCR's environment, with 2 processes.

The script is taken from the page of PaddleOCR's documentation that has it, `parallel_inference.md`, and changed in two
places so that it accepts CPUs; it is not part of this project.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import psutil

from benchmarks.long_document import repeat_pages
from benchmarks.peers import ROOT, Peer, default_cache, ensure_peer
from benchmarks.report import publish, table
from benchmarks.seed_pipeline import MODELS
from benchmarks.timing import alternate, ratios, spread

CHANGES = {
    "parse_device(args.device)": '("cpu", [0, 1])',
    "constr_device(device_type, [device_id])": "device_type",
}
"""What it takes to let the script accept CPUs."""
MISSING = ("platformdirs", "rich")
"""What Galley needs and PaddleOCR does not bring along."""
GOALS = {"equal pictures": 1.0, "one PDF among pictures": 1.5}
EQUAL_PICTURES, MIXED_PICTURES, KILLED_PICTURES = 150, 50, 50


@dataclass(frozen=True, slots=True)
class Sides:
    """How each side is called."""

    python: Path
    script: Path
    environment: Mapping[str, str]

    def command(self, side: str, inputs: Path, output: Path, batch_size: int = 1) -> list[str]:
        """The command of `galley` or `script`."""
        common = ["--input_dir", str(inputs), "--output_dir", str(output), "--batch_size", str(batch_size)]
        if side == "script":
            start = [str(self.python), "-m", "benchmarks.seed_pipeline", str(self.script)]
            return [*start, "--pipeline", "Upright", "--device", "cpu:0,1", *common]
        start = [str(self.python), "-m", "galley", "batch", "--quiet", "--pipeline", "benchmarks.seed_pipeline:Upright"]
        return [*start, "--device", "cpu:0,1", "--fresh", *common]

    def start(self, side: str, inputs: Path, output: Path, batch_size: int = 1) -> subprocess.Popen[bytes]:
        """The command, running."""
        shutil.rmtree(output, ignore_errors=True)
        command = self.command(side, inputs, output, batch_size)
        nothing = subprocess.DEVNULL
        return subprocess.Popen(command, env=self.environment, stdout=nothing, stderr=nothing, cwd=inputs.parent)


def open_sides(peer: Peer, script: Path, site: Path) -> Sides:
    """Install Galley beside PaddleOCR, in a folder that is gone afterwards."""
    install = [str(peer.python), "-m", "pip", "install", "--quiet", "--target", str(site)]
    subprocess.run([*install, *MISSING], check=True)
    subprocess.run([*install, "--no-deps", str(ROOT)], check=True)
    path = os.pathsep.join([str(site), str(ROOT)])
    return Sides(peer.python, script, {**os.environ, **peer.environment, "PYTHONPATH": path, MODELS: str(peer.models)})


def read_script(page: Path) -> str:
    """The script of the documentation, changed to accept CPUs.

    Raises:
        ValueError: the page has no such script, or another one.
    """
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    script = next((block for block in blocks if "def worker(" in block), "")
    for before, after in CHANGES.items():
        if script.count(before) != 1:
            raise ValueError(f"{str(page)!r} does not have the script that this benchmark knows: no {before!r}")
        script = script.replace(before, after)
    return script


def copy_picture(folder: Path, times: int) -> Path:
    """A new folder of equal pictures."""
    folder.mkdir()
    for number in range(times):
        shutil.copy(ROOT / "samples" / "english.png", folder / f"picture{number:03}.png")
    return folder


def make_folders(scratch: Path, pages: int) -> dict[str, Path]:
    """Pictures of equal cost; the same, and one long document of the same page."""
    equal = copy_picture(scratch / "equal", EQUAL_PICTURES)
    mixed = copy_picture(scratch / "mixed", MIXED_PICTURES)
    repeat_pages(ROOT / "samples" / "report.pdf", pages, mixed / "long.pdf")
    return {"equal pictures": equal, "one PDF among pictures": mixed}


def measure(sides: Sides, inputs: Path, output: Path, rounds: int) -> dict[str, list[float]]:
    """Seconds of the whole command, from its start to its end."""

    def run(side: str) -> Callable[[], float]:
        def timed() -> float:
            begin = time.perf_counter()
            code = sides.start(side, inputs, output).wait()
            seconds = time.perf_counter() - begin
            if code:
                raise RuntimeError(f"{side} ended with {code}")
            return seconds

        return timed

    rivals = {side: run(side) for side in ("galley", "script")}
    alternate(rivals, 1)  # the first time, files come from the disk
    return alternate(rivals, rounds)


def losses(sides: Sides, scratch: Path) -> list[list[str]]:
    """What is there after harm: results of readable pictures, and the exit code."""
    harmed = copy_picture(scratch / "harmed", 20)
    (harmed / "picture007.png").write_bytes(b"not a picture")
    twins = scratch / "twins"
    for folder in ("", "deeper"):
        (twins / folder).mkdir()
        for number in range(5):
            shutil.copy(ROOT / "samples" / "english.png", twins / folder / f"scan{number}.png")
    for number in range(5):
        shutil.copy(ROOT / "samples" / "photo.jpg", twins / f"scan{number}.jpg")
    steady = copy_picture(scratch / "steady", KILLED_PICTURES)
    return [
        ["one damaged among 20 pictures, `--batch_size 4`", "19", *_count_both(sides, harmed, 4)],
        [
            f"a process killed in the midst of {KILLED_PICTURES} pictures, `--batch_size 4`",
            f"{KILLED_PICTURES}",
            *_count_both(sides, steady, 4, kill=True),
        ],
        ["5 x.png and 5 x.jpg of the same names, 5 more in a folder below", "15", *_count_both(sides, twins, 1)],
    ]


def _count_both(sides: Sides, inputs: Path, batch_size: int, kill: bool = False) -> list[str]:
    cells = []
    for side in ("galley", "script"):
        output = inputs.parent / "lost"
        process = sides.start(side, inputs, output, batch_size)
        if kill:
            _kill_one_at_work(process, output)
        code = process.wait()
        cells.append(f"{len(_results(output))} results, exit code {code}")
    return cells


def _kill_one_at_work(process: subprocess.Popen[bytes], output: Path) -> None:
    """Once some results are there, kill the child that has used most of the processor: one that computes."""
    while len(_results(output)) < 6:
        if process.poll() is not None:
            raise RuntimeError("it ended before it could be harmed")
        time.sleep(0.01)
    children = psutil.Process(process.pid).children(recursive=True)
    max(children, key=lambda child: sum(child.cpu_times()[:2])).kill()


def _results(output: Path) -> list[Path]:
    return [path for path in output.rglob("*.json") if path.name != "report.json"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("page", type=Path, help="PaddleOCR's parallel_inference.md, which has the script")
    parser.add_argument("--pages", type=int, default=200, help="of the long document")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where PaddleOCR is installed")
    parser.add_argument("--json", type=Path, help="write all measurements to this file")
    arguments = parser.parse_args()
    script_text = read_script(arguments.page)
    peer = ensure_peer(arguments.cache)
    scratch = Path(tempfile.mkdtemp(prefix="galley-seed-"))
    try:
        script = scratch / "infer_mp.py"
        script.write_text(script_text, encoding="utf-8")
        sides = open_sides(peer, script, scratch / "site")
        folders = make_folders(scratch, arguments.pages)
        seconds = {name: measure(sides, folder, scratch / "out", arguments.rounds) for name, folder in folders.items()}
        lost = losses(sides, scratch)
    finally:
        shutil.rmtree(scratch)
    publish_all(seconds, lost, arguments)


def publish_all(
    seconds: Mapping[str, Mapping[str, Sequence[float]]], lost: Sequence[Sequence[str]], arguments: argparse.Namespace
) -> None:
    """Both tables."""
    speed = [
        [
            name,
            spread(times["galley"]).show(),
            spread(times["script"]).show(),
            spread(ratios(times["script"], times["galley"])).show(),
            f"{GOALS[name]:g}",
        ]
        for name, times in seconds.items()
    ]
    note = (
        f"Seconds of the whole command, start-up included: median (lowest-highest) of {arguments.rounds} runs, "
        f"alternating, after one that does not count. {EQUAL_PICTURES} equal pictures; {MIXED_PICTURES} of them and a "
        f"PDF file of {arguments.pages} pages. Both run "
        "PaddleOCR's DocPreprocessor with orientation alone, two processes with one engine thread each."
    )
    publish(
        "seed_script",
        [
            table(["inputs", "`galley batch`, s", "the script, s", "ratio", "goal"], speed),
            note,
            table(["what happens", "results there should be", "`galley batch`", "the script"], lost),
        ],
        {"seconds": seconds, "losses": lost},
        arguments.json,
    )


if __name__ == "__main__":
    main()
