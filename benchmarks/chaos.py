"""Batches whose workers and parents are killed at random: after resuming, is every page accounted for exactly once?

Runs in: parent (the judge), a child of it (the batch); its workers run `benchmarks.fates:Fated`.

In each run 500 pages, of pictures and of documents, have fates: most are done; some raise, crash or hang their worker
once or always, or die as if the system were out of memory. Meanwhile workers and the batch itself are killed. The
batch is started again until it ends by itself; then journal, files and lines are compared with the fates.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import psutil

from benchmarks.fates import DOCUMENTS, PAGES, PERMANENT, Errand, Plan, assembly_in, make_plan
from benchmarks.report import publish, table
from galley.batches import BatchSettings, run_batch
from galley.batches.settings import PARTS
from galley.devices import Device, plan_slots, usable_cores
from galley.errors import ExitCode, GalleyError, OutputError
from galley.fleet.limits import Limits
from galley.fleet.messages import Factory, FleetEvent
from galley.fleet.run import Fleet
from galley.inputs import page_stem
from galley.journal import open_ledger
from galley.outputs.files import TEMPORARY_PREFIX
from galley.pages import Document, Done, Outcome, PageRef, Unit, Unreadable
from galley.results import SavedDocument, SavedPage

WORKERS = 3
LIMITS = Limits(page_timeout=0.7, max_tries=3, restart_delay=0.01, max_deaths=100, max_crashes=1000)
LATEST_KILL = 2.5
"""Seconds after its first worker was started, within which a batch is killed."""


# ---- the batch ----------------------------------------------------------------------------------------------------


class FatedRunner:
    """A `galley.batches.PageRunner` on workers that know the fates."""

    def __init__(self, plan: Plan, scratch: Path, output: Path) -> None:
        """Start nothing yet."""
        self.slots = plan_slots([Device("cpu", number) for number in range(WORKERS)], 1, usable_cores())
        folders = None if plan.lines else (str(output), str(output / PARTS))
        self._factory = Factory(
            "benchmarks.fates:Fated", {"fates": plan.fates, "scratch": str(scratch), "folders": folders}
        )
        self._fleet: Fleet | None = None
        self._on_event: Callable[[FleetEvent], None] | None = None

    def watch(self, on_event: Callable[[FleetEvent], None], on_listed: Callable[[PageRef | Unreadable], None]) -> None:
        """Remember whom to tell."""
        self._on_event = on_event

    def run_pages(
        self, pages: Iterator[Unit], options: Any = None, *, ordered: bool = True
    ) -> Generator[Outcome, None, None]:
        """Every page and document through a worker."""
        if self._fleet is None:
            self._fleet = Fleet(self._factory, self.slots, LIMITS, self._on_event)
        for _, outcome in self._fleet.run(map(send_on_errand, pages)):
            page, stem = outcome.page
            if isinstance(outcome, Done):
                is_document = isinstance(page, Document)
                files = outcome.result
                result = SavedDocument(files) if is_document else SavedPage(files, {"stem": stem}, {})
                yield replace(outcome, page=page, result=result)
            else:
                yield replace(outcome, page=page)

    def close(self) -> None:
        """End the workers."""
        if self._fleet is not None:
            self._fleet.close()


def send_on_errand(unit: Unit) -> Errand:
    return Errand(unit, page_stem(unit) if isinstance(unit, PageRef) else "")


def run_child(seed: int, root: Path, retry_failed: bool) -> int:
    """One start of the batch; its exit code."""
    plan = make_plan(seed)
    settings = BatchSettings(
        str(root / "in"),
        str(root / "out"),
        identity={"seed": seed},
        lines=plan.lines,
        documents=None if plan.lines else assembly_in(str(root / "out"), str(root / "out" / PARTS)),
        retry_failed=retry_failed,
    )
    try:
        return run_batch(settings, lambda: FatedRunner(plan, root / "marks", root / "out")).exit_code
    except GalleyError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code


# ---- the judge ----------------------------------------------------------------------------------------------------


def make_inputs(folder: Path) -> None:
    import pypdfium2

    folder.mkdir()
    for number, count in enumerate(DOCUMENTS):
        document = pypdfium2.PdfDocument.new()
        for _ in range(count):
            document.new_page(10, 10)
        document.save(str(folder / f"doc{number}.pdf"))
    for number in range(PAGES - sum(DOCUMENTS)):
        (folder / f"picture{number:03}.png").write_bytes(b"x")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one run."""

    seed: int
    lines: bool
    kills: Sequence[int]
    """How many pages had an outcome in the journal, each time the batch was killed."""
    worker_deaths: int
    seconds: float
    problems: Sequence[str]

    def __str__(self) -> str:
        killed = f"killed {len(self.kills)} times, with {', '.join(map(str, self.kills))} outcomes"
        return (
            f"seed {self.seed}: {PAGES} pages as {'lines' if self.lines else 'files'}, batch {killed}; "
            f"{self.worker_deaths} workers died; {self.seconds:.1f} s: "
            f"{'; '.join(self.problems) if self.problems else 'accounted for'}"
        )


