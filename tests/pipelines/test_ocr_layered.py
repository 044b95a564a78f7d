"""OCR of pages that bring their text along, in this process, with real weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.born_digital import PROSE, make_pdf, text
from tests.outputs.pdf.readers import pdfium_text

from galley.config import NO_PREPROCESSING, OcrConfig, overlay
from galley.devices import Device, Slot
from galley.inputs import InputOptions
from galley.models.store import ensure_models
from galley.outputs.saving import plan_saving
from galley.pages import Document, PageKind, PageRef
from galley.pipelines.page_pipeline import PageJob, open_page_pipeline
from galley.results import RecognizedPage

pytestmark = pytest.mark.usefixtures("ocr_models")
SLOT = Slot(Device("cpu"), 0, (0,), False)
PLAIN = {"preprocessing": NO_PREPROCESSING}


def read_page(path: Path, formats: tuple[str, ...] = (), **options: Any) -> Any:
    config = overlay(OcrConfig(), {f"options.{name}": value for name, value in {**PLAIN, **options}.items()})
    models = ensure_models([choice.name for choice in config.models().values()])
    by_step = {step: models[choice.name] for step, choice in config.models().items()}
    save = None
    if formats:
        save = plan_saving(RecognizedPage, str(path.parent / "out"), formats, parts=str(path.parent / "parts"))
    pipeline = open_page_pipeline(SLOT, config, by_step, InputOptions(), save)
    try:
        loaded = pipeline.load(PageJob(PageRef(PageKind.PDF, str(path), 0, 1, "x"), config.options))
        (result,) = pipeline.predict([loaded])
        if save is not None and save.documents is not None:
            document = Document(PageKind.PDF, str(path), "x", 1, tuple(form.suffix for form in save.documents.forms))
            pipeline.predict([pipeline.load(PageJob(document, config.options))])
        return result
    finally:
        pipeline.close()


@pytest.mark.parametrize(("pdf_text", "way"), [("never", None), ("auto", "text_layer"), ("always", "text_layer")])
def test_a_born_digital_page_is_not_recognised_where_its_text_may_be_taken(
    tmp_path: Path, pdf_text: str, way: str | None
) -> None:
    path = make_pdf(tmp_path / "x.pdf", [PROSE])
    result = read_page(path, pdf_text=pdf_text, return_word_box=True)
    fields = result.json()
    assert "Line 3 of a page that was born digital, at ease" in fields["rec_texts"]
    assert ["".join(words) for words in fields["text_word"]] == fields["rec_texts"]
    assert fields.get("pdf_text") == (None if way is None else {"way": way, "reasons": []})
    assert ("pdf_text" in result.metadata) == (way is not None)
    assert (fields["rec_scores"] == [1.0] * 12) == (way is not None)


def test_text_that_is_not_drawn_is_not_trusted_unless_it_is_to_be_taken_always(tmp_path: Path) -> None:
    earlier = text("what another program had read", 40, 200, before="3 Tr")
    path = make_pdf(tmp_path / "x.pdf", [earlier + text("What is to be seen", 40, 100, 24)])
    assert read_page(path, pdf_text="auto").json()["rec_texts"] == ["What is to be seen"]
    fields = read_page(path, pdf_text="always").json()
    assert fields["rec_texts"] == ["what another program had read", "What is to be seen"]
    assert "is not drawn" in fields["pdf_text"]["reasons"][0]
    read_page(path, ("pdf",))
    (seen,) = pdfium_text(tmp_path / "out/x_ocr.pdf")
    assert "What is to be seen" in seen
    assert "another program" not in seen


def test_a_page_with_text_of_its_own_is_not_given_it_twice(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "x.pdf", [PROSE])
    read_page(path, ("pdf",))
    assert pdfium_text(tmp_path / "out/x_ocr.pdf")[0].count("Line 3") == 1
