"""The pipeline that the seed's script and `galley batch` both run: PaddleOCR's DocPreprocessor, with one thread.

Runs in: the workers of both, in PaddleOCR's environment.
"""

from __future__ import annotations

import os
import runpy
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

MODELS = "GALLEY_BENCHMARK_MODELS"
"""The environment variable that names the folder of PaddleX's models: the script passes on nothing but a device."""


def Preprocessor(device: str) -> Any:  # noqa: N802 - for both sides a class by name
    """Page orientation and unwarping."""
    names = {"doc_orientation_classify": "PP-LCNet_x1_0_doc_ori", "doc_unwarping": "UVDoc"}
    folders = {f"{step}_model_dir": str(Path(os.environ[MODELS], name)) for step, name in names.items()}
    return import_module("paddleocr").DocPreprocessor(
        device=device,
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": 1},
        **{f"{step}_model_name": name for step, name in names.items()},
        **folders,
    )


def main() -> None:
    """Run the script whose path comes first in the arguments, with `Preprocessor` among PaddleOCR's classes."""
    vars(import_module("paddleocr"))["Preprocessor"] = Preprocessor
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
