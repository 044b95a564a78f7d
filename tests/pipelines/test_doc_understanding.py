"""DocUnderstanding's life of a question, in this process, against a server of the test's own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.answering.scripted import Scripted

from galley.config import DocUnderstandingConfig, UnderstandingOptions
from galley.devices import plan_server_slots
from galley.errors import BadInput, DeviceLost, ModelError
from galley.inputs import InputOptions
from galley.outputs.saving import SavePlan
from galley.pages import PageKind, PageRef, Unreadable
from galley.pipelines.doc_understanding import open_doc_understanding
from galley.pipelines.page_pipeline import PageJob
from galley.results import SavedPage, UnderstoodPage

CONFIG = DocUnderstandingConfig(backend="openai-server")
FIRST, SECOND = plan_server_slots(2, 1, (0,))


def opened(*urls: str, slot: Any = FIRST, save: SavePlan | None = None) -> Any:
    return closing(open_doc_understanding(slot, CONFIG, urls, 30.0, InputOptions(), save))


def job(page: Any, query: str | None = None) -> PageJob:
    return PageJob(page, UnderstandingOptions(query=query))


@pytest.fixture
def page(samples: Path) -> PageRef:
    return PageRef(PageKind.PDF, str(samples / "report.pdf"), 1, 3, "report")


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted() as scripted:
        yield scripted


def test_each_slot_asks_its_own_server(server: Scripted, page: PageRef) -> None:
    with Scripted(models=("other",)) as other:
        for slot, asked in ((FIRST, server), (SECOND, other)):
            with opened(server.url, other.url, slot=slot) as pipeline:
                assert pipeline.describe() == {"model": f"{asked.models[0]} at {asked.url}"}
                (result,) = pipeline.predict([pipeline.load(job(page, "what?"))])
            assert isinstance(result, UnderstoodPage)
            assert result.metadata["slot"] == slot.name
            assert asked.questions() == ["what?"]
    assert [FIRST.name, SECOND.name] == ["server:0", "server:1"]


def test_a_page_of_a_document_keeps_its_place(server: Scripted, page: PageRef, tmp_path: Path) -> None:
    with opened(server.url, save=SavePlan(str(tmp_path), ("json",))) as pipeline:
        (saved,) = pipeline.predict([pipeline.load(job(page, "what?"))])
    assert isinstance(saved, SavedPage)
    (file,) = saved.files
    assert Path(file).name == "report_1_res.json"
    expected = {"image": page.path, "query": "what?", "result": "what?", "input_path": page.path, "page_index": 1}
    assert json.loads(Path(file).read_text()) == saved.json == expected
    assert saved.beside()["usage"]["requests"] == 1


def test_a_question_of_its_own_wins_over_that_for_all(server: Scripted, page: PageRef) -> None:
    row = PageRef(
        PageKind.OBJECT, None, None, None, "x", content={"image": page.path, "page_index": 0, "query": "mine"}
    )
    bare = PageRef(PageKind.OBJECT, None, None, None, "x", content={"image": page.path, "page_index": 0})
    with opened(server.url) as pipeline:
        answers = [pipeline.predict([pipeline.load(job(each, "for all"))])[0].result for each in (row, bare)]
        with pytest.raises(BadInput, match="there is no question"):
            pipeline.load(job(bare))
        with pytest.raises(BadInput, match="cannot be listed"):
            pipeline.load(job(Unreadable("x", "cannot be listed"), "for all"))
    assert answers == ["mine", "for all"]


def test_a_server_that_is_away_is_a_lost_device_and_no_model_an_error() -> None:
    with pytest.raises(DeviceLost, match="/v1: Connection refused"):
        opened("http://127.0.0.1:9/v1")
    with pytest.raises(ModelError):
        opened()
