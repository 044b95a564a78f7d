from __future__ import annotations

import io
import math
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from galley.errors import BadInput
from galley.inputs import InputOptions, PageLoader, list_pages, load_pixels
from galley.inputs.loading import pdf_scale_within
from galley.pages import PageKind, PageRef

if TYPE_CHECKING:
    from tests.inputs.conftest import Encoder


def image(path: Path) -> PageRef:
    return PageRef(PageKind.IMAGE, str(path), None, None, "x")


def pdf(path: Path, index: int = 0, count: int = 1) -> PageRef:
    return PageRef(PageKind.PDF, str(path), index, count, "x")


def tiff(path: Path, index: int = 0, count: int = 1) -> PageRef:
    return PageRef(PageKind.TIFF, str(path), index, count, "x")


def opencv(path: Path) -> NDArray[np.uint8]:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert pixels is not None
    return np.asarray(pixels, np.uint8)


# --- the right pixels
# --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["png", "jpg", "bmp", "ppm", "webp", "ras", "dib", "pnm"])
def test_pictures_are_what_opencv_reads(tmp_path: Path, picture: NDArray[np.uint8], suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    assert cv2.imwrite(str(path), picture)
    pixels = load_pixels(image(path))
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, opencv(path))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "I;16"])
def test_any_mode_of_png_becomes_bgr(tmp_path: Path, encode: Encoder, mode: str) -> None:
    path = tmp_path / "x.png"
    source = encode.image.convert("L") if mode == "I;16" else encode.image
    source.convert(mode).save(path)
    assert np.array_equal(load_pixels(image(path)), opencv(path))


def test_the_orientation_in_exif_is_applied(tmp_path: Path, encode: Encoder) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "x.jpg").write_bytes(encode("JPEG", exif=exif.tobytes()))
    pixels = load_pixels(image(tmp_path / "x.jpg"))
    assert pixels.shape == (90, 120, 3)
    assert np.array_equal(pixels, opencv(tmp_path / "x.jpg"))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "LA", "I;16", "F"])
def test_frames_of_every_mode_are_what_pillow_reads(tmp_path: Path, encode: Encoder, mode: str) -> None:
    source = encode.image.convert("L") if mode in ("I;16", "F", "LA") else encode.image
    source.convert(mode).save(tmp_path / "x.tif")
    with Image.open(tmp_path / "x.tif") as expected:
        rgb = np.asarray(expected.convert("RGB"))
    assert np.array_equal(load_pixels(tiff(tmp_path / "x.tif")), rgb[:, :, ::-1])


def test_frames_in_any_order(tmp_path: Path, picture: NDArray[np.uint8]) -> None:
    frames = [Image.fromarray(np.full((10 + i, 20, 3), i * 40, np.uint8)) for i in range(4)]
    frames[0].save(tmp_path / "x.tif", save_all=True, append_images=frames[1:])
    loader = PageLoader()
    for index in (3, 0, 2, 2, 1):
        pixels = loader.load(tiff(tmp_path / "x.tif", index, 4))
        assert pixels.shape == (10 + index, 20, 3)
        assert (pixels == index * 40).all()
    loader.close()


def test_pdf_pages_have_144_dpi_by_default(tmp_path: Path, three_pages: bytes, picture: NDArray[np.uint8]) -> None:
    (tmp_path / "x.pdf").write_bytes(three_pages)
    page = pdf(tmp_path / "x.pdf", 1, 3)
    assert load_pixels(page).shape == (240, 180, 3)
    exact = load_pixels(page, InputOptions(pdf_scale=1.0))
    assert exact.shape == (120, 90, 3)
    # The PDF holds the picture as JPEG; in BGR as in RGB, the channels must not be exchanged.
    assert np.abs(exact.astype(int) - picture).mean() < 20
    assert np.abs(exact[:, :, ::-1].astype(int) - picture).mean() > 40


