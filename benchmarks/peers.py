"""PaddleOCR in an environment of its own, with the same weights: built once into a cache folder.

Runs in: parent.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.environments import ROOT, ensure_environment

REQUIREMENTS = ("paddleocr==3.7.0", "paddlex==3.7.2", "onnxruntime==1.32.0", "onnx==1.23.2")
"""The peer and its engine; `onnx` joins its model graphs. With ONNX Runtime as engine, Paddle itself is not needed."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The installed peer."""

    python: Path
    models: Path
    """Folder with one PaddleX model folder per model, and a font."""

    @property
    def environment(self) -> dict[str, str]:
        """What its processes have in their environment beyond the parent's."""
        return {
            "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True",  # its models are given as folders: nothing to look for
            "PADDLE_PDX_LOCAL_FONT_FILE_PATH": str(self.models / "font.ttf"),
            "PYTHONPATH": str(ROOT),
        }


def ensure_peer(cache: Path) -> Peer:
    """The peer in `cache`, installed there first if need be: some minutes and about 1 GB.

    Raises:
        subprocess.CalledProcessError: pip or the building of the model folders failed; it has said why.
    """
    folder = cache / "paddleocr"
    python = ensure_environment(folder, REQUIREMENTS, partial(_build_models, folder), _hash_of_model_recipe())
    return _peer(python, folder)


def _peer(python: Path, folder: Path) -> Peer:
    return Peer(python, folder / "models")


def _build_models(folder: Path, python: Path) -> None:
    peer = _peer(python, folder)
    command = [str(python), "-m", "benchmarks.peer_models", str(peer.models)]
    subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, **peer.environment})


def _hash_of_model_recipe() -> str:
    return hashlib.sha256(Path(__file__).with_name("peer_models.py").read_bytes()).hexdigest()
