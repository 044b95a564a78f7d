"""Seals stamped on paper: clean, over text, and with bad ink; and pages without any.

Runs in: parent. Everything is drawn here, from seeds; see `benchmarks.seal_drawing` for the fonts.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from benchmarks.seal_drawing import Mask, Texts, draw_seal, font

Range = tuple[float, float]

A4 = (1654, 2339)
"""Width and height at 200 dpi."""
COLOURS: Mapping[str, tuple[tuple[int, int, int], ...]] = {
    "red": ((30, 30, 200), (50, 40, 215), (60, 20, 180), (70, 60, 225)),
    "blue": ((170, 60, 30), (190, 90, 50)),
    "black": ((40, 40, 40),),
}
"""Ink -> colours that it may have, BGR."""
CHINESE_TEXT = (
    "本合同由甲乙双方在平等自愿的基础上签订，双方应当严格遵守下列各项约定。乙方须在收到货物之日起三十个工作日内"
    "以银行转账方式付清全部款项，逾期付款的，每延迟一日应当支付未付金额万分之五的违约金。因不可抗力不能履行的，"
    "应当及时通知对方，并在合理期限内提供证明。本合同一式四份，双方各执两份，自签字盖章之日起生效。"
)
LATIN_TEXT = (
    "The parties agree that the goods are handed over at the eastern quay, and that the buyer bears all cost from "
    "there on. Payment is due within thirty days of the date on the invoice; interest of five per cent is charged "
    "on sums that are overdue. Disputes are settled by the court of the seller's place of business. "
)


@dataclass(frozen=True, slots=True)
class Level:
    """How well a seal is stamped."""

    tilt: float
    """Most degrees, to either side."""
    wear: float
    """Part of the ink that is missing where most is."""
    opacity: Range
    blur: Range
    """Deviation in pixels."""
    noise: float
    """Deviation, of 255."""
    quality: tuple[int, int] | None
    """Of JPEG; None for no loss."""
    over_text: bool
    fading: Range = (1.0, 1.0)
    """By which the whole picture is dimmed."""


LEVELS: Mapping[str, Level] = {
    "easy": Level(0, 0, (0.95, 0.95), (0, 0), 0, None, over_text=False),
    "mid": Level(8, 0.25, (0.75, 0.92), (0.3, 0.7), 4, (90, 90), over_text=True),
    "hard": Level(30, 0.5, (0.55, 0.85), (0.5, 1.2), 8, (55, 85), over_text=True, fading=(0.85, 1.0)),
}


@dataclass(frozen=True, slots=True)
class StampedPage:
    """A picture with one seal, and the truth about it."""

    image: NDArray[np.uint8]
    centre: tuple[float, float]
    axes: tuple[float, float]
    tilt: float
    texts: Texts


def seal_crop(seed: int, style: str, level: str, *, radius: float, ink: str | None = None) -> StampedPage:
    """A picture of one seal and the paper around it. `ink` None: red, and now and then blue on Latin ones."""
    chance, numbers = random.Random(f"{seed} {style} {level}"), np.random.default_rng([seed, len(style), len(level)])
    seal = draw_seal(style, radius, chance)
    side = seal.ink.shape[0]
    paper = text_paper((side, side), chance) if LEVELS[level].over_text else _blank((side, side))
    return _stamp(paper, (0, 0), seal.ink, seal.axes, seal.texts, LEVELS[level], _ink(ink, style, chance), numbers)


def seal_page(seed: int, style: str, level: str, *, radius: float, ink: str | None = None) -> StampedPage:
    """A whole page of text with one seal on it."""
    chance, numbers = random.Random(f"page {seed} {style} {level}"), np.random.default_rng([seed, 1, len(level)])
    seal = draw_seal(style, radius, chance)
    side = seal.ink.shape[0]
    corner = chance.randint(60, A4[0] - side - 60), chance.randint(60, A4[1] - side - 60)
    paper = text_paper(A4, chance)
    return _stamp(paper, corner, seal.ink, seal.axes, seal.texts, LEVELS[level], _ink(ink, style, chance), numbers)


def _ink(ink: str | None, style: str, chance: random.Random) -> tuple[int, int, int]:
    if ink is None:
        ink = chance.choice(("red", "red", "red", "blue")) if style == "latin round" else "red"
    return chance.choice(COLOURS[ink])


def _stamp(
    paper: NDArray[np.uint8],
    corner: tuple[int, int],
    ink: Mask,
    axes: tuple[float, float],
    texts: Texts,
    level: Level,
    colour: tuple[int, int, int],
    numbers: np.random.Generator,
) -> StampedPage:
    side = ink.shape[0]
    tilt = numbers.uniform(-level.tilt, level.tilt)
    turned = cv2.warpAffine(ink, cv2.getRotationMatrix2D((side / 2, side / 2), tilt, 1), (side, side))
    image = stamped(paper, corner, worn(turned, level.wear, numbers), colour, numbers.uniform(*level.opacity))
    centre = (corner[0] + side / 2, corner[1] + side / 2)
    return StampedPage(photographed(image, level, numbers), centre, axes, -tilt, texts)


def worn(ink: Mask, wear: float, numbers: np.random.Generator) -> Mask:
    """The seal with ink missing in clouds and in specks."""
    height, width = ink.shape
    clouds = cv2.resize(
        numbers.normal(0, 1, (height // 14 + 2, width // 14 + 2)).astype(np.float32),
        (width, height),
        interpolation=cv2.INTER_CUBIC,
    )
    specks = cv2.GaussianBlur(numbers.normal(0, 1, ink.shape).astype(np.float32), (0, 0), 1.0)
    missing = wear * np.clip(clouds * 0.5 + specks / specks.std() * 0.6 - 0.1, 0, 2)
    return np.asarray(ink * np.clip(1 - missing, 0, 1), np.float32)


def stamped(
    paper: NDArray[np.uint8], corner: tuple[int, int], ink: Mask, colour: tuple[int, int, int], opacity: float
) -> NDArray[np.float32]:
    """The paper with the seal's upper left corner there: partly over, partly through what is printed."""
    image = paper.astype(np.float32)
    left, top = corner
    place = image[top : top + ink.shape[0], left : left + ink.shape[1]]
    share = ink[..., np.newaxis] * opacity
    place[:] = place * (1 - share) + share * (0.6 * place / 255 + 0.4) * np.array(colour, np.float32)
    return image


