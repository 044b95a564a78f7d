"""Seals drawn for measuring: always the same one for the same seed, with what is written on it.

Runs in: parent. Needs the fonts of Debian's fonts-noto-cjk, fonts-arphic-uming, fonts-wqy-zenhei and fonts-dejavu-core.
All names on the seals are made up.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Mask: TypeAlias = NDArray[np.float32]
"""How much ink, 0 to 1, shape (h, w)."""

SUPERSAMPLING = 3
"""Seals are drawn so many times larger than they are stamped."""
FACES: Mapping[str, tuple[str, int]] = {
    "ming": ("/usr/share/fonts/truetype/arphic/uming.ttc", 0),
    "serif": ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    "serif bold": ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc", 2),
    "sans": ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    "sans bold": ("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2),
    "hei": ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    "latin": ("/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf", 0),
    "latin serif": ("/usr/share/fonts/truetype/dejavu/DejaVuSerif-Bold.ttf", 0),
}
"""Face -> font file and the face's index in it."""

TOWNS = ("青石镇", "临河市", "北岭", "东湖县", "南桥", "江口市", "白塔", "云溪省", "西山", "海门市", "长亭", "金滩")
NAMES = ("恒远创新", "德信汇通", "天成伟业", "鑫达海瑞", "东方金桥", "绿野环保", "长风电子", "瑞丰建设", "博文雅集")
KINDS = (
    "科技有限公司",
    "建设工程有限公司",
    "贸易有限责任公司",
    "信息技术股份有限公司",
    "物业管理有限公司",
    "会计师事务所",
    "人民医院",
    "职业技术学院",
    "实业集团有限公司",
)
USES = ("合同专用章", "财务专用章", "业务专用章", "人事专用章", "公章", "投标专用章", "档案专用章")
INVOICE_USE = "发票专用章"
LATIN_TOP = (
    "ARDMOUTH TRADING COMPANY",
    "HALLAM ENGINEERING LTD",
    "NORTHERN QUAY LOGISTICS",
    "OSTWALD SERVICES GMBH",
    "REPUBLIC OF CAMBRIA",
    "CITY OF ARDMOUTH",
    "UNIVERSITY OF LOWESTRAND",
    "BLUE HERON SHIPPING CO",
    "NOTARY PUBLIC STATE OF OZARK",
)
LATIN_BOTTOM = ("SINCE 1987", "REGISTERED", "OFFICIAL SEAL", "HEAD OFFICE", "HARBOUR", "QUALITY DEPT")
LATIN_MIDDLE = ("APPROVED", "CERTIFIED", "PAID", "RECEIVED", "No. 4471", "COPY")

TOP, BOTTOM = -90.0, 90.0
"""Angles on the seal, in degrees, clockwise from the right."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What is written on a seal."""

    arcs: tuple[str, ...]
    """Along the edge; the main one first."""
    lines: tuple[str, ...] = ()
    """Straight, inside."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal, in the middle of its mask."""

    ink: Mask
    axes: tuple[float, float]
    """Half of its width and of its height."""
    texts: Texts


