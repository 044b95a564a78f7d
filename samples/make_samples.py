"""Draws the sample pages of this folder, always the same ones: `python samples/make_samples.py`.

The pages are kept in the repository, so nobody who only uses them needs this script, or the fonts of `sheets.py`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

if __name__ == "__main__":  # find the package `samples`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from samples.photographs import photographed, scanned
from samples.reports import Report
from samples.sheets import BOLD, CJK, CJK_BOLD, SERIF, draw_page
from samples.texts import CHINESE, CHINESE_TITLE, ENGLISH, ENGLISH_TITLE, REPORT

HERE = Path(__file__).parent


def save_png(image: Image.Image, name: str) -> None:
    """Write a grey page as a small file."""
    # Sixteen greys are enough for print, and halve the file.
    levels = np.round(np.asarray(image) / 17).astype(np.uint8)
    page = Image.fromarray(levels * 17).quantize(16, dither=Image.Dither.NONE)
    page.save(HERE / name, optimize=True, bits=4, dpi=(120, 120))


def main() -> None:
    """Write all samples beside this script."""
    latin, cjk = (SERIF, BOLD), (CJK, CJK_BOLD)
    english = draw_page(ENGLISH_TITLE, ENGLISH, latin, 120)
    save_png(english, "english.png")
    turns = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
    for degrees, turn in turns.items():
        save_png(english.transpose(turn), f"english_{degrees}.png")
    save_png(draw_page(CHINESE_TITLE, CHINESE, cjk, 120), "chinese.png")

    photo = photographed(draw_page(ENGLISH_TITLE, ENGLISH, latin, 220), (1200, 1600), seed=5)
    cv2.imwrite(str(HERE / "photo.jpg"), photo, [cv2.IMWRITE_JPEG_QUALITY, 82])

    frames = [
        scanned(draw_page(ENGLISH_TITLE, ENGLISH, latin, 150), 0.6, seed=1),
        scanned(draw_page(CHINESE_TITLE, CHINESE, cjk, 150), -0.4, seed=2),
    ]
    frames[0].save(HERE / "scan.tif", save_all=True, append_images=frames[1:], compression="group4", dpi=(150, 150))

    report = Report()
    for number, blocks in enumerate(REPORT, start=1):
        report.add_page(blocks, number)
    (HERE / "report.pdf").write_bytes(report.encoded())


if __name__ == "__main__":
    main()
