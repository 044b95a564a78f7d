"""Showing what was read on seals: as pictures, and as plain text.

Runs in: parent and worker. Pillow only, so that the parent needs no OpenCV.
"""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image

from galley.outputs.curves import Corner
from galley.outputs.lines import side_by_side
from galley.outputs.pictures import to_picture
from galley.results import Image as Pixels
from galley.results import ReadSeal


def draw_seals(page: Pixels, seals: Iterable[ReadSeal]) -> dict[str, Image.Image]:
    """Each seal of a page with its text marked, and that text beside it: PaddleOCR's `seal_res_region1` and so on."""
    return {f"seal_res_region{number}": _draw(page, seal) for number, seal in enumerate(seals, start=1)}


def _draw(page: Pixels, seal: ReadSeal) -> Image.Image:
    left, top, right, bottom = seal.box
    pieces: list[tuple[list[Corner], str]] = [
        ([(float(x) - left, float(y) - top) for x, y in line.polygon], line.text) for line in seal.lines
    ]
    return side_by_side(to_picture(page[top:bottom, left:right]), pieces)


def seal_text(seals: Iterable[ReadSeal]) -> str:
    """The texts of all seals, one line each, with an empty line between seals."""
    return "\n".join("".join(f"{text}\n" for text in seal.texts) for seal in seals)
