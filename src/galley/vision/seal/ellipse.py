"""Ellipses: fitting one to points, walking along it, and how deep inside it a point lies.

Runs in: worker. Pure.

Sources: Fitzgibbon, Pilu and Fisher, "Direct Least Square Fitting of Ellipses", PAMI 1999, in the numerically stable
form of Halir and Flusser, WSCG 1998; re-weighted as in Holland and Welsch, "Robust regression using iteratively
reweighted least-squares", 1977.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.float64]
"""x and y in pixels, shape (n, 2)."""

_ROUNDS = 6
"""Of re-weighting; more change nothing that can be seen."""
_TUNING = 2.0
"""Residuals of so many deviations count half (Cauchy's weight at 1.0 of this)."""
_LEAST_POINTS = 6
_NEWTON_STEPS, _MOST_STEP = 4, 0.2
_STEPS = 1440
"""Of the table that lengths along the edge are looked up in: a quarter of a degree each."""


@dataclass(frozen=True)
class Ellipse:
    """An ellipse in a picture, where y grows downwards and angles grow clockwise."""

    x: float
    y: float
    a: float
    """Half axis in the direction of `angle`, in pixels."""
    b: float
    """The other half axis."""
    angle: float
    """Radians."""

    @property
    def least(self) -> float:
        """The shorter half axis."""
        return min(self.a, self.b)

    @property
    def most(self) -> float:
        """The longer half axis."""
        return max(self.a, self.b)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the upright rectangle around it."""
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        wide = math.hypot(self.a * cosine, self.b * sine)
        high = math.hypot(self.a * sine, self.b * cosine)
        return self.x - wide, self.y - high, self.x + wide, self.y + high

    def scaled(self, factor: float) -> Ellipse:
        """The same ellipse in a picture that is `factor` times as large."""
        # Pixels are squares: the middle of the first lies at 0, its corner half a pixel further up and left.
        x, y = ((value + 0.5) * factor - 0.5 for value in (self.x, self.y))
        return Ellipse(x, y, self.a * factor, self.b * factor, self.angle)

    def moved(self, x: float, y: float) -> Ellipse:
        """The same ellipse, that far to the right and down."""
        return replace(self, x=self.x + x, y=self.y + y)

    def grown(self, length: float) -> Ellipse:
        """Both half axes longer by `length` pixels."""
        return replace(self, a=self.a + length, b=self.b + length)

    def points(self, parameters: NDArray[np.float64], depth: NDArray[np.float64] | float = 0.0) -> Points:
        """Points at these parameters (radians from the first axis, clockwise), `depth` pixels inside along the normal.

        `parameters` and `depth` are broadcast; the answer has one axis more, x and y.
        """
        cosine, sine = np.cos(parameters), np.sin(parameters)
        normal_u, normal_v = cosine * self.b, sine * self.a
        length = np.hypot(normal_u, normal_v)
        u = self.a * cosine - depth * normal_u / length
        v = self.b * sine - depth * normal_v / length
        turn_c, turn_s = math.cos(self.angle), math.sin(self.angle)
        return np.stack([self.x + u * turn_c - v * turn_s, self.y + u * turn_s + v * turn_c], axis=-1)

    def in_own_frame(self, points: Points) -> Points:
        """Points of the picture, relative to the centre and along the axes."""
        moved = np.asarray(points, np.float64) - (self.x, self.y)
        turn_c, turn_s = math.cos(self.angle), math.sin(self.angle)
        return np.stack(
            [moved[..., 0] * turn_c + moved[..., 1] * turn_s, moved[..., 1] * turn_c - moved[..., 0] * turn_s], axis=-1
        )

    def parameters(self, points: Points) -> NDArray[np.float64]:
        """The parameter of the edge towards each point, from the centre; -pi to pi."""
        own = self.in_own_frame(points)
        return np.asarray(np.arctan2(own[..., 1] / self.b, own[..., 0] / self.a))

    def depth(self, points: Points) -> NDArray[np.float64]:
        """How far inside of the edge each point lies, in pixels, negative outside; to first order, exact on the edge.

        Source: Sampson, "Fitting conic sections to very scattered data", 1982.
        """
        own = self.in_own_frame(points)
        radius = np.maximum(np.hypot(own[..., 0] / self.a, own[..., 1] / self.b), 1e-9)
        slope = np.hypot(own[..., 0] / self.a**2, own[..., 1] / self.b**2) / radius
        return np.asarray((1 - radius) / np.maximum(slope, 1 / (10 * self.most)))

    def depth_at(self, points: Points, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far inside of the edge each of `points` (..., 2) lies along the normal at its parameter, in pixels."""
        feet = self.points(parameters)
        return np.asarray(((points - feet) * (self.points(parameters, 1.0) - feet)).sum(axis=-1))

    def nearest(self, points: Points, start: NDArray[np.float64]) -> NDArray[np.float64]:
        """The parameter of the edge next to each of `points` (..., 2), looked for from `start` on (Newton's method)."""
        own = self.in_own_frame(points)
        found = np.broadcast_to(start, own.shape[:-1]).astype(np.float64)
        for _ in range(_NEWTON_STEPS):
            cosine, sine = np.cos(found), np.sin(found)
            u, v = self.a * cosine - own[..., 0], self.b * sine - own[..., 1]
            slope = v * self.b * cosine - u * self.a * sine
            bend = (self.a * sine) ** 2 + (self.b * cosine) ** 2 - u * self.a * cosine - v * self.b * sine
            # Beyond the middle of the curve there is no nearest place any more.
            found = found - np.clip(slope / np.maximum(bend, 1e-3 * self.least**2), -_MOST_STEP, _MOST_STEP)
        return found


def walked(ellipse: Ellipse, parameters: NDArray[np.float64], depth: float) -> NDArray[np.float64]:
    """Length of the line `depth` pixels inside the edge, from the first of `parameters` to each, in pixels."""
    points = ellipse.points(parameters, depth)
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])