def photographed(image: NDArray[np.float32], level: Level, numbers: np.random.Generator) -> NDArray[np.uint8]:
    """The picture blurred, dimmed, noisy and compressed."""
    blur = numbers.uniform(*level.blur)
    if blur > 0:
        image = cv2.GaussianBlur(image, (0, 0), blur)
    noisy = image + numbers.normal(0, level.noise, image.shape) if level.noise else image
    pixels = np.clip(noisy * numbers.uniform(*level.fading), 0, 255).astype(np.uint8)
    if level.quality is None:
        return pixels
    quality = int(numbers.integers(level.quality[0], level.quality[1] + 1))
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def _blank(size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.full((size[1], size[0], 3), 255, np.uint8)


def text_paper(size: tuple[int, int], chance: random.Random) -> NDArray[np.uint8]:
    """White paper of (width, height) full of black text."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    chinese = chance.random() < 0.5
    text, face = (CHINESE_TEXT, chance.choice(("serif", "sans"))) if chinese else (LATIN_TEXT, "latin serif")
    used = font(face, chance.randint(26, 34))
    start = chance.randrange(len(text))
    text = (text[start:] + text[:start]) * (2 + size[0] // 500)
    grey, y = chance.randint(10, 70), chance.randint(4, 30)
    while y < size[1]:
        begin = chance.randrange(len(text) // 3)
        pen.text((chance.randint(-20, 30), y), text[begin : begin + size[0] // 10], (grey, grey, grey), used)
        y += round(used.size * chance.uniform(1.4, 2.2))
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])
