"""A dry run counts what a run would do."""

from __future__ import annotations

from pathlib import Path

from tests.batches.acts import NUMBERS
from tests.batches.bench import Bench

from galley.api import Settings
from galley.batches.planning import plan_batch
from galley.foreign import ForeignConfig

ANY = Settings(ForeignConfig("nobody:Nothing"), device="cpu")


def test_a_document_of_which_one_page_is_lost_is_done_again_as_a_whole(bench: Bench) -> None:
    bench.document("a.pdf", 3)
    bench.run(documents=[NUMBERS])
    planned = bench.settings(documents=bench.assembly(NUMBERS))
    assert plan_batch(ANY, planned).settled == 3
    Path(bench.output, "a_1_res.json").unlink()
    plan = plan_batch(ANY, planned)
    assert (plan.pages, plan.settled) == (3, 0)
    bench.run(documents=[NUMBERS])
    assert len(bench.listed) == 3