def fit_direct(points: Points, weights: NDArray[np.float64] | None = None) -> Ellipse | None:
    """The ellipse of least algebraic distance to `points`; None where they do not lie on one.

    Args:
        points: at least six.
        weights: how much each counts, (n,); None: all the same.
    """
    if len(points) < _LEAST_POINTS:
        return None
    middle = points.mean(axis=0)
    spread = float(np.abs(points - middle).max())
    if spread < 1e-6:
        return None
    x, y = ((points - middle) / spread).T
    weigh = np.ones_like(x) if weights is None else weights
    quadratic = np.stack([x * x, x * y, y * y], axis=1)
    linear = np.stack([x, y, np.ones_like(x)], axis=1)
    weighted_linear = linear * weigh[:, np.newaxis]
    inner = linear.T @ weighted_linear
    mixed = quadratic.T @ weighted_linear
    try:
        carry = -np.linalg.solve(inner, mixed.T)
        reduced = quadratic.T @ (quadratic * weigh[:, np.newaxis]) + mixed @ carry
        constrained = np.stack([reduced[2] / 2, -reduced[1], reduced[0] / 2])
        _, vectors = np.linalg.eig(constrained)
    except np.linalg.LinAlgError:
        return None
    vectors = np.real(vectors)
    is_ellipse = 4 * vectors[0] * vectors[2] - vectors[1] ** 2 > 0
    if is_ellipse.sum() != 1:
        return None
    conic = vectors[:, is_ellipse][:, 0]
    found = _from_conic(*conic, *(carry @ conic))
    if found is None:
        return None
    return Ellipse(
        found.x * spread + middle[0], found.y * spread + middle[1], found.a * spread, found.b * spread, found.angle
    )


def _from_conic(xx: float, xy: float, yy: float, x: float, y: float, one: float) -> Ellipse | None:
    """The ellipse with the equation xx x² + xy xy + yy y² + x x + y y + one = 0."""
    matrix = np.array([[xx, xy / 2], [xy / 2, yy]])
    try:
        centre = np.linalg.solve(-2 * matrix, [x, y])
    except np.linalg.LinAlgError:
        return None
    value = one + (x * centre[0] + y * centre[1]) / 2
    eigenvalues, vectors = np.linalg.eigh(matrix)
    squares = -value / np.where(eigenvalues == 0, np.nan, eigenvalues)
    if not np.all(np.isfinite(squares)) or np.any(squares <= 0):
        return None
    a, b = np.sqrt(squares)
    return Ellipse(
        float(centre[0]), float(centre[1]), float(a), float(b), math.atan2(float(vectors[1, 0]), float(vectors[0, 0]))
    )


def fit_robust(points: Points) -> tuple[Ellipse, float] | None:
    """The ellipse that most of `points` lie on, whatever the others do, and the deviation of those in pixels."""
    ellipse, deviation = fit_direct(points), 0.0
    for _ in range(_ROUNDS):
        if ellipse is None:
            return None
        residuals = np.abs(ellipse.depth(points))
        deviation = max(1.4826 * float(np.median(residuals)), 0.25)
        ellipse = fit_direct(points, 1 / (1 + (residuals / (_TUNING * deviation)) ** 2))
    return None if ellipse is None else (ellipse, deviation)
