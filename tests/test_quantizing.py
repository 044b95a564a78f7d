"""int8 from one end to the other: made of the sample pages, asked for, read with; and missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from galley import OCR
from galley.cli import main
from galley.errors import BadInput, ExitCode, ModelError
from galley.models.store import open_store
from galley.quantizing import quantize_recogniser

PLAIN: dict[str, Any] = {
    "use_doc_orientation_classify": False,
    "use_doc_unwarping": False,
    "use_textline_orientation": False,
}


@pytest.fixture
def no_int8(ocr_models: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with the weights of the usual one, and without any int8 graph."""
    models = tmp_path / "models"
    models.mkdir()
    (models / "wheel").symlink_to(open_store().home / "models" / "wheel")
    monkeypatch.setenv("GALLEY_HOME", str(tmp_path))
    return tmp_path


def test_without_a_graph_the_command_that_makes_it_is_named(no_int8: Path) -> None:
    with pytest.raises(ModelError, match=r"no int8 graph of PP-OCRv6_small_rec.*galley models quantize PAGES"):
        OCR(device="cpu", precision="int8", **PLAIN)


def test_too_few_lines_are_refused_before_the_long_work(no_int8: Path) -> None:
    pytest.importorskip("nncf", reason="the extra int8 is not installed")
    blank = no_int8 / "blank.png"
    Image.new("RGB", (300, 200), "white").save(blank)
    with pytest.raises(BadInput, match="0 lines of text found; name pages with at least 30"):
        quantize_recogniser([str(blank)])
    assert not (no_int8 / "models" / "int8").exists()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_graph_made_of_the_samples_reads_them(
    no_int8: Path, samples: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("nncf", reason="the extra int8 is not installed")
    pages = [str(samples / name) for name in ("english.png", "chinese.png")]
    assert main(["models", "quantize", *pages]) == ExitCode.OK
    assert str(no_int8) in capfd.readouterr().out
    texts, precisions = {}, {}
    for precision in ("auto", "int8"):
        with OCR(device="cpu", precision=precision, **PLAIN) as pipeline:
            results = pipeline.predict(pages)
        texts[precision] = [text for result in results for text in result["rec_texts"]]
        precisions[precision] = {step: info["precision"] for step, info in results[0].metadata["networks"].items()}
    assert precisions["int8"]["recognition"] == "int8"
    assert precisions["int8"]["detection"] == precisions["auto"]["detection"] != "int8"
    assert len(texts["int8"]) == len(texts["auto"]) >= 60
    same = sum(one == other for one, other in zip(texts["int8"], texts["auto"], strict=True))
    assert same >= 0.8 * len(texts["auto"])
    assert texts["int8"] != [""] * len(texts["int8"])
