"""Refusing values that a knob cannot have.

Runs in: parent. Pure.
"""

from __future__ import annotations

import math
from dataclasses import fields
from numbers import Real
from typing import Any

from galley.errors import BadArguments


def require_range(name: str, value: Any, least: float, most: float) -> None:
    """Refuse a number that is not between `least` and `most`, NaN too, and what is no number.

    Raises:
        BadArguments: naming the option and its range.
    """
    if not isinstance(value, Real) or not math.isfinite(value) or not least <= float(value) <= most:
        raise BadArguments(f"{name}={value!r} is out of range; give a number from {least} to {most}")


def require_available(*pairs: tuple[Any, Any]) -> None:
    """Refuse switches that are on in a pair's second value but off in its first, which decided what was opened.

    Raises:
        BadArguments: naming the switches.
    """
    missing = [
        item.name
        for available, wanted in pairs
        for item in fields(wanted)
        if item.name.startswith("use_") and getattr(wanted, item.name) and not getattr(available, item.name)
    ]
    if missing:
        raise BadArguments(f"{', '.join(missing)} cannot be switched on here: the pipeline was made without it")