def run_once(seed: int, root: Path) -> Verdict:
    """One chaos run."""
    begin = time.monotonic()
    plan = make_plan(seed)
    chance = random.Random(seed + 1)
    make_inputs(root / "in")
    (root / "marks").mkdir()
    kills = [
        count_outcomes(root)
        for _ in range(plan.parent_kills)
        if harass(start(seed, root, False), chance, chance.uniform(0, LATEST_KILL)) == -signal.SIGKILL
    ]
    harass(start(seed, root, False), chance)
    problems = accounted_for(plan, root)
    # Whoever was killed from outside more often than a page may be tried has failed without having been fated to.
    if start(seed, root, True).wait() not in (ExitCode.OK, ExitCode.SOME_FAILED):
        problems.append("the last run did not end well")
    problems += as_fated(plan, root)
    return Verdict(seed, plan.lines, kills, count_deaths(root), time.monotonic() - begin, problems)


def start(seed: int, root: Path, retry_failed: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, __file__, "--child", str(seed), str(root), str(int(retry_failed))]
    return subprocess.Popen(command)


def harass(batch: subprocess.Popen[bytes], chance: random.Random, kill_after: float = math.inf) -> int:
    """Kill workers now and then, once the child that opens documents, and the batch itself so many seconds after its
    first worker; its exit code.
    """
    end = math.inf
    opener_killed = False
    while batch.poll() is None:
        now = time.monotonic()
        workers, others = find_children(batch.pid)
        if end == math.inf and workers:
            end = now + kill_after
        if now >= end:
            batch.kill()
        # The opener only once: more often, and it would seem that a document does it, which is tried three times.
        victims = workers if opener_killed else workers + others
        if now < end and victims and chance.random() < 0.3:
            victim = chance.choice(victims)
            opener_killed |= victim in others
            with suppress(psutil.NoSuchProcess):
                victim.kill()
        time.sleep(min(chance.uniform(0.02, 0.5), max(end - now, 0.001)))
    return batch.returncode


def find_children(pid: int) -> tuple[list[psutil.Process], list[psutil.Process]]:
    """The batch's workers, and its other children."""
    try:
        children = psutil.Process(pid).children()
    except psutil.NoSuchProcess:
        return [], []
    workers = [child for child in children if is_worker(child)]
    return workers, [child for child in children if child not in workers]


def is_worker(process: psutil.Process) -> bool:
    try:
        return any("galley.fleet.worker" in word for word in process.cmdline())
    except psutil.NoSuchProcess:
        return False


def count_outcomes(root: Path) -> int:
    """Pages with an outcome that lasts."""
    try:
        with open_ledger(root / "out") as ledger:
            counts = ledger.counts()
    except OutputError:  # killed before it had a journal
        return 0
    return counts.done + counts.failed


def count_deaths(root: Path) -> int:
    with open_ledger(root / "out") as ledger:
        return sum(event.event == "died" for run in ledger.runs() for event in ledger.events(run.id))


def accounted_for(plan: Plan, root: Path) -> list[str]:
    """What is wrong with the outcomes, whatever they are."""
    problems = []
    with open_ledger(root / "out") as ledger:
        entries = {stem_of(file.name, page.page): page for file, page in ledger.pages()}
        counts = ledger.counts()
        if ledger.runs()[-1].state != "finished":
            problems.append(f"the journal says that the last run is {ledger.runs()[-1].state}")
    if set(entries) != set(plan.fates):
        problems.append(f"{len(entries)} outcomes, {len(set(plan.fates) - set(entries))} pages have none")
    if counts.pending or counts.done + counts.failed != PAGES:
        problems.append(f"counts do not add up: {counts}")
    done = {stem for stem, entry in entries.items() if entry.state == "done"}
    return problems + (wrong_lines(done, root) if plan.lines else wrong_files(done, root))


def stem_of(name: str, page: int) -> str:
    return name if page < 0 else f"{name}_{page}"


def as_fated(plan: Plan, root: Path) -> list[str]:
    """What is wrong once every page has been tried often enough."""
    problems = accounted_for(plan, root)
    with open_ledger(root / "out") as ledger:
        for file, page in ledger.pages():
            stem = stem_of(file.name, page.page)
            if page.kind != PERMANENT.get(plan.fates[stem]):
                problems.append(f"{stem}, fated to {plan.fates[stem]}, is {page.state} {page.kind}: {page.message}")
    return problems


