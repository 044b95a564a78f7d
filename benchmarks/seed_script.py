"""`galley batch` against the multi-process script of PaddleOCR's documentation, with the same pipeline class.

Runs in: parent. Both sides run in PaddleOCR's environment, with 2 processes.

The script is taken from the page of PaddleOCR's documentation that has it, `parallel_inference.md`, and changed in two
places so that it accepts CPUs; it is not part of this project.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import psutil

from benchmarks.environments import ROOT, default_cache
from benchmarks.long_document import repeat_pages
from benchmarks.peers import Peer, ensure_peer
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
GOALS = {"equal": 1.0, "many": 1.0, "mixed": 1.5}
PICTURES = 50
MANY = 200
"""Pictures beside which the start of the programs weighs little."""


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
            return [*start, "--pipeline", "Preprocessor", "--device", "cpu:0,1", *common]
        start = [
            str(self.python),
            "-m",
            "galley",
            "batch",
            "--quiet",
            "--pipeline",
            "benchmarks.seed_pipeline:Preprocessor",
        ]
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
    equal = copy_picture(scratch / "equal", PICTURES)
    many = copy_picture(scratch / "many", MANY)
    mixed = copy_picture(scratch / "mixed", PICTURES)
    repeat_pages(ROOT / "samples" / "report.pdf", pages, mixed / "long.pdf")
    return {"equal": equal, "many": many, "mixed": mixed}


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
    for side in rivals:  # the first time, programs come from the disk
        sides.start(side, inputs.parent / "warm", output).wait()
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
    steady = copy_picture(scratch / "steady", PICTURES)
    return [
        ["one damaged among 20 pictures, `--batch_size 4`", "19", *_count_both(sides, harmed, 4)],
        [
            f"a process killed in the midst of {PICTURES} pictures, `--batch_size 4`",
            f"{PICTURES}",
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
    parser.add_argument("--only", choices=[*GOALS, "losses"], help="one of the measurements")
    parser.add_argument("--pages", type=int, default=200, help="of the long document")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=default_cache(), help="where PaddleOCR is installed")
    parser.add_argument("--json", type=Path, help="add the measurements to those in this file")
    arguments = parser.parse_args()
    script_text = read_script(arguments.page)
    peer = ensure_peer(arguments.cache)
    data = read_data(arguments.json)
    with tempfile.TemporaryDirectory(prefix="galley-seed-") as folder:
        scratch = Path(folder)
        script = scratch / "infer_mp.py"
        script.write_text(script_text, encoding="utf-8")
        sides = open_sides(peer, script, scratch / "site")
        copy_picture(scratch / "warm", 2)
        for name, inputs in make_folders(scratch, arguments.pages).items():
            if arguments.only in (None, name):
                data[name] = measure(sides, inputs, scratch / "out", arguments.rounds)
        if arguments.only in (None, "losses"):
            data["losses"] = losses(sides, scratch)
    publish("seed_script", paragraphs(data, arguments.pages), data, arguments.json)


def read_data(path: Path | None) -> dict[str, Any]:
    """What earlier calls have measured."""
    if path is None or not path.exists():
        return {}
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["data"]
    return data


def paragraphs(data: Mapping[str, Any], pages: int) -> list[str]:
    """The tables."""
    names = {
        "equal": f"{PICTURES} equal pictures",
        "many": f"{MANY} equal pictures",
        "mixed": f"{PICTURES} pictures and one PDF file of {pages} pages",
    }
    speed = [
        [
            names[name],
            spread(data[name]["galley"]).show(1),
            spread(data[name]["script"]).show(1),
            spread(ratios(data[name]["script"], data[name]["galley"])).show(),
            f"{goal:g}",
        ]
        for name, goal in GOALS.items()
        if name in data
    ]
    note = (
        "Seconds of the whole command, start-up included; median (lowest-highest) of alternating runs. Both run "
        "PaddleOCR's DocPreprocessor in two processes with one engine thread each."
    )
    found = [table(["inputs", "`galley batch`, s", "the script, s", "ratio", "goal"], speed), note]
    if "losses" in data:
        found.append(table(["what happens", "results there should be", "`galley batch`", "the script"], data["losses"]))
    return found


if __name__ == "__main__":
    main()
