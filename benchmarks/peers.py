"""PaddleOCR in an environment of its own, with the same weights: built once into a cache folder.

Runs in: parent.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import platformdirs

ROOT = Path(__file__).resolve().parents[1]

REQUIREMENTS = ("paddleocr==3.7.0", "paddlex==3.7.2", "onnxruntime==1.32.0", "onnx==1.23.2")
"""The peer and its engine; `onnx` joins its model graphs. With ONNX Runtime as engine, Paddle itself is not needed."""

_DONE = "done.json"


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


def default_cache() -> Path:
    """Where peers are kept unless the user says otherwise."""
    return Path(platformdirs.user_cache_dir("galley-benchmarks"))


def ensure_peer(cache: Path) -> Peer:
    """The peer in `cache`, installed there first if need be: some minutes and about 1 GB.

    Raises:
        subprocess.CalledProcessError: pip or the building of the model folders failed; it has said why.
    """
    recipe = json.dumps([REQUIREMENTS, list(sys.version_info[:2]), _hash_of_model_recipe()])
    folder = cache / "paddleocr"
    peer = Peer(folder / "venv" / "bin" / "python", folder / "models")
    done = folder / _DONE
    if done.exists() and done.read_text(encoding="utf-8") == recipe:
        return peer
    print(f"installing {', '.join(REQUIREMENTS)} for comparison; this is done once", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder / "venv", with_pip=True)
    _run(peer, "-m", "pip", "install", "--quiet", *REQUIREMENTS)
    _run(peer, "-m", "benchmarks.peer_models", str(peer.models))
    done.write_text(recipe, encoding="utf-8")
    return peer


def _run(peer: Peer, *arguments: str) -> None:
    subprocess.run([peer.python, *arguments], check=True, stdout=sys.stderr, env={**os.environ, **peer.environment})


def _hash_of_model_recipe() -> str:
    return hashlib.sha256(Path(__file__).with_name("peer_models.py").read_bytes()).hexdigest()
