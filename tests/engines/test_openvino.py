from __future__ import annotations

from pathlib import Path

import pytest

from galley.devices import Device, Slot
from galley.engines import Opening
from galley.engines.openvino import open_session
from galley.errors import ModelError


def test_threads_are_the_slots(graph: Path) -> None:
    for cores in ((0,), (0, 1)):
        slot = Slot(Device("cpu"), 0, cores, False)
        session = open_session(graph, Opening(slot, "fp32"))
        assert session._compiled.get_property("INFERENCE_NUM_THREADS") == len(cores)
        assert session._compiled.get_property("NUM_STREAMS") == 1


def test_other_forms_of_model_are_refused(slot: Slot, tmp_path: Path) -> None:
    (tmp_path / "graph.xml").write_bytes(b"<net/>")
    with pytest.raises(ModelError, match=r"graph\.xml is no ONNX file"):
        open_session(tmp_path / "graph.xml", Opening(slot, "auto"))
