"""Drawn pages as they come from a scanner, and from a camera over a desk."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


def scanned(page: Image.Image, degrees: float, seed: int) -> Image.Image:
    """The page in black and white, slightly askew and with specks, as from an office scanner."""
    rng = np.random.default_rng(seed)
    grey = np.asarray(page.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)).astype(np.float32)
    specks = cv2.GaussianBlur(rng.random(grey.shape, np.float32), (0, 0), 0.8)
    black = (grey + rng.normal(0, 14, grey.shape) < 140) | (specks > np.quantile(specks, 0.99995))
    return Image.fromarray(np.where(black, 0, 255).astype(np.uint8)).convert("1")


def bend(u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height of the paper over the desk in units of its width, at (u, v) in [0, 1]: a wave and a raised corner."""
    wave = 0.07 * np.sin(np.pi * (0.9 * u + 0.15)) * (1 - 0.45 * v)
    corner = 0.16 * np.clip(u + v - 1.25, 0, None) ** 2
    return wave + corner


def project(u: NDArray[np.float64], v: NDArray[np.float64], size: tuple[int, int]) -> tuple[Any, Any]:
    """Where a point of the paper lies in the photograph, taken from above and a little aside."""
    width, height = size
    x, y, z = u - 0.5, (v - 0.5) * 842 / 595, bend(u, v)
    turn, tilt_x, tilt_y = np.deg2rad(-4.0), np.deg2rad(17.0), np.deg2rad(-9.0)
    x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    y, z = y * np.cos(tilt_x) - z * np.sin(tilt_x), y * np.sin(tilt_x) + z * np.cos(tilt_x)
    x, z = x * np.cos(tilt_y) - z * np.sin(tilt_y), x * np.sin(tilt_y) + z * np.cos(tilt_y)
    depth = 2.6 - z
    return width * (0.485 + 2.02 * x / depth), height * 0.5 + width * 2.02 * y / depth


def paper_coordinates(size: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The inverse of `project` for every pixel of the photograph, by Newton's method with numeric derivatives."""
    width, height = size
    px, py = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    u, v, step = px / width, py / height, 1e-4
    for _ in range(12):
        x, y = project(u, v, size)
        xu, yu = project(u + step, v, size)
        xv, yv = project(u, v + step, size)
        a, b, c, d = (xu - x) / step, (xv - x) / step, (yu - y) / step, (yv - y) / step
        determinant = a * d - b * c
        u = np.clip(u + (d * (px - x) - b * (py - y)) / determinant, -0.6, 1.6)
        v = np.clip(v + (a * (py - y) - c * (px - x)) / determinant, -0.6, 1.6)
    return u, v


def desk(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float64]:
    """A dark wooden surface, BGR from 0 to 1."""
    width, height = size
    grain = cv2.GaussianBlur(rng.random((height, width)), (0, 0), sigmaX=60, sigmaY=1.2)
    bands = cv2.GaussianBlur(rng.random((height, width)), (0, 0), sigmaX=400, sigmaY=14)
    wood = (grain - grain.mean()) / grain.std() * 0.13 + (bands - bands.mean()) / bands.std() * 0.16
    return np.asarray(np.array([0.085, 0.125, 0.19]) * np.clip(1 + wood, 0.3, 1.8)[:, :, None], np.float64)


def photographed(page: Image.Image, size: tuple[int, int], seed: int) -> Pixels:
    """The page as a bent sheet on a desk, BGR."""
    rng = np.random.default_rng(seed)
    u, v = paper_coordinates(size)
    map_x, map_y = (u * page.width).astype(np.float32), (v * page.height).astype(np.float32)
    grey = cv2.GaussianBlur(np.asarray(page), (0, 0), 0.9)
    ink = cv2.remap(grey, map_x, map_y, cv2.INTER_AREA, borderValue=255).astype(np.float64) / 255
    inside = ((u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)).astype(np.float64)
    edge = cv2.GaussianBlur(inside, (0, 0), 0.8)[:, :, None]

    step = 1e-3
    slope_u = (bend(u + step, v) - bend(u - step, v)) / (2 * step)
    slope_v = (bend(u, v + step) - bend(u, v - step)) / (2 * step)
    light = (1 - 1.5 * slope_u - 0.9 * slope_v) / np.sqrt(1 + slope_u**2 + slope_v**2)
    fibre = cv2.GaussianBlur(rng.normal(0, 1, ink.shape), (0, 0), 1.5) * 0.012
    paper = (0.15 + 0.79 * ink + fibre)[:, :, None] * np.array([0.90, 0.965, 1.0]) * light[:, :, None]

    shadow = 1 - 0.75 * cv2.GaussianBlur(np.roll(inside, (26, 22), (0, 1)), (0, 0), 20)[:, :, None]
    scene = edge * paper + (1 - edge) * desk(size, rng) * shadow
    width, height = size
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    lamp = 0.98 - 0.17 * x - 0.10 * y - 0.09 * (x**2 + y**2)
    scene = cv2.GaussianBlur(scene * lamp[:, :, None], (0, 0), 0.6) * 235 + rng.normal(0, 2.6, (height, width, 3))
    return np.asarray(np.clip(scene, 0, 255), np.uint8)
