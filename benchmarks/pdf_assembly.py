"""What it takes to make a searchable PDF of a long document: seconds and peak memory, by the number of its pages.

    python -m benchmarks.pdf_assembly [--pages 300 3000]

Each page has 60 lines of text and a picture of 100 kB that cannot be compressed. `kept`: the pages of a PDF file, as
they are, under text. `pictures`: pages that were flattened, or frames of a TIFF file. Each in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

if __name__ == "__main__":  # find the package `benchmarks`, as `python -m` does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks import machine
from galley.outputs.pdf.pages import SUFFIX, join_pdf
from galley.outputs.pdf.part import PagePart, Picture, write_part
from galley.outputs.pdf.text import Piece, text_content
from galley.outputs.pdf.writer import PdfWriter
from galley.pages import Document, PageKind

_SIZE = (1190, 1684)
_POINTS = (595.0, 842.0)
_PICTURE_BYTES = 100_000


def make_pictures(count: int) -> PagePart:
    """A page with a picture, of noise; `count` makes it another one each time."""
    picture = Picture(
        f"/Width 250 /Height {_PICTURE_BYTES // 250} /ColorSpace /DeviceGray /BitsPerComponent 8",
        os.urandom(_PICTURE_BYTES),
    )
    return PagePart(_SIZE, text_content(pieces(count), _SIZE[1]), picture=picture, points=_POINTS)


def pieces(number: int) -> list[Piece]:
    """Sixty lines."""
    tops = [40.0 + 27 * line for line in range(60)]
    return [
        Piece(
            f"Line {line} of page {number}, as long as lines are",
            ((90, top), (1100, top), (1100, top + 22), (90, top + 22)),
        )
        for line, top in enumerate(tops)
    ]


def assemble(kind: str, pages: int, folder: Path) -> dict[str, float]:
    """Make the parts and the original, then the document; what the last took."""
    parts = [folder / str(number) for number in range(pages)]
    source = folder / "source.pdf"
    with source.open("wb") as file:
        writer = PdfWriter(file)
        for number, part in enumerate(parts):
            whole = make_pictures(number)
            if kind == "kept":
                writer.add_page(PagePart(_SIZE, text_content([], 1), picture=whole.picture), _POINTS)
                whole = PagePart(_SIZE, whole.text)
            write_part(whole, part)
        writer.close()
    command = [sys.executable, __file__, "--child", kind, str(pages), str(folder)]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


def join(kind: str, pages: int, folder: Path) -> None:
    """In a process of its own: make the document, and print what that took."""
    page_kind = PageKind.PDF if kind == "kept" else PageKind.TIFF
    document = Document(page_kind, str(folder / "source.pdf"), "d", pages, (SUFFIX,))
    before = peak()
    start = time.perf_counter()
    join_pdf(document, [folder / str(number) for number in range(pages)], folder / "made.pdf")
    seconds = time.perf_counter() - start
    size = (folder / "made.pdf").stat().st_size / 1e6
    print(json.dumps({"seconds": seconds, "before_mb": before, "peak_mb": peak(), "file_mb": size}))


def peak() -> float:
    """Most memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, nargs="+", default=[300, 3000])
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child is not None:
        kind, pages, folder = arguments.child
        join(kind, int(pages), Path(folder))
        return
    print(machine.describe())
    print("| pages | kind | seconds | peak memory, MB | before | file, MB |\n|---|---|---|---|---|---|")
    for kind in ("kept", "pictures"):
        for pages in arguments.pages:
            with TemporaryDirectory() as folder:
                figures = assemble(kind, pages, Path(folder))
            row = [f"{figures[name]:.1f}" for name in ("seconds", "peak_mb", "before_mb", "file_mb")]
            print(f"| {pages:,} | {kind} | {' | '.join(row)} |")


if __name__ == "__main__":
    main()
