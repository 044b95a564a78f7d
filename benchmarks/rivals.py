"""The processes that DocPreprocessor's benchmark compares: Galley and PaddleOCR, open and warm, ended together.

Runs in: parent.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.child import Child
from benchmarks.peers import Peer

MODELS = {"orientation": "PP-LCNet_x1_0_doc_ori", "unwarping": "UVDoc"}
"""Step -> model, for both."""


class Rivals:
    """Opens the processes, each warmed up with the same page."""

    def __init__(self, peer: Peer, device: str, page: str) -> None:
        """`device`: Galley's; PaddleOCR has one CPU device, and threads in it."""
        self._peer = peer
        self._device = device
        self._page = page
        self._stack = ExitStack()

    def paddleocr(self, threads: int | None) -> Child:
        """PaddleOCR with this many threads in ONNX Runtime; None leaves their number to ONNX Runtime."""
        folders = {step: str(self._peer.models / name) for step, name in MODELS.items()}
        keywords: dict[str, Any] = {
            "doc_orientation_classify_model_name": MODELS["orientation"],
            "doc_orientation_classify_model_dir": folders["orientation"],
            "doc_unwarping_model_name": MODELS["unwarping"],
            "doc_unwarping_model_dir": folders["unwarping"],
            "device": "cpu",
            "engine": "onnxruntime",
        }
        if threads is not None:
            keywords["engine_config"] = {"intra_op_num_threads": threads}
        return self._open(self._peer.python, "doc_preprocessor_child", ["paddleocr", json.dumps(keywords)])

    def galley(self, **keywords: str) -> Child:
        """Galley's class of the same name, on the devices of this comparison."""
        given = json.dumps({"device": self._device, **keywords})
        return self._open(Path(sys.executable), "doc_preprocessor_child", ["galley", given])

    def galley_saving(self, folder: Path) -> Child:
        """Galley whose workers write into `folder`."""
        return self._open(Path(sys.executable), "saving_child", [self._device, str(folder)])

    def _open(self, python: Path, module: str, arguments: Sequence[str]) -> Child:
        own = python == Path(sys.executable)
        environment = {"PYTHONPATH": ":".join(sys.path)} if own else self._peer.environment
        command = [str(python), "-m", f"benchmarks.{module}", *arguments, self._page]
        return self._stack.enter_context(Child(command, environment))

    def __enter__(self) -> Rivals:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()
