from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from galley.errors import BadInput
from galley.inputs import InputOptions, PageLoader
from galley.inputs.encoding import encode_page
from galley.pages import EncodedPicture, PageKind, PageRef

OPTIONS = InputOptions()


def encode(path: Path, kind: PageKind = PageKind.IMAGE, index: int | None = None) -> EncodedPicture:
    return encode_page(PageRef(kind, str(path), index, None, "x"), PageLoader(), OPTIONS)


def pixels_of(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return PageLoader().load(PageRef(PageKind.IMAGE, str(path), None, None, "x"))


def decode(picture: EncodedPicture) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    found = cv2.imdecode(np.frombuffer(picture.content, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    return np.asarray(found, np.uint8)


@pytest.mark.parametrize(
    ("mode", "suffix"), [("RGB", "png"), ("L", "png"), ("P", "png"), ("1", "png"), ("RGB", "jpg"), ("RGB", "webp")]
)
def test_plain_pictures_are_sent_as_they_are(mode: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    Image.effect_noise((40, 30), 60).convert(mode).save(path)
    picture = encode(path)
    assert picture.content == path.read_bytes()
    assert picture.mime == f"image/{'jpeg' if suffix == 'jpg' else suffix}"
    with Image.open(path) as whole:
        assert np.abs(np.asarray(whole.convert("RGB"))[:, :, ::-1].astype(int) - pixels_of(path)).max() <= 2


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_turned_pictures_are_sent_upright(suffix: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / f"x.{suffix}"
    Image.effect_noise((40, 30), 60).save(path, exif=exif)
    picture = encode(path)
    assert picture.mime == "image/png"
    assert np.array_equal(decode(picture), pixels_of(path))


@pytest.mark.parametrize(("mode", "suffix"), [("RGBA", "png"), ("CMYK", "jpg"), ("RGB", "bmp"), ("I;16", "png")])
def test_what_readers_treat_differently_is_sent_as_we_read_it(mode: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    Image.effect_noise((40, 30), 60).convert("L").convert(mode).save(path)
    picture = encode(path)
    assert picture.mime == "image/png"
    assert np.array_equal(decode(picture), pixels_of(path))


def test_pages_of_documents_and_arrays_are_sent_as_pixels(samples: Path) -> None:
    page = PageRef(PageKind.PDF, str(samples / "report.pdf"), 1, 3, "x")
    assert np.array_equal(decode(encode_page(page, PageLoader(), OPTIONS)), PageLoader().load(page))
    pixels = np.random.default_rng(0).integers(0, 256, (7, 9, 3), np.uint8)
    array = PageRef(PageKind.ARRAY, None, None, None, "x", pixels)
    assert np.array_equal(decode(encode_page(array, PageLoader(), OPTIONS)), pixels)


@pytest.mark.parametrize("name", ["english.png", "photo.jpg"])
def test_damaged_pictures_are_not_sent(name: str, samples: Path, tmp_path: Path) -> None:
    content = (samples / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(BadInput):
        encode(path)
    path.write_bytes(b"no picture at all")
    with pytest.raises(BadInput):
        encode(path)
