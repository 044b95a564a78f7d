"""Loads an engine, asks it what it sees, and opens a network with it, for the examination of a machine.

Runs in: a process of its own, since a broken library may end it. Answers with JSON as the last line of standard output.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from galley.devices import parse_devices, plan_slots, usable_cores
from galley.engines import open_session
from galley.errors import GalleyError


def main(package: str, *trial: str) -> None:
    """Look at an engine's package, try the engine if `trial` says which, on which device and graph, and answer."""
    answer: dict[str, Any] = {"sees": _look(package)}
    if trial:
        engine, device, graph = trial
        try:
            answer["trial"] = _open(engine, device, Path(graph))
        except GalleyError as error:
            answer["trouble"] = {"message": str(error), "exit_code": int(error.exit_code)}
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


def _look(package: str) -> list[str]:
    module = importlib.import_module(package)
    names = module.Core().available_devices if package == "openvino" else module.get_available_providers()
    return [str(name) for name in names]


def _open(engine: str, device: str, graph: Path) -> dict[str, Any]:
    (slot,) = plan_slots(parse_devices(device), 1, usable_cores())
    begun = time.perf_counter()
    session = open_session(graph, engine=engine, slot=slot)
    seconds = time.perf_counter() - begun
    info = session.info
    session.close()
    return {
        "engine": info.engine,
        "version": info.version,
        "device": info.device,
        "precision": info.precision,
        "seconds": round(seconds, 3),
    }
