"""The step that finds seals and reads them, with the networks of OCR.

Runs in: worker.

The text along the edge is unrolled and read as a line; what stands straight inside is read on a picture of the seal
turned upright; where a network for the text of seals is given, its polygons are straightened and read too, and of two
readings of one place the better one stays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from galley.config import EngineConfig, OcrOptions
from galley.config.seal import SealTextOptions
from galley.devices import Slot
from galley.models.rules import Model
from galley.pipelines.detector import Detector
from galley.pipelines.recognizer import Recognizer
from galley.results import UNKNOWN_ANGLE, Image, TextLine
from galley.results.seal import Box, ReadSeal
from galley.vision.crop import crop_line
from galley.vision.seal.band import main_line
from galley.vision.seal.cells import set_upright
from galley.vision.seal.ellipse import Ellipse, Points
from galley.vision.seal.ink import Ink, Plane, separate_ink
from galley.vision.seal.inside import Sector, free_of_arcs, plan_upright, straight_lines, turn_upright, without_arcs
from galley.vision.seal.locate import Place, is_cut_off, locate_seals, main_rim
from galley.vision.seal.pieces import Piece, arc_pieces, parted
from galley.vision.seal.rectify import straighten
from galley.vision.seal.strays import Strokes, find_strokes, without_strays
from galley.vision.seal.strip import Strip, as_picture, emptiest_column, plan_strip, ring_rows, unroll

_ON_STRIP = OcrOptions(
    text_det_limit_side_len=4000, text_det_limit_type="max", text_det_box_thresh=0.4, text_det_unclip_ratio=1.5
)
_INSIDE = OcrOptions(
    text_det_limit_side_len=4000,
    text_det_limit_type="max",
    text_det_thresh=0.2,
    text_det_box_thresh=0.45,
    text_det_unclip_ratio=1.4,
)
_MARGIN = 0.08
"""Paper around a seal that is looked at too, in parts of its sides."""
_PADDING = 0.12
"""White around the strip, in parts of the seal's shorter half axis."""
_LEAST_ARC_SCORE, _LEAST_LINE_SCORE = 0.55, 0.6
_SURE = 0.93
"""A main line read with this score surely stands upright."""
_MAIN_SPAN = math.radians(60)
_MOST_HALF = math.radians(155)
"""Text that goes further around than this, to either side, has no middle."""
_DEEPER = 1.3
"""Times the main line's depth, from which on text along the edge is suspect of being straight."""
_LONG_OVAL = 1.1
_OUTLINE_STEP = 0.12
"""Of polygons along the edge, in parts of the seal's shorter half axis."""
_MOST_PIXELS = 1000
"""Of a side: larger pictures are reduced to this, in which the smallest text is still legible."""
_NO_ARC = "no text was read along the edge: this may be a square seal, or a logo"
_CUT_OFF = "the seal goes on beyond the picture: only what is there was read"
_NO_EDGE = "no round or oval edge was found; only straight text was looked for"
_TOO_SMALL = 16
"""Pixels of a side, below which nothing can be read."""


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """One line, in pixels of the crop."""

    text: str
    score: float
    polygon: NDArray[np.float64]
    """Clockwise from where the text begins."""

    @property
    def worth(self) -> float:
        """Of two readings of one place, the one with more is kept."""
        return (self.score - 0.5) * len(self.text)


@dataclass(frozen=True, slots=True, eq=False)
class _Arc:
    """A line along the edge."""

    reading: _Reading
    sector: Sector
    flipped: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Edge:
    """A seal's edge, unrolled."""

    strip: Strip
    strokes: Strokes
    """Of the strip with white around it."""
    padding: int
    """Pixels of that white on each side."""

    @property
    def pixels(self) -> Plane:
        """The strip with white around it, its rings taken off."""
        return self.strokes.pixels


