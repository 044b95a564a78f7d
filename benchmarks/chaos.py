"""Batches whose workers and parents are killed at random: after resuming, is every page accounted for exactly once?

Runs in: parent (the judge), a child of it (the batch), and worker (`Fated`, opened by name).

In each run 500 pages, of pictures and of documents, have fates: most are done; some raise, crash or hang their worker
once or always, or die as if the system were out of memory. Meanwhile workers and the batch itself are killed. The
batch is started again until it ends by itself; then journal, files and lines are compared with the fates.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import psutil

from galley.batches import BatchSettings, run_batch
from galley.batches.settings import PARTS
from galley.devices import Device, Slot, plan_slots, usable_cores
from galley.errors import ExitCode, GalleyError
from galley.fleet.limits import Limits
from galley.fleet.messages import Factory, FleetEvent
from galley.fleet.run import Fleet
from galley.inputs import page_stem
from galley.journal import open_ledger
from galley.outputs.documents import Assembly, DocumentForm, join_json
from galley.outputs.files import TEMPORARY_PREFIX, write_file
from galley.outputs.saving import SavePlan
from galley.pages import Outcome, PageRef, Unit, Unreadable
from galley.pipelines.assembler import Predicting, with_documents
from galley.pipelines.page_pipeline import PageJob
from galley.results import SavedPage

PAGES = 500
DOCUMENTS = (150, 75, 25)
"""Pages of the documents; the rest are pictures."""
WORKERS = 3
PAGE_SECONDS = 0.004
LIMITS = Limits(page_timeout=0.7, max_tries=3, restart_delay=0.01, max_deaths=100, max_crashes=1000)
PERMANENT = {"raise": "rejected", "crash": "crashed"}
"""Fates that no try escapes -> kind of failure."""
FATES = (
    ("done", 0.955),
    ("raise", 0.012),
    ("crash", 0.004),
    ("crash once", 0.015),
    ("memory once", 0.010),
    ("hang once", 0.004),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One run, made of its seed alone."""

    seed: int
    fates: Mapping[str, str]
    """Output stem of each page -> its fate."""
    lines: bool
    """Results as lines in shards, not as a file each."""
    parent_kills: int
    """How often the batch itself is killed."""


def make_plan(seed: int) -> Plan:
    chance = random.Random(seed)
    stems = [f"doc{number}_{page}" for number, count in enumerate(DOCUMENTS) for page in range(count)]
    stems += [f"picture{number:03}" for number in range(PAGES - len(stems))]
    names, weights = zip(*FATES, strict=True)
    fates = {stem: chance.choices(names, weights)[0] for stem in stems}
    return Plan(seed, fates, chance.random() < 0.4, chance.randint(1, 4))


# ---- in a worker --------------------------------------------------------------------------------------------------


class Fated:
    """Does to each page what its fate says."""

    def __init__(self, fates: Mapping[str, str], scratch: str, folder: str | None) -> None:
        """`scratch` holds a mark for each fate that comes only once."""
        self._fates = fates
        self._scratch = Path(scratch)
        self._folder = folder

    def describe(self) -> Mapping[str, str]:
        """Nothing runs."""
        return {}

    def load(self, job: PageJob) -> Unit:
        """The page itself."""
        return job.page

    def predict(self, loaded: Sequence[PageRef]) -> list[SavedPage]:
        """The page's own stem as its result."""
        return [self._do(page) for page in loaded]

    def _do(self, page: PageRef) -> SavedPage:
        stem = page_stem(page)
        time.sleep(PAGE_SECONDS)
        action, _, once = self._fates[stem].partition(" ")
        if not once or self._first_time(stem):
            _suffer(action)
        result = {"stem": stem}
        if self._folder is None:
            return SavedPage((), result, {})
        path = Path(self._folder, f"{stem}_res.json")
        write_file(path, json.dumps(result).encode())
        return SavedPage((str(path),), result, {})

    def _first_time(self, stem: str) -> bool:
        try:
            (self._scratch / stem).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def close(self) -> None:
        """Nothing to release."""


def open_fated(slot: Slot, fates: Mapping[str, str], scratch: str, folder: str | None) -> Predicting:
    """The pipeline, with whole documents where files are written."""
    assembly = None if folder is None else assembly_in(Path(folder))
    return with_documents(Fated(fates, scratch, folder), SavePlan(folder, (), assembly))


def assembly_in(output: Path) -> Assembly:
    """One JSON of each document."""
    return Assembly(str(output), str(output / PARTS), (DocumentForm("_res.json", join_json),))


