"""The step that reads one table of a page: its cells and their text.

Runs in: worker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from galley.config import OcrOptions
from galley.config.table import TableReadingOptions
from galley.pipelines.ocr import Ocr
from galley.pipelines.table_networks import TableNetworks
from galley.pipelines.table_reading import LineReader, TableReading
from galley.results import UNKNOWN_ANGLE, Image, TextLine
from galley.results.table import CellBox, Table, TableCell
from galley.vision.table.boxes import cuts_at_cells, share_out, with_boxes
from galley.vision.table.cutout import Cutout, cut_out, is_inside
from galley.vision.table.structure import BoxedCell, Structure
from galley.vision.table.text import Frame, Line, join, text_height
from galley.vision.table.turning import QUARTER_TURNS, lies, turn_back
from galley.vision.table.upright import Upright

Box = tuple[int, int, int, int]


def text_reader(ocr: Ocr, options: OcrOptions) -> Callable[[Image], Sequence[TextLine]]:
    """What finds and reads the text of a picture (h, w, 3), BGR, as a `TableReader` wants it."""
    return lambda image: ocr.read(image, list(ocr.detector.find(image, options)), options)


class TableReader:
    """Reads tables, with the recogniser of the pipeline that it is a part of."""

    def __init__(
        self,
        recognizer: LineReader,
        networks: TableNetworks | None = None,
        read_text: Callable[[Image], Sequence[TextLine]] | None = None,
    ) -> None:
        """All of these stay the caller's, who closes them.

        Args:
            recognizer: what reads single lines of text.
            networks: those of the user's own, asked first; without, tables are read by rules and alignment.
            read_text: what finds and reads the text of a picture, for tables that are turned (`text_reader`);
                without, those are read as they lie.
        """
        self._recognizer = recognizer
        self._networks = networks
        self._read_text = read_text

    def read(
        self,
        image: Image,
        box: Box,
        lines: Sequence[TextLine],
        *,
        is_certain: bool = False,
        options: TableReadingOptions | None = None,
    ) -> Table | None:
        """The table in `box` (left, top, right, bottom) of a page (h, w, 3), BGR.

        Args:
            image: the page.
            box: where the table is.
            lines: all lines of text of the page.
            is_certain: that there is a table; else code listings, lists and plain text are told from tables.
            options: how tables are turned and networks used; None for the defaults.

        Returns:
            The table, in pixels of the page; None where there is no text in `box`, or no table.
        """
        options = TableReadingOptions() if options is None else options
        rows, columns = image.shape[:2]
        seen = (max(0, box[0]), max(0, box[1]), min(columns, box[2]), min(rows, box[3]))
        inside = [line.polygon for line in lines if line.text and is_inside(line.box, box)]
        if not inside or seen[0] >= seen[2] or seen[1] >= seen[3]:
            return None
        if self._read_text is not None and options.use_table_orientation_classify:
            crop = image[seen[1] : seen[3], seen[0] : seen[2]]
            ways = self._ways(crop, inside)
            if ways:
                table = self._read_turned(self._read_text, crop, ways, is_certain, options)
                return None if table is None else replace(_turned_back(*table, seen), box=box)
        return self._read_upright(image, box, lines, is_certain, options)

    def _ways(self, crop: Image, polygons: Sequence[NDArray[np.int32]]) -> tuple[int, ...]:
        """The quarter turns that may put a table upright whose text has these corners; none where it is upright."""
        angle = None if self._networks is None else self._networks.angle(crop)
        if angle is None:
            return QUARTER_TURNS if lies(polygons) else ()
        return (angle // 90,) if angle else ()

    def _read_turned(
        self,
        read_text: Callable[[Image], Sequence[TextLine]],
        crop: Image,
        ways: Sequence[int],
        is_certain: bool,
        options: TableReadingOptions,
    ) -> tuple[Table, int] | None:
        """The table in `crop`, turned the way on which its text is read with the best scores; and that way."""
        tries = []
        for turns in ways:
            turned = np.ascontiguousarray(np.rot90(crop, turns))
            lines = read_text(turned)
            tries.append((sum(line.score * len(line.text) for line in lines), turns, turned, lines))
        _, turns, turned, lines = max(tries, key=lambda each: each[0])
        whole = (0, 0, turned.shape[1], turned.shape[0])
        table = self._read_upright(turned, whole, lines, is_certain, options)
        return None if table is None else (table, turns)

    def _read_upright(
        self, image: Image, box: Box, lines: Sequence[TextLine], is_certain: bool, options: TableReadingOptions
    ) -> Table | None:
        cutout = cut_out(image, box, lines)
        if cutout is None:
            return None
        reading = TableReading(cutout, self._recognizer)
        if self._networks is not None:
            table = self._ask(self._networks, box, cutout, reading, lines, options)
            if table is not None:
                return table
        grid = reading.grid(is_certain=is_certain)
        if grid is None:
            return None
        cells = tuple(
            BoxedCell(cell.row, cell.column, cell.rows, cell.columns, grid.frame(cell)) for cell in grid.cells
        )
        texts = [cell.lines for cell in grid.cells]
        return _to_table(Structure(cells, grid.head_rows), box, texts, cutout.upright, lines)

    def _ask(
        self,
        networks: TableNetworks,
        box: Box,
        cutout: Cutout,
        reading: TableReading,
        lines: Sequence[TextLine],
        options: TableReadingOptions,
    ) -> Table | None:
        """The table as the networks see it; None where there is none for its kind, or it sees no cells."""
        pixels = cutout.upright.pixels
        walled = networks.has_walls(pixels)
        structure = networks.find(pixels, reading.walled if walled is None else walled, options)
        if structure is None or not structure.cells:
            return None
        structure = with_boxes(structure, Frame(0, 0, pixels.shape[1], pixels.shape[0]))
        if options.use_ocr_results_with_table_cells:
            found = reading.cut(partial(cuts_at_cells, structure, height=text_height(cutout.lines)))
        else:
            found = list(cutout.lines)
        return _to_table(structure, box, share_out(structure, found), cutout.upright, lines)


def _to_table(
    structure: Structure, box: Box, texts: Sequence[Sequence[Line]], upright: Upright, given: Sequence[TextLine]
) -> Table:
    """The table, with the box in which it was asked for, by which callers know it."""
    cells, lines = [], []
    for cell, text in zip(structure.cells, texts, strict=True):
        place = (0.0, 0.0, 0.0, 0.0) if cell.frame is None else _bounds(upright, cell.frame)
        cells.append(TableCell(cell.row, cell.column, cell.rows, cell.columns, place, join(text)))
        lines += [_text_line(line, upright, given) for line in text]
    return Table(box, tuple(cells), structure.head_rows, tuple(lines))


def _turned_back(table: Table, turns: int, box: Box) -> Table:
    """`table`, read in a turned crop, in pixels of the page that has the crop in `box`."""
    size = (box[3] - box[1], box[2] - box[0])

    def back(points: Any) -> NDArray[np.float64]:
        return turn_back(np.asarray(points, np.float64), turns, size) + box[:2]

    def moved(frame: CellBox) -> CellBox:
        corners = back([[frame[0], frame[1]], [frame[2], frame[3]]])
        left, top = np.maximum(corners.min(axis=0), 0).tolist()
        right, bottom = np.maximum(corners.max(axis=0), 0).tolist()
        return left, top, right, bottom

    return replace(
        table,
        box=box,
        cells=tuple(replace(cell, box=moved(cell.box)) for cell in table.cells),
        lines=tuple(replace(line, polygon=back(line.polygon).round().astype(np.int32)) for line in table.lines),
    )


def _bounds(upright: Upright, frame: Frame) -> CellBox:
    """The upright rectangle on the page around `frame`."""
    corners = upright.corners(frame).round(1)
    left, top = np.maximum(corners.min(axis=0), 0).tolist()
    right, bottom = np.maximum(corners.max(axis=0), 0).tolist()
    return left, top, right, bottom


def _text_line(line: Line, upright: Upright, given: Sequence[TextLine]) -> TextLine:
    if line.source is not None:
        return replace(given[line.source], text=line.text)
    polygon = upright.corners(Frame(line.left, line.top, line.right, line.bottom))
    return TextLine(polygon.round().astype(np.int32), UNKNOWN_ANGLE, line.text, line.score)