class SealReader:
    """Finds seals on pages and reads them. It borrows its networks, and closes none of them."""

    def __init__(self, detector: Detector, recognizer: Recognizer, seal_detector: Detector | None = None) -> None:
        """Use these networks.

        Args:
            detector: finds lines of any text.
            recognizer: reads lines.
            seal_detector: finds the curved text of seals, where there is a network for it.
        """
        self._detector, self._recognizer, self._seal_detector = detector, recognizer, seal_detector

    def find(self, page: Image) -> list[Place]:
        """The seals in coloured ink on a page (h, w, 3), BGR, from top to bottom."""
        return locate_seals(page)

    def read(self, page: Image, box: Box | None, options: SealTextOptions) -> ReadSeal:
        """What is written on a seal.

        Args:
            page: (h, w, 3), BGR.
            box: what is looked at; None for all of the picture.
            options: which text counts.
        """
        height, width = page.shape[:2]
        left, top, right, bottom = (0, 0, width, height) if box is None else box
        left, top, right, bottom = max(0, left), max(0, top), min(width, right), min(height, bottom)
        looked_at = (left, top, right, bottom)
        if min(right - left, bottom - top) < _TOO_SMALL:
            return ReadSeal(looked_at, options, (), ("the picture is too small to read a seal",))
        factor = min(1.0, _MOST_PIXELS / max(right - left, bottom - top))
        crop = np.ascontiguousarray(page[top:bottom, left:right])
        if factor < 1:
            crop = np.asarray(cv2.resize(crop, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
        readings, notes = self._read_crop(crop, options.ocr)
        if self._seal_detector is not None:
            readings = merge(readings, self._read_polygons(crop, self._seal_detector, options.ocr))
        found = tuple(_text_line(reading, factor, (left, top), (width, height)) for reading in readings)
        return ReadSeal(looked_at, options, found, notes)

    def _read_crop(self, crop: Image, options: OcrOptions) -> tuple[list[_Reading], tuple[str, ...]]:
        """The lines, and what could not be done."""
        ink = separate_ink(crop)
        ellipse = main_rim(ink)
        if ellipse is None:
            return self._read_flat(ink, options), (_NO_EDGE,)
        arcs, ring = self._read_arcs(ink, ellipse)
        tilt = _tilt(ellipse, _main(arcs))
        # What lies deeper than the main line may be straight text: it is read as such too.
        outer = [arc for arc in arcs if arc.sector.bottom < _DEEPER * arcs[0].sector.bottom]
        lines = self._read_inside(ink, ellipse, tilt, ring, [arc.sector for arc in outer])
        cut = (_CUT_OFF,) if is_cut_off(ellipse, crop.shape[1], crop.shape[0]) else ()
        if not arcs:
            return merge(lines, self._read_flat(ink, options)), (*cut, _NO_ARC)
        inner = [arc.reading for arc in arcs if arc not in outer]
        return [arc.reading for arc in outer] + merge(inner, lines), cut

    def _read_arcs(self, ink: Ink, ellipse: Ellipse) -> tuple[list[_Arc], float]:
        """The lines along the edge, the main one first, and how deep the edge is, in pixels."""
        strip = plan_strip(ellipse)
        by_colour, pixels = unroll(ink.by_colour, strip), unroll(ink.sharp, strip)
        rings = ring_rows(by_colour, strip)
        by_colour[rings], pixels[rings] = 0, 0
        top = int(np.argmin(rings))
        start = emptiest_column(by_colour, strip, top)
        strip, pixels = strip.rolled(start), np.roll(pixels, -start, axis=1)
        padding = round(_PADDING * strip.unit)
        edge = _Edge(strip, find_strokes(pixels, padding, round(strip.unit)), padding)
        boxes = self._detector.find(as_picture(edge.pixels), _ON_STRIP)
        pieces = arc_pieces(boxes, edge.pixels, strip.unit, top + padding)
        line = main_line(edge.pixels, strip.unit, top + padding)
        rivals = [] if line is None else [piece for piece in pieces if line.covers(piece)]
        arcs = self._read_pieces([piece for piece in pieces if piece not in rivals], edge)
        if line is not None:
            arcs += max((self._read_pieces(each, edge) for each in ([line], rivals)), key=_worth)
        arcs.sort(key=lambda arc: arc.sector.half * arc.reading.score, reverse=True)
        return arcs, float(strip.depth(top))

    def _read_pieces(self, pieces: Sequence[Piece], edge: _Edge) -> list[_Arc]:
        return [arc for piece in pieces for arc in self._read_piece(piece, edge)]

    def _read_piece(self, piece: Piece, edge: _Edge) -> list[_Arc]:
        """The line, or two where it reads better so: a line and another one on its head may have been taken for one."""
        whole = self._read_arc(piece, edge)
        if whole is not None and whole.reading.score >= _SURE:
            return [whole]
        parts = [self._read_arc(part, edge) for part in parted(piece, edge.pixels)]
        return max(*([arc for arc in way if arc is not None] for way in ([whole], parts)), key=_worth)

    def _read_arc(self, piece: Piece, edge: _Edge) -> _Arc | None:
        strip = edge.strip
        pixels, piece = set_upright(without_strays(edge.strokes, piece), piece, strip, edge.padding)
        line = as_picture(pixels)
        ((text, score),) = self._texts([line])
        flipped = False
        if score < _SURE or piece.width < strip.width / 3:
            ((other, other_score),) = self._texts([np.ascontiguousarray(line[::-1, ::-1])])
            flipped = other_score > score
            text, score = (other, other_score) if flipped else (text, score)
        if score < _LEAST_ARC_SCORE or not text.strip():
            return None
        outline = piece.outline(_OUTLINE_STEP * strip.unit) - edge.padding
        if flipped:
            half = len(outline) // 2
            outline = np.concatenate([outline[half:], outline[:half]])
        ends = np.interp([piece.left - edge.padding, piece.right - edge.padding], np.arange(strip.width), strip.columns)
        bottom = float(strip.depth(piece.bottom - edge.padding))
        sector = Sector(float(ends.mean()), float(ends[1] - ends[0]) / 2, bottom)
        return _Arc(_Reading(text, score, strip.to_picture(outline)), sector, flipped)

    def _read_inside(
        self, ink: Ink, ellipse: Ellipse, tilt: float, ring: float, arcs: Sequence[Sector]
    ) -> list[_Reading]:
        upright = plan_upright(ellipse, tilt)
        pixels = turn_upright(ink.sharp, upright)
        free = free_of_arcs(ellipse, upright, ring, arcs)
        picture = as_picture(without_arcs(pixels, free))
        boxes = straight_lines(self._detector.find(picture, _INSIDE), pixels, free, ellipse.least * upright.scale)
        return self._read_boxes(picture, boxes, upright.to_picture)

    def _read_flat(self, ink: Ink, options: OcrOptions) -> list[_Reading]:
        """Straight text of something that is not round, such as a square seal; small pictures are enlarged for it."""
        picture = as_picture(ink.sharp)
        small = max(picture.shape) < options.text_det_limit_side_len
        boxes = list(self._detector.find(picture, options if small else _INSIDE))
        return self._read_boxes(picture, boxes, lambda points: points)

    def _read_boxes(
        self, picture: Image, boxes: Sequence[NDArray[np.int32]], place: Callable[[Points], Points]
    ) -> list[_Reading]:
        cut = [(box, line) for box in boxes if (line := crop_line(picture, box)) is not None]
        read = self._texts([line for _, line in cut])
        return [
            _Reading(text, score, place(box.astype(np.float64)))
            for (box, _), (text, score) in zip(cut, read, strict=True)
            if score > _LEAST_LINE_SCORE and len(text.strip()) > 1
        ]

    def _read_polygons(self, crop: Image, detector: Detector, options: OcrOptions) -> list[_Reading]:
        readings = []
        for polygon in detector.find_curved(crop, options):
            line = straighten(crop, polygon)
            if line is None:
                continue
            read = self._texts([line, np.ascontiguousarray(line[::-1, ::-1])])
            text, score = max(read, key=lambda each: each[1])
            if text.strip():
                readings.append(_Reading(text, score, polygon.astype(np.float64)))
        return readings

    def _texts(self, lines: Sequence[Image]) -> list[tuple[str, float]]:
        return [(read.line.text, read.line.score) for read in self._recognizer.read(lines)]


def with_margin(box: tuple[float, float, float, float]) -> Box:
    """What to look at for a seal that was found in `box`: the paper around it tells its edge."""
    left, top, right, bottom = box
    across, down = _MARGIN * (right - left), _MARGIN * (bottom - top)
    return (
        max(0, math.floor(left - across)),
        max(0, math.floor(top - down)),
        math.ceil(right + across),
        math.ceil(bottom + down),
    )


def open_seal_detector(models: Mapping[str, Model], config: EngineConfig, slot: Slot) -> Detector | None:
    """The network that finds the text of seals, where it is among the models at hand."""
    return Detector(models["seal_detection"], config, slot, None) if "seal_detection" in models else None


def _worth(arcs: Iterable[_Arc]) -> float:
    return sum(arc.reading.worth for arc in arcs)


def _main(arcs: Sequence[_Arc]) -> _Arc | None:
    """The arc that says which way the seal stands."""
    upright = [arc for arc in arcs if not arc.flipped and 2 * arc.sector.half > _MAIN_SPAN]
    return max(upright, key=lambda arc: arc.sector.half * arc.reading.score, default=None)


def _tilt(ellipse: Ellipse, main: _Arc | None) -> float:
    """Radians, clockwise, by which the seal is turned: its main arc is about its top, an oval lies on its long side."""
    tilt = 0.0
    if main is not None and main.sector.half < _MOST_HALF:
        x, y = ellipse.points(np.array([main.sector.middle]))[0] - (ellipse.x, ellipse.y)
        tilt = math.atan2(x, -y)
    if ellipse.most / ellipse.least > _LONG_OVAL:
        long_axis = ellipse.angle if ellipse.a >= ellipse.b else ellipse.angle + math.pi / 2
        # Of the two ways in which it may lie, the one nearer to what the arc says.
        tilt += (long_axis - tilt + math.pi / 2) % math.pi - math.pi / 2
    return tilt


def merge(first: Sequence[_Reading], second: Sequence[_Reading]) -> list[_Reading]:
    """Both readings' lines; where they lie on each other, those that say more with more certainty."""
    kept = list(first)
    for reading in second:
        rivals = [each for each in kept if _overlap(each.polygon, reading.polygon) > 0.4]
        if not rivals:
            kept.append(reading)
        elif reading.worth > sum(rival.worth for rival in rivals):
            kept[kept.index(rivals[0])] = reading
            kept = [each for each in kept if each is reading or each not in rivals]
    return kept


def _overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Common area by the smaller of both."""
    corner = np.floor(np.minimum(one.min(axis=0), other.min(axis=0)))
    width, height = (np.ceil(np.maximum(one.max(axis=0), other.max(axis=0)) - corner) + 1).astype(int)
    masks = [np.zeros((height, width), np.uint8) for _ in range(2)]
    for mask, polygon in zip(masks, (one, other), strict=True):
        cv2.fillPoly(mask, [np.rint(polygon - corner).astype(np.int32)], 1)
    least = min(int(mask.sum()) for mask in masks)
    return float((masks[0] & masks[1]).sum() / least) if least else 0.0


def _text_line(reading: _Reading, factor: float, corner: tuple[int, int], size: tuple[int, int]) -> TextLine:
    """In pixels of the page; those of the reading are `factor` as many, and count from `corner`."""
    polygon = np.clip(np.rint(reading.polygon / factor + np.array(corner)), 0, size).astype(np.int32)
    return TextLine(polygon, UNKNOWN_ANGLE, reading.text, reading.score)