def _suffer(action: str) -> None:
    if action == "raise":
        raise ValueError("as fated")
    if action == "crash":
        os.abort()
    if action == "memory":
        os.kill(os.getpid(), signal.SIGKILL)
    if action == "hang":
        time.sleep(1000)


# ---- the batch ----------------------------------------------------------------------------------------------------


class FatedRunner:
    """A `galley.batches.PageRunner` on workers that know the fates."""

    def __init__(self, plan: Plan, scratch: Path, output: Path) -> None:
        """Start nothing yet."""
        self.slots = plan_slots([Device("cpu", number) for number in range(WORKERS)], 1, usable_cores())
        folder = None if plan.lines else str(output)
        self._factory = Factory(
            "benchmarks.chaos:open_fated", {"fates": plan.fates, "scratch": str(scratch), "folder": folder}
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
        for _, outcome in self._fleet.run(PageJob(page, None) for page in pages):
            yield replace(outcome, page=outcome.page.page)

    def close(self) -> None:
        """End the workers."""
        if self._fleet is not None:
            self._fleet.close()


def run_child(seed: int, root: Path, retry_failed: bool) -> int:
    """One start of the batch; its exit code."""
    plan = make_plan(seed)
    settings = BatchSettings(
        str(root / "in"),
        str(root / "out"),
        identity={"seed": seed},
        lines=plan.lines,
        documents=None if plan.lines else assembly_in(root / "out"),
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


def run_once(seed: int, root: Path) -> list[str]:
    """One chaos run; what is wrong after it."""
    plan = make_plan(seed)
    chance = random.Random(seed + 1)
    make_inputs(root / "in")
    (root / "marks").mkdir()
    for kill in range(plan.parent_kills + 1):
        harass(start(seed, root, False), chance, kill < plan.parent_kills)
    problems = accounted_for(plan, root)
    # Whoever was killed from outside more often than a page may be tried has failed without having been fated to.
    if harass(start(seed, root, True), chance, False, gently=True) not in (ExitCode.OK, ExitCode.SOME_FAILED):
        problems.append("the last run did not end well")
    return [*problems, *as_fated(plan, root)]


def start(seed: int, root: Path, retry_failed: bool) -> subprocess.Popen[bytes]:
    command = [sys.executable, __file__, "--child", str(seed), str(root), str(int(retry_failed))]
    return subprocess.Popen(command)


def harass(batch: subprocess.Popen[bytes], chance: random.Random, kill_it: bool, gently: bool = False) -> int:
    """Kill workers now and then, and the batch itself once if `kill_it`; its exit code."""
    end = time.monotonic() + chance.uniform(0.3, 2.5)
    while batch.poll() is None:
        if kill_it and time.monotonic() >= end:
            batch.kill()
        elif not gently and chance.random() < 0.3:
            kill_a_worker(batch.pid, chance)
        time.sleep(chance.uniform(0.02, 0.5))
    return batch.returncode


def kill_a_worker(pid: int, chance: random.Random) -> None:
    try:
        workers = psutil.Process(pid).children()
        if workers:
            chance.choice(workers).kill()
    except psutil.NoSuchProcess:
        return


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
            expected = PERMANENT.get(plan.fates[stem])
            if page.kind != expected:
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


def chaos(runs: int, seed: int, scratch: Path) -> int:
    """How many of the runs went wrong."""
    wrong = 0
    for number in range(runs):
        root = scratch / str(number)
        root.mkdir()
        begin = time.monotonic()
        problems = run_once(seed + number, root)
        plan = make_plan(seed + number)
        kind = "lines" if plan.lines else "files"
        verdict = "; ".join(problems) if problems else "accounted for"
        print(
            f"seed {plan.seed}: {PAGES} pages as {kind}, batch killed {plan.parent_kills} times, "
            f"{time.monotonic() - begin:.1f} s: {verdict}",
            flush=True,
        )
        wrong += bool(problems)
        if not problems:
            shutil.rmtree(root)
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None, help="of the first run; each further one has the next")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        seed, root, retry_failed = arguments.child
        return run_child(int(seed), Path(root), bool(int(retry_failed)))
    seed = random.randrange(10**6) if arguments.seed is None else arguments.seed
    scratch = Path(tempfile.mkdtemp(prefix="galley-chaos-"))
    print(f"{arguments.runs} runs from seed {seed}; what goes wrong is kept in {scratch}", flush=True)
    wrong = chaos(arguments.runs, seed, scratch)
    print(f"{arguments.runs - wrong} of {arguments.runs} runs accounted for every page exactly once")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