@dataclass
class Canvas:
    """Where one seal is drawn, at `SUPERSAMPLING` times its size; lengths in pixels of the canvas."""

    radius: float
    """Half of the seal's width."""
    height: float
    """Half of its height."""
    ink: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        side = int(self.radius * 2.3) // SUPERSAMPLING * SUPERSAMPLING
        self.ink = np.zeros((side, side), np.uint8)

    @property
    def centre(self) -> float:
        """Both coordinates of the middle."""
        return float(self.ink.shape[0] / 2)

    def ring(self, inset: float, width: float) -> None:
        """A line along the edge, its outer side `inset` inside of it."""
        axes = (2 * (self.radius - inset) - width, 2 * (self.height - inset) - width)
        cv2.ellipse(self.ink, ((self.centre, self.centre), axes, 0), 255, max(1, round(width)), cv2.LINE_AA)

    def star(self, x: float, y: float, radius: float) -> None:
        """A five-pointed star."""
        angles = np.radians(-90 + 36 * np.arange(10))
        lengths = radius * np.where(np.arange(10) % 2 == 0, 1, 0.382)
        points = np.stack([x + lengths * np.cos(angles), y + lengths * np.sin(angles)], axis=1)
        cv2.fillPoly(self.ink, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)

    def line(self, text: str, face: str, size: float, y: float, most: float) -> None:
        """Straight text around the middle of the seal, `y` below it, squeezed to at most `most`."""
        used = font(face, round(size))
        picture = Image.new("L", (round(used.getlength(text)) + 8, round(size * 1.6)), 0)
        ImageDraw.Draw(picture).text((4, picture.height / 2), text, 255, used, anchor="lm")
        squeezed = min(1.0, most / picture.width)
        pixels = cv2.resize(np.asarray(picture), None, fx=squeezed, fy=1, interpolation=cv2.INTER_AREA)
        left, top = round(self.centre - pixels.shape[1] / 2), round(self.centre + y - pixels.shape[0] / 2)
        place = self.ink[top : top + pixels.shape[0], left : left + pixels.shape[1]]
        np.maximum(place, pixels, out=place)

    def arc(self, text: str, face: str, size: float, inset: float, middle: float, span: float | None) -> None:
        """Text along the edge, its middle line `inset` inside.

        Args:
            text: on the upper half it stands on the centre, on the lower half on the edge.
            face: of `FACES`.
            size: height of a character.
            inset: from the edge.
            middle: angle of the text's middle: `TOP` or `BOTTOM`.
            span: degrees from the first to the last character; None for natural spacing.
        """
        track = Track.along(self.radius - inset, self.height - inset)
        advances = [max(size * 0.25, font(face, round(size)).getlength(each)) for each in text]
        squeeze, gap = _spacing(sum(advances), len(text), size, track.length, span)
        direction = 1 if middle == TOP else -1
        at = -(sum(advances) * squeeze + gap * (len(text) - 1)) / 2
        start = track.length_at(middle)
        for character, advance in zip(text, advances, strict=True):
            step = advance * squeeze
            x, y, angle = track.at(start + direction * (at + step / 2))
            turned = angle if middle == TOP else angle + 180
            self._glyph(character, face, size, squeeze, (self.centre + x, self.centre + y), turned)
            at += step + gap

    def arc_span(self, text: str, face: str, size: float, inset: float) -> float:
        """Degrees that `arc` would take for the text with natural spacing."""
        track = Track.along(self.radius - inset, self.height - inset)
        natural = sum(max(size * 0.25, font(face, round(size)).getlength(each)) for each in text)
        return float((natural + 0.12 * size * (len(text) - 1)) / track.length * 360)

    def _glyph(
        self, character: str, face: str, size: float, squeeze: float, place: tuple[float, float], angle: float
    ) -> None:
        box = round(size * 1.8)
        picture = Image.new("L", (box, box), 0)
        ImageDraw.Draw(picture).text((box / 2, box / 2), character, 255, font(face, round(size)), anchor="mm")
        cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        matrix = np.array([[cosine * squeeze, -sine, 0], [sine * squeeze, cosine, 0]])
        matrix[:, 2] = np.array(place) - matrix[:, :2] @ np.array([box / 2, box / 2])
        turned = cv2.warpAffine(np.asarray(picture), matrix, self.ink.shape[::-1], flags=cv2.INTER_LINEAR)
        np.maximum(self.ink, turned, out=self.ink)

    def finish(self, texts: Texts) -> Seal:
        """The seal at its real size."""
        side = self.ink.shape[0] // SUPERSAMPLING
        small = cv2.resize(self.ink, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        return Seal(small, (self.radius / SUPERSAMPLING, self.height / SUPERSAMPLING), texts)


@dataclass(frozen=True, slots=True)
class Track:
    """An ellipse about the origin, by the length walked along it."""

    a: float
    b: float
    angles: NDArray[np.float64]
    """Parameters, in radians."""
    walked: NDArray[np.float64]
    """Length up to each of them."""

    @staticmethod
    def along(a: float, b: float) -> Track:
        """The track with these half axes."""
        angles = np.linspace(0, 2 * np.pi, 3601)
        steps = np.hypot(np.diff(a * np.cos(angles)), np.diff(b * np.sin(angles)))
        return Track(a, b, angles, np.concatenate([[0], np.cumsum(steps)]))

    @property
    def length(self) -> float:
        """All around."""
        return float(self.walked[-1])

    def length_at(self, degrees: float) -> float:
        """Walked from the right, clockwise, to this parameter."""
        return float(np.interp(math.radians(degrees) % (2 * math.pi), self.angles, self.walked))

    def at(self, walked: float) -> tuple[float, float, float]:
        """x, y, and the angle in degrees by which what stands upright at the top is turned there."""
        parameter = float(np.interp(walked % self.length, self.walked, self.angles))
        outward = math.atan2(math.sin(parameter) / self.b, math.cos(parameter) / self.a)
        return self.a * math.cos(parameter), self.b * math.sin(parameter), math.degrees(outward) + 90


def _spacing(natural: float, count: int, size: float, around: float, span: float | None) -> tuple[float, float]:
    """By how much characters are squeezed, and the gap between them."""
    if span is None:
        return 1.0, 0.12 * size
    room = around * span / 360
    squeeze = min(1.0, 0.92 * room / natural)
    return squeeze, (room - natural * squeeze) / max(1, count - 1)


@cache
def font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """A face of `FACES` at a size in pixels."""
    file, index = FACES[face]
    if not Path(file).is_file():
        raise SystemExit(f"the font {file} is missing; install the Debian packages that this module names")
    return ImageFont.truetype(file, size, index=index)


def draw_seal(style: str, radius: float, chance: random.Random) -> Seal:
    """A seal of a style of `STYLES`; `radius` is half of its width in pixels."""
    return STYLES[style](radius * SUPERSAMPLING, chance)


def _chinese_round(radius: float, chance: random.Random) -> Seal:
    canvas = Canvas(radius, radius)
    rim = radius * chance.uniform(0.022, 0.045)
    face = chance.choice(("ming", "serif", "serif bold", "sans", "hei", "sans bold"))
    canvas.ring(0, rim)
    owner, size = _owner(chance), radius * chance.uniform(0.27, 0.34)
    canvas.arc(owner, face, size, rim + size * 0.5 + radius * 0.045, TOP, chance.uniform(225, 270))
    canvas.star(canvas.centre, canvas.centre - 0.02 * radius, radius * chance.uniform(0.26, 0.33))
    arcs, lines = [owner], []
    if chance.random() < 0.7:
        use = chance.choice(USES)
        canvas.line(use, face, radius * (0.2 if len(use) > 3 else 0.25), radius * 0.5, radius)
        lines.append(use)
    if chance.random() < 0.5:
        code, size = "".join(chance.choices("0123456789", k=13)), radius * 0.105
        canvas.arc(code, "sans", size, rim + size * 0.5 + radius * 0.035, BOTTOM, None)
        arcs.append(code)
    return canvas.finish(Texts(tuple(arcs), tuple(lines)))


def _chinese_oval(radius: float, chance: random.Random) -> Seal:
    height = radius * chance.uniform(0.66, 0.78)
    canvas = Canvas(radius, height)
    rim = radius * chance.uniform(0.02, 0.035)
    face = chance.choice(("ming", "serif", "sans", "hei"))
    canvas.ring(0, rim)
    inset = rim
    if chance.random() < 0.5:
        canvas.ring(1.5 * rim, rim / 3)
        inset = 2 * rim
    owner, size = _owner(chance), radius * chance.uniform(0.2, 0.25)
    canvas.arc(owner, face, size, inset + size * 0.5 + radius * 0.04, TOP, chance.uniform(215, 250))
    number = "91" + "".join(chance.choices("0123456789ABCDEFGHJK", k=16))
    canvas.line(number, "sans", radius * 0.135, 0, radius * 1.35)
    canvas.line(INVOICE_USE, face, radius * 0.17, height * 0.45, radius)
    return canvas.finish(Texts((owner,), (number, INVOICE_USE)))


def _latin_round(radius: float, chance: random.Random) -> Seal:
    canvas = Canvas(radius, radius)
    rim = radius * chance.uniform(0.02, 0.035)
    face = chance.choice(("latin", "latin serif", "sans bold", "serif bold"))
    canvas.ring(0, rim)
    top, size = chance.choice(LATIN_TOP), radius * chance.uniform(0.17, 0.22)
    while (span := canvas.arc_span(top, face, size, rim + 0.72 * size)) > 235:
        size *= 0.9
    inset = rim + 0.72 * size
    canvas.arc(top, face, size, inset, TOP, None)
    if chance.random() < 0.6:
        canvas.ring(rim + 1.5 * size, rim / 2)
    arcs, lines = [top], []
    bottom = chance.choice(LATIN_BOTTOM)
    below = canvas.arc_span(bottom, face, size, inset)
    if span + below < 325:
        canvas.arc(bottom, face, size, inset, BOTTOM, None)
        arcs.append(bottom)
        if span + below < 270:
            _stars_between(canvas, span, below, inset, size * 0.3)
    if chance.random() < 0.7:
        middle = chance.choice(LATIN_MIDDLE)
        wide = font(face, 100).getlength(middle) / 100
        canvas.line(middle, face, min(radius * 0.24, radius * 1.05 / wide), 0, radius * 1.1)
        lines.append(middle)
    else:
        canvas.star(canvas.centre, canvas.centre, radius * 0.3)
    return canvas.finish(Texts(tuple(arcs), tuple(lines)))


def _stars_between(canvas: Canvas, top: float, bottom: float, inset: float, size: float) -> None:
    right = (TOP + top / 2 + BOTTOM - bottom / 2) / 2
    for degrees in (right, 180 - right):
        angle, length = math.radians(degrees), canvas.radius - inset
        canvas.star(canvas.centre + length * math.cos(angle), canvas.centre + length * math.sin(angle), size)


def _owner(chance: random.Random) -> str:
    return "".join(chance.choice(words) for words in (TOWNS, NAMES, KINDS))


STYLES = {"chinese round": _chinese_round, "chinese oval": _chinese_oval, "latin round": _latin_round}
"""Style -> how it is drawn."""
