"""Pages and whole documents in one worker."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from galley.outputs.documents import Assembly, DocumentForm, join_json
from galley.outputs.saving import SavePlan
from galley.pages import Document, PageKind, PageRef
from galley.pipelines.assembler import with_documents
from galley.pipelines.page_pipeline import PageJob
from galley.results import SavedDocument

FORM = DocumentForm("_res.json", join_json)


class Count:
    """Gives each page its number; if told so, one result too few."""

    def __init__(self, short: bool = False) -> None:
        self._short = short

    def describe(self) -> Mapping[str, str]:
        return {}

    def load(self, job: PageJob) -> int | None:
        assert isinstance(job.page, PageRef)
        return job.page.index

    def predict(self, loaded: Sequence[int]) -> list[int]:
        return list(loaded)[self._short :]

    def close(self) -> None:
        pass


def jobs(tmp_path: Path) -> list[PageJob]:
    units = [PageRef(PageKind.PDF, "d.pdf", index, 2, "d") for index in range(2)]
    document = Document(PageKind.PDF, "d.pdf", "d", 2, (FORM.suffix,))
    for index in range(2):
        (tmp_path / f"d_{index}_res.json").write_text(json.dumps(index))
    return [PageJob(unit, None) for unit in (units[0], document, units[1])]


def test_documents_among_the_pages_of_one_call_keep_their_place(tmp_path: Path) -> None:
    plan = SavePlan(str(tmp_path), ("json",), Assembly(str(tmp_path), str(tmp_path), (FORM,)))
    pipeline = with_documents(Count(), plan)
    results = pipeline.predict([pipeline.load(job) for job in jobs(tmp_path)])
    assert results == [0, SavedDocument((str(tmp_path / "d_res.json"),)), 1]
    assert json.loads((tmp_path / "d_res.json").read_text())["pages"] == [0, 1]


def test_a_pipeline_that_forgets_a_page_is_found_out(tmp_path: Path) -> None:
    plan = SavePlan(str(tmp_path), ("json",), Assembly(str(tmp_path), str(tmp_path), (FORM,)))
    pipeline = with_documents(Count(short=True), plan)
    with pytest.raises(ValueError, match="1 results for 2 pages"):
        pipeline.predict([pipeline.load(job) for job in jobs(tmp_path)])


def test_without_documents_the_pipeline_is_itself() -> None:
    pipeline = Count()
    assert with_documents(pipeline, None) is pipeline
    assert with_documents(pipeline, SavePlan(None, ())) is pipeline
