"""Searchable PDF of pages of all kinds, read back by other programs."""

from __future__ import annotations

import resource
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.outputs.pdf.readers import char_boxes, pdfium_text
from tests.outputs.pdf.results import line, page

from galley.errors import BadInput, OutputError
from galley.outputs.documents import Assembly, DocumentForm
from galley.outputs.pdf.pages import SUFFIX, join_pdf, keep_part, save_pdf
from galley.pages import Document, PageKind

FORM = DocumentForm(SUFFIX, join_pdf, keep_part, alone=True)


def rendered(path: Path, index: int = 0) -> NDArray[np.uint8]:
    """At one pixel for each half point: that of pages whose resolution is not known."""
    document = pypdfium2.PdfDocument(path)
    pixels: NDArray[np.uint8] = document[index].render(scale=2).to_numpy().copy()
    document.close()
    return pixels


def noise(colours: int) -> NDArray[np.uint8]:
    chance = np.random.default_rng(1)
    palette = chance.integers(0, 256, (colours, 3))
    if colours == 2:
        palette = np.array([[0, 0, 0], [255, 255, 255]])
    blocks = chance.integers(0, colours, (40, 60)).repeat(10, 0).repeat(10, 1)
    return palette[blocks].astype(np.uint8)


def original(
    folder: Path, *, rotate: int = 0, crop: tuple[int, ...] | None = None, pages: int = 1, **save: object
) -> Path:
    """A PDF file with a red square in the lower left quarter of each page of 300 x 200 points."""
    with pikepdf.new() as pdf:
        shared = pikepdf.Dictionary(ExtGState=pikepdf.Dictionary())
        resources = pdf.make_indirect(shared)
        for _ in range(pages):
            pdf.add_blank_page(page_size=(300, 200))
            one = pdf.pages[-1].obj
            # What it leaves behind must not move our text.
            one.Contents = pdf.make_stream(b"3 0 0 3 50 50 cm 1 0 0 rg 0 0 20 20 re f")
            one.Resources = resources
            one.Rotate = rotate
            if crop is not None:
                one.CropBox = pikepdf.Array(list(crop))
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("the first", 0))
        path = folder / "in.pdf"
        pdf.save(path, **save)
    return path


def assembled(folder: Path, document: Document, *results: object) -> Path:
    assembly = Assembly(str(folder), str(folder / "parts"), (FORM,))
    for result in results:
        assembly.keep(result)
    (path,) = assembly.assemble(document)
    assembly.remove_parts(document.name)
    assert not assembly.parts_of(document.name).exists()
    return path


def place(source: Path | str, index: int = 0) -> dict[str, Any]:
    return {"input_path": str(source), "page_index": index, "name": f"in_{index}"}


def of_pdf(path: Path, count: int = 1, password: str | None = None) -> Document:
    return Document(PageKind.PDF, str(path), "in", count, (SUFFIX,), password)


@pytest.mark.parametrize("colours", [1, 2, 7, 32, 3000])
def test_a_picture_looks_the_same_exactly_where_it_has_few_colours(tmp_path: Path, colours: int) -> None:
    pixels = noise(colours)
    (path,) = save_pdf(page([line("abc", 10, 10, 60, 20)], pixels), tmp_path / "one.pdf")
    seen = rendered(path)
    assert seen.shape == pixels.shape
    difference = np.abs(seen.astype(int) - pixels)
    assert difference.max() == 0 if colours <= 32 else difference.mean() < 12
    assert not pikepdf.open(path).check_pdf_syntax()


def test_a_jpeg_file_goes_in_as_it_is_at_its_resolution(tmp_path: Path) -> None:
    source = tmp_path / "x.jpg"
    Image.fromarray(noise(3000)[:, :, ::-1]).save(source, dpi=(300, 300))
    (path,) = save_pdf(page([line("abc", 10, 10, 60, 20)], noise(3000), input_path=str(source)), tmp_path)
    assert path == tmp_path / "x_ocr.pdf"
    with pikepdf.open(path) as pdf:
        picture = pdf.pages[0].Resources.XObject.GalleyP
        assert picture.read_raw_bytes() == source.read_bytes()
        assert [float(value) for value in pdf.pages[0].MediaBox] == pytest.approx([0, 0, 144, 96])


