"""Refusing values that a knob cannot have.

Runs in: parent. Pure.
"""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

from galley.errors import BadArguments


def require_range(name: str, value: Any, least: float, most: float) -> None:
    """Refuse a number that is not between `least` and `most`, NaN too.

    Raises:
        BadArguments: naming the option and its range.
    """
    if isinstance(value, str) or not math.isfinite(value) or not least <= value <= most:
        raise BadArguments(f"{name}={value!r} is out of range; give a number from {least} to {most}")


def require_available(available: Any, wanted: Any) -> None:
    """Refuse switches that are on in `wanted` but off in `available`, which decided what networks were opened.

    Raises:
        BadArguments: naming the switches.
    """
    names = [item.name for item in fields(wanted) if item.name.startswith("use_")]
    missing = [name for name in names if getattr(wanted, name) and not getattr(available, name)]
    if missing:
        raise BadArguments(f"{', '.join(missing)} cannot be switched on here: the pipeline was made without it")