def test_a_pdf_page_over_the_limit_is_rendered_smaller(tmp_path: Path, three_pages: bytes) -> None:
    (tmp_path / "x.pdf").write_bytes(three_pages)
    height, width, _ = load_pixels(pdf(tmp_path / "x.pdf"), InputOptions(max_pixels=10_000)).shape
    assert 9_000 < width * height <= 10_000
    assert abs(height / width - 120 / 90) < 0.02
    with pytest.raises(BadInput, match=r"too large to render: 90 x 120 points"):
        load_pixels(pdf(tmp_path / "x.pdf"), InputOptions(max_pixels=50))


@given(st.floats(0.01, 1e5), st.floats(0.01, 1e5), st.floats(0.1, 10), st.integers(1, 200_000_000))
def test_the_scale_is_the_largest_that_fits(width: float, height: float, scale: float, limit: int) -> None:
    def pixels(at: float) -> int:
        return math.ceil(width * at) * math.ceil(height * at)

    if pixels(0.1) > limit:
        with pytest.raises(BadInput, match="too large"):
            pdf_scale_within(width, height, scale, limit)
        return
    found = pdf_scale_within(width, height, scale, limit)
    assert 0.1 <= found <= scale
    assert pixels(found) <= limit
    assert found == scale or pixels(min(scale, found * 1.001) + 1e-6) > limit or found * 1.001 >= scale


def test_a_pdf_page_of_impossible_size() -> None:
    for width, height in ((0.0, 10.0), (10.0, -1.0), (math.nan, 1.0), (math.inf, 1.0)):
        with pytest.raises(BadInput, match="impossible size"):
            pdf_scale_within(width, height, 2.0, 100)


def test_arrays_are_handed_on(picture: NDArray[np.uint8]) -> None:
    turned = picture[::-1]
    page = PageRef(PageKind.ARRAY, None, None, None, "x", turned)
    pixels = load_pixels(page)
    assert pixels.flags.c_contiguous
    assert np.array_equal(pixels, turned)


def test_real_documents_can_all_be_read(real_documents: Path) -> None:
    large = {"enormous.pdf", "hugemono.pdf"}
    loader = PageLoader()
    pages = [p for p in list_pages(real_documents) if isinstance(p, PageRef)]
    for page in pages:
        assert page.path is not None
        if Path(page.path).name in large or page.index not in (None, 0):
            continue
        pixels = loader.load(page)
        assert pixels.shape[2] == 3
        if page.kind is PageKind.IMAGE:
            assert np.array_equal(pixels, opencv(Path(page.path)))
    loader.close()
    assert len(pages) > 50


# --- documents stay open
# -----------------------------------------------------------------------------------------


def open_files(folder: Path) -> list[str]:
    links = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")]  # noqa: PTH208
    targets = [os.readlink(link) for link in links if os.path.lexists(link)]  # noqa: PTH115
    return sorted(Path(target).name for target in targets if target.startswith(str(folder)))


def test_the_last_two_documents_stay_open(tmp_path: Path, three_pages: bytes, encode: Encoder) -> None:
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (tmp_path / name).write_bytes(three_pages)
    (tmp_path / "t.tif").write_bytes(encode("TIFF"))
    loader = PageLoader()
    for name in ("a.pdf", "b.pdf", "a.pdf", "c.pdf"):
        loader.load(pdf(tmp_path / name))
    assert open_files(tmp_path) == ["a.pdf", "c.pdf"]
    loader.load(tiff(tmp_path / "t.tif"))
    assert open_files(tmp_path) == ["c.pdf", "t.tif"]
    loader.close()
    assert open_files(tmp_path) == []
    assert loader.load(pdf(tmp_path / "a.pdf")).size
    loader.close()


