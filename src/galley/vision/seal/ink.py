"""The ink of a seal, apart from the paper and from what else is printed on it.

Runs in: worker. Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.float32]
"""How much ink there is, 0 to 1, shape (h, w)."""

RED_HUE, BLUE_HUE = 25.0, 285.0
"""Degrees in the a, b plane of CIE Lab, where red stamp pads and blue ones lie."""
INKED = 0.35
"""From so much ink on, a pixel counts as inked."""

_LEAST_CHROMA = 10.0
"""Colour further from the paper's than this is ink; noise of JPEG files stays below it on most pages."""
_FAINT = 0.25
"""Part of the strongest colour below which there is no ink."""
_HUE_STEPS = 72
_ACROSS = 0.8
"""How much colour of another hue counts against a pixel."""
_LEAST_INKED = 40
"""Pixels, below which there is no seal."""
_BLACKER = 1.2
"""How much of what is darker than the seal's own ink is taken off."""
_APART = 0.67
"""How much the difference of channels counts against darkness; either alone loses more characters of worn seals."""


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """One seal's ink in a picture."""

    by_colour: Plane
    """Where it is, by its colour alone: clean, but blurred where colours are stored at half size (JPEG)."""
    sharp: Plane
    """The same as sharp as the picture: by how much more it darkens one channel than another, and by its darkness
    where there is colour, without what is blacker. For reading."""
    hue: float | None
    """Degrees in the a, b plane of CIE Lab; None where the ink has no colour."""


def colour_differences(image: NDArray[np.uint8]) -> tuple[Plane, Plane]:
    """A and b of CIE Lab for `image` (h, w, 3), BGR, as differences from the paper's, in which 0 is no colour."""
    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    small = lab[:: max(1, lab.shape[0] // 200), :: max(1, lab.shape[1] // 200)].reshape(-1, 3)
    paper = np.median(small[small[:, 0] >= np.percentile(small[:, 0], 60)], axis=0)
    return lab[..., 1] - paper[1], lab[..., 2] - paper[2]


def strength_of(a: Plane, b: Plane, hue: float) -> Plane:
    """How far each pixel's colour goes in the direction of `hue` (degrees), less what it goes elsewhere."""
    cosine, sine = math.cos(math.radians(hue)), math.sin(math.radians(hue))
    strength: Plane = a * np.float32(cosine) + b * np.float32(sine)
    strength -= np.float32(_ACROSS) * np.maximum(np.abs(b * np.float32(cosine) - a * np.float32(sine)) - strength, 0)
    return np.maximum(strength, 0)


def dominant_hue(a: Plane, b: Plane) -> float | None:
    """The hue that most colour has, in degrees; None where there is hardly any colour."""
    chroma = np.hypot(a, b)
    strong = chroma > _LEAST_CHROMA
    if np.count_nonzero(strong) < _LEAST_INKED:
        return None
    hues = np.degrees(np.arctan2(b[strong], a[strong])) % 360
    counts, _ = np.histogram(hues, _HUE_STEPS, (0, 360), weights=chroma[strong])
    around = np.convolve(np.concatenate([counts[-2:], counts, counts[:2]]), (1, 2, 3, 2, 1), "valid")
    near = (hues - (int(np.argmax(around)) + 0.5) * 360 / _HUE_STEPS + 180) % 360 - 180
    close = np.abs(near) < 25
    return float((hues[close] - near[close] + np.average(near[close], weights=chroma[strong][close]))[0] % 360)


def coloured_plane(a: Plane, b: Plane, hue: float) -> Plane:
    """The ink of that hue; all zero where there is hardly any."""
    strength = strength_of(a, b, hue)
    strong = strength[strength > _LEAST_CHROMA]
    if len(strong) < _LEAST_INKED:
        return np.zeros_like(strength)
    full = float(np.percentile(strong, 80))
    faint = _FAINT * full * 0.5
    return np.asarray(np.clip((strength - faint) / (full - faint), 0, 1), np.float32)


def separate_ink(image: NDArray[np.uint8]) -> Ink:
    """The ink of the seal in `image` (h, w, 3), BGR: of its dominant colour; all that is dark where it has none."""
    a, b = colour_differences(image)
    hue = dominant_hue(a, b)
    if hue is not None:
        by_colour = coloured_plane(a, b, hue)
        inked = by_colour > 0.5
        if np.count_nonzero(inked) >= _LEAST_INKED:
            return Ink(by_colour, _sharp(image, by_colour, inked), hue)
    dark = dark_plane(image)
    return Ink(dark, dark, None)


def dark_plane(image: NDArray[np.uint8]) -> Plane:
    """All that is darker than the paper, as ink."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.float32)
    darkness = 1 - grey / max(float(np.percentile(grey, 85)), 1.0)
    full = max(0.25, float(np.percentile(darkness, 96)))
    return np.asarray(np.clip(darkness / full, 0, 1), np.float32)


def _sharp(image: NDArray[np.uint8], by_colour: Plane, inked: NDArray[np.bool_]) -> Plane:
    pixels = image.astype(np.float32)
    paper = np.maximum(np.percentile(pixels.reshape(-1, 3), 85, axis=0), 60).astype(np.float32)
    darkness = np.clip(1 - pixels / paper, 0, 1)
    contrast = darkness[inked].mean(axis=0)
    best, least = darkness[..., int(contrast.argmax())], darkness[..., int(contrast.argmin())]
    own = best / max(0.2, float(np.percentile(best[inked], 75)))
    # The ink hardly darkens the channel of its own colour; what does is something black.
    black = np.clip(least - float(np.percentile(least[inked], 60)), 0, 1)
    nearby = cv2.GaussianBlur(cv2.dilate(by_colour, np.ones((3, 3), np.uint8)), (0, 0), 0.8)
    gate = np.clip((nearby - 0.18) / 0.25, 0, 1)
    gated = np.clip(np.clip(own, 0, 1) - _BLACKER * black, 0, 1) * gate
    # Paper and black are grey: they darken all channels alike. So this needs no gate, and keeps what is faint.
    apart = np.maximum(best - least, 0)
    apart = np.minimum(apart / max(0.1, float(np.percentile(apart[inked], 70))), 1)
    return np.asarray((1 - _APART) * gated + _APART * apart, np.float32)