def wrong_files(done: set[str], root: Path) -> list[str]:
    output = root / "out"
    problems = [f"left behind: {path.name}" for path in output.rglob(f"{TEMPORARY_PREFIX}*")]
    names = {path.name.removesuffix("_res.json") for path in output.glob("*_res.json")}
    documents = {f"doc{number}": count for number, count in enumerate(DOCUMENTS)}
    whole = {name for name, count in documents.items() if {f"{name}_{page}" for page in range(count)} <= done}
    missing, extra = (done | whole) - names, names - done - whole
    if missing or extra:
        problems.append(f"missing: {sorted(missing)[:5]}; not expected: {sorted(extra)[:5]}")
    problems.extend(
        f"{stem} holds the result of another page"
        for stem in done & names
        if json.loads((output / f"{stem}_res.json").read_text())["stem"] != stem
    )
    for name in whole & names:
        pages = json.loads((output / f"{name}_res.json").read_text())["pages"]
        if [page["stem"] for page in pages] != [f"{name}_{page}" for page in range(documents[name])]:
            problems.append(f"the pages of {name} are not in order")
    return problems


def wrong_lines(done: set[str], root: Path) -> list[str]:
    lines = [
        json.loads(line)["res"]["stem"]
        for shard in sorted((root / "out").glob("*.jsonl"))
        for line in shard.read_bytes().splitlines()
    ]
    if sorted(lines) != sorted(done):
        twice = {stem for stem in lines if lines.count(stem) > 1}
        return [f"lines missing: {len(done - set(lines))}, twice: {len(twice)}, not done: {len(set(lines) - done)}"]
    return []


def chaos(seeds: Sequence[int], scratch: Path, jobs: int) -> Iterator[Verdict]:
    """The verdicts, as they come; what went wrong stays in `scratch`.

    Runs side by side share nothing but the machine, which makes the moments of the kills more various.
    """

    def one(seed: int) -> Verdict:
        root = scratch / str(seed)
        root.mkdir()
        verdict = run_once(seed, root)
        if not verdict.problems:
            shutil.rmtree(root)
        return verdict

    with ThreadPoolExecutor(jobs) as pool:
        for future in as_completed([pool.submit(one, seed) for seed in seeds]):
            yield future.result()


def read_verdicts(path: Path | None) -> list[Verdict]:
    """Those of earlier calls, with the same sources."""
    if path is None or not path.exists():
        return []
    return [Verdict(**each) for each in json.loads(path.read_text(encoding="utf-8"))["data"]["runs"]]


def rows(verdicts: Sequence[Verdict]) -> list[list[str]]:
    """The table: what, how many."""
    kills = [kill for verdict in verdicts for kill in verdict.kills]
    amid = sum(0 < kill < PAGES for kill in kills)
    return [
        ["runs", f"{len(verdicts)}"],
        ["runs that accounted for every page exactly once", f"{sum(not each.problems for each in verdicts)}"],
        ["pages", f"{PAGES * len(verdicts):,}"],
        [
            "runs with results as files / as lines",
            f"{sum(not v.lines for v in verdicts)} / {sum(v.lines for v in verdicts)}",
        ],
        ["SIGKILL of the batch itself", f"{len(kills)}, {amid} of them with some and not all outcomes in the journal"],
        ["deaths of workers, killed, crashed or hung", f"{sum(verdict.worker_deaths for verdict in verdicts):,}"],
        ["seeds", describe_seeds([verdict.seed for verdict in verdicts])],
    ]


def describe_seeds(seeds: Sequence[int]) -> str:
    """As ranges: `1-20, 31-40`."""
    ordered = sorted(set(seeds))
    starts = [seed for seed in ordered if seed - 1 not in ordered]
    ends = [seed for seed in ordered if seed + 1 not in ordered]
    return ", ".join(f"{first}-{last}" for first, last in zip(starts, ends, strict=True))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None, help="of the first run; each further one has the next")
    parser.add_argument("--jobs", type=int, default=2, help="runs side by side (default: 2)")
    parser.add_argument("--json", type=Path, help="add the runs to those in this file")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        seed, root, retry_failed = arguments.child
        return run_child(int(seed), Path(root), bool(int(retry_failed)))
    seed = random.randrange(10**6) if arguments.seed is None else arguments.seed
    scratch = Path(tempfile.mkdtemp(prefix="galley-chaos-"))
    print(f"{arguments.runs} runs from seed {seed}; what goes wrong is kept in {scratch}", flush=True)
    verdicts = read_verdicts(arguments.json)
    for verdict in chaos(range(seed, seed + arguments.runs), scratch, arguments.jobs):
        print(verdict, flush=True)
        verdicts.append(verdict)
    data = {"runs": [asdict(verdict) for verdict in sorted(verdicts, key=lambda verdict: verdict.seed)]}
    publish("chaos", [table(["what", "how many"], rows(verdicts))], data, arguments.json)
    return 1 if any(verdict.problems for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