def test_a_document_that_changed_is_opened_again(tmp_path: Path, three_pages: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(three_pages)
    loader = PageLoader()
    assert loader.load(pdf(path)).shape == (240, 180, 3)
    target = io.BytesIO()
    Image.new("RGB", (50, 70)).save(target, "PDF")
    (tmp_path / "new.pdf").write_bytes(target.getvalue())
    (tmp_path / "new.pdf").replace(path)
    assert loader.load(pdf(path)).shape == (140, 100, 3)
    path.unlink()
    with pytest.raises(BadInput, match="no such file"):
        loader.load(pdf(path))
    loader.close()


# --- what cannot be read
# -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "suffix"),
    [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("BMP", "bmp"), ("PPM", "ppm"), ("TIFF", "tif")],
)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_picture(tmp_path: Path, encode: Encoder, kind: str, suffix: str, share: float) -> None:
    whole = encode(kind)
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(BadInput, match=r"truncated|damaged"):
        load_pixels(tiff(path) if suffix == "tif" else image(path))


@pytest.mark.parametrize("compression", ["tiff_lzw", "jpeg", "tiff_adobe_deflate", "group4"])
def test_a_compressed_tiff_with_a_hole(tmp_path: Path, encode: Encoder, compression: str) -> None:
    source = encode.image.convert("1") if compression == "group4" else encode.image
    path = tmp_path / "x.tif"
    source.save(path, compression=compression)
    whole = path.read_bytes()
    assert load_pixels(tiff(path)).shape == (120, 90, 3)
    path.write_bytes(whole[:-200])
    with pytest.raises(BadInput, match="damaged"):
        load_pixels(tiff(path))


def test_no_picture_at_all(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"no picture")
    with pytest.raises(BadInput, match="damaged, or not a picture"):
        load_pixels(image(tmp_path / "x.png"))


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("TIFF", "tif"), ("BMP", "bmp")])
def test_a_bomb_is_not_decoded(tmp_path: Path, kind: str, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    options = {"compression": "group4"} if kind == "TIFF" else {}
    Image.new("1" if kind != "JPEG" else "L", (16000, 12000)).save(path, kind, **options)
    before = time.process_time()
    with pytest.raises(BadInput, match="too large: 16000 x 12000 pixels"):
        load_pixels(tiff(path) if suffix == "tif" else image(path))
    assert time.process_time() - before < 1.0
    if suffix == "tif":
        (page,) = list_pages(path)
        assert isinstance(page, PageRef)


def test_what_vanished_or_changed_its_kind(tmp_path: Path) -> None:
    for page in (image(tmp_path / "x.png"), pdf(tmp_path / "x.pdf"), tiff(tmp_path / "x.tif")):
        with pytest.raises(BadInput, match="no such file"):
            load_pixels(page)
        assert page.path is not None
        os.mkfifo(page.path)
        with pytest.raises(BadInput, match="a named pipe"):
            load_pixels(page)


def test_a_page_that_the_document_does_not_have(tmp_path: Path, three_pages: bytes, encode: Encoder) -> None:
    (tmp_path / "x.pdf").write_bytes(three_pages)
    with pytest.raises(BadInput, match="page cannot be loaded"):
        load_pixels(pdf(tmp_path / "x.pdf", 3, 4))
    (tmp_path / "x.tif").write_bytes(encode("TIFF"))
    with pytest.raises(BadInput, match="damaged TIFF"):
        load_pixels(tiff(tmp_path / "x.tif", 1, 2))


def test_an_encrypted_pdf(tmp_path: Path, locked: bytes) -> None:
    (tmp_path / "x.pdf").write_bytes(locked)
    with pytest.raises(BadInput, match="give its password"):
        load_pixels(pdf(tmp_path / "x.pdf"))
    with pytest.raises(BadInput, match="does not open it"):
        load_pixels(pdf(tmp_path / "x.pdf"), InputOptions(pdf_password="closed"))
    # The page is black, but only after its content is decrypted.
    assert (load_pixels(pdf(tmp_path / "x.pdf"), InputOptions(pdf_password="sesame")) == 0).all()