def test_a_jpeg_that_readers_would_show_otherwise_does_not(tmp_path: Path) -> None:
    source = tmp_path / "x.jpg"
    tags = Image.Exif()
    tags[0x0112] = 3
    Image.fromarray(noise(7)).save(source, exif=tags, dpi=(144, 144))
    (path,) = save_pdf(page([], noise(7), input_path=str(source)), tmp_path)
    assert (rendered(path) == noise(7)).all()


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_turned_jpeg_is_shown_upright_with_its_text(tmp_path: Path, angle: int) -> None:
    source = tmp_path / "x.jpg"
    upright = noise(3000)
    # It was turned counter-clockwise by `angle` to be upright.
    Image.fromarray(np.rot90(upright, -angle // 90)[:, :, ::-1]).save(source, quality=95)
    result = page([line("abc", 20, 30, 90, 30)], upright, angle=angle, input_path=str(source))
    (path,) = save_pdf(result, tmp_path)
    assert np.abs(rendered(path).astype(int) - upright).mean() < 12
    boxes = [box for _, box in char_boxes(path)]
    assert boxes[0][:2] == pytest.approx((10, 15), abs=1)
    assert boxes[-1][2:] == pytest.approx((55, 30), abs=1)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (30, 20, 270, 160)])
@pytest.mark.parametrize("angle", [-1, 0, 90, 180, 270])
def test_a_page_of_a_pdf_stays_as_it_is_and_text_lies_where_it_was_seen(
    tmp_path: Path, rotate: int, crop: tuple[int, ...] | None, angle: int
) -> None:
    source = original(tmp_path, rotate=rotate, crop=crop)
    seen = rendered(source)
    upright = np.ascontiguousarray(np.rot90(seen, max(angle, 0) // 90))
    result = page([line("abc", 20, 30, 90, 30)], upright, angle=angle, **place(source))
    path = assembled(tmp_path, of_pdf(source), result)
    assert (rendered(path) == upright).all()
    boxes = [box for _, box in char_boxes(path)]
    assert boxes[0][:2] == pytest.approx((10, 15), abs=1)
    assert boxes[-1][2:] == pytest.approx((55, 30), abs=1)
    (alone,) = save_pdf(result, tmp_path / "alone.pdf")
    assert (rendered(alone) == upright).all()
    assert list(char_boxes(alone)) == list(char_boxes(path))


def test_a_document_keeps_what_it_had_and_gets_each_pages_own_text(tmp_path: Path) -> None:
    source = original(tmp_path, pages=3)
    results = [page([line(f"page {index}", 20, 30, 90, 30)], **place(source, index)) for index in (2, 0, 1)]
    path = assembled(tmp_path, of_pdf(source, 3), *results)
    assert pdfium_text(path) == ["page 0", "page 1", "page 2"]
    with pikepdf.open(path) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["the first"]
        assert all(len(one.Resources.Font) == 1 for one in pdf.pages)
        assert pdf.pages[0].Resources.Font.GalleyT0.objgen == pdf.pages[2].Resources.Font.GalleyT0.objgen


def test_flattened_pages_are_pictures_of_the_size_of_the_page(tmp_path: Path) -> None:
    source = original(tmp_path, rotate=90, pages=2)
    pixels = noise(7).transpose(1, 0, 2).copy()
    flat = [
        page(
            [line(f"page {index}", 20, 30, 90, 30)],
            pixels,
            input_path=str(source),
            page_index=index,
            name=f"in_{index}",
        )
        for index in range(2)
    ]
    flat = [replace(one, preprocessed=replace(one.preprocessed, use_doc_unwarping=True)) for one in flat]
    path = assembled(tmp_path, of_pdf(source, 2), *flat)
    assert pdfium_text(path) == ["page 0", "page 1"]
    assert (rendered(path) == pixels).all()
    plain = page([], **place(source, 1))
    path = assembled(tmp_path, of_pdf(source, 2), flat[0], plain)
    assert (rendered(path) == pixels).all()
    assert (rendered(path, 1) == rendered(source, 1)).all()


def test_frames_of_a_tiff_become_pages(tmp_path: Path) -> None:
    frames = [noise(7), noise(2)]
    results = [
        page([line(f"frame {index}", 20, 30, 90, 30)], pixels, **place("no.tif", index))
        for index, pixels in enumerate(frames)
    ]
    path = assembled(tmp_path, Document(PageKind.TIFF, "no.tif", "in", 2, (SUFFIX,)), *results)
    assert pdfium_text(path) == ["frame 0", "frame 1"]
    assert all((rendered(path, index) == pixels).all() for index, pixels in enumerate(frames))


def test_many_pages_have_a_tree(tmp_path: Path) -> None:
    results = [page([], np.zeros((2, 2, 3), np.uint8), **place("no.tif", index)) for index in range(600)]
    path = assembled(tmp_path, Document(PageKind.TIFF, "no.tif", "in", 600, (SUFFIX,)), *results)
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == 600
        assert not pdf.check_pdf_syntax()


def test_an_encrypted_document_stays_encrypted(tmp_path: Path) -> None:
    source = original(tmp_path, encryption=pikepdf.Encryption(owner="o", user="secret"))
    result = page([line("abc", 20, 30, 90, 30)], **place(source))
    with pytest.raises(BadInput, match="pdf_password"):
        assembled(tmp_path, of_pdf(source), result)
    path = assembled(tmp_path, of_pdf(source, password="secret"), result)
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(path)
    with pikepdf.open(path, password="secret") as pdf:
        assert len(pdf.pages) == 1
    with pytest.raises(BadInput, match="pdf_password"):
        save_pdf(result, tmp_path / "alone.pdf")
    save_pdf(result, tmp_path / "alone.pdf", "secret")


@pytest.mark.parametrize("content", [b"%PDF-1.7 and nothing more", None], ids=["damaged", "gone"])
def test_a_document_that_cannot_be_read_any_more_is_an_error_in_words(tmp_path: Path, content: bytes | None) -> None:
    source = original(tmp_path)
    result = page([], **place(source))
    source.unlink()
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(BadInput, match="the PDF file cannot be copied"):
        assembled(tmp_path, of_pdf(source), result)


def test_a_document_that_has_other_pages_by_now_is_an_error(tmp_path: Path) -> None:
    source = original(tmp_path, pages=2)
    result = page([], **place(source))
    with pytest.raises(BadInput, match="has 2 pages where 1 had been counted"):
        assembled(tmp_path, of_pdf(source), result)


def test_a_torn_part_is_an_error(tmp_path: Path) -> None:
    source = original(tmp_path)
    assembly = Assembly(str(tmp_path), str(tmp_path / "parts"), (FORM,))
    (part,) = assembly.keep(page([], **place(source)))
    part.write_bytes(part.read_bytes()[:10])
    with pytest.raises(BadInput, match="not there any more"):
        assembly.assemble(of_pdf(source))
    assert not (tmp_path / "in_ocr.pdf").exists()


@pytest.mark.parametrize("flattened", [False, True])
def test_a_file_that_cannot_be_written_to_its_end_leaves_nothing(tmp_path: Path, flattened: bool) -> None:
    source = original(tmp_path, pages=40)
    assembly = Assembly(str(tmp_path), str(tmp_path / "parts"), (FORM,))
    for index in range(40):
        one = page([line("abc", 20, 30, 90, 30)], **place(source, index))
        assembly.keep(replace(one, preprocessed=replace(one.preprocessed, use_doc_unwarping=flattened)))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8000, before[1]))  # Python turns the signal into an error
    try:
        with pytest.raises(OutputError, match=r"cannot write .*in_ocr\.pdf"):
            assembly.assemble(of_pdf(source, 40))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.pdf", "parts"]
    assert assembly.assemble(of_pdf(source, 40)) == [tmp_path / "in_ocr.pdf"]


def test_pages_of_no_size_are_taken_for_what_readers_take_them(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(300, 200))
        pdf.pages[0].obj.CropBox = pikepdf.Array([10, 10, 10, 10])
        pdf.save(tmp_path / "in.pdf")
    result = page([line("abc", 0, 0, 600, 400)], **place(tmp_path / "in.pdf"))
    path = assembled(tmp_path, of_pdf(tmp_path / "in.pdf"), result)
    assert pdfium_text(path) == ["abc"]
