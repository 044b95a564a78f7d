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


def Upright(device: str) -> Any:  # noqa: N802 - for both sides a class by name
    """Page orientation alone, which makes pages cheap: what is compared is the handing out."""
    name = "PP-LCNet_x1_0_doc_ori"
    return import_module("paddleocr").DocPreprocessor(
        device=device,
        doc_orientation_classify_model_name=name,
        doc_orientation_classify_model_dir=str(Path(os.environ[MODELS], name)),
        use_doc_unwarping=False,
        engine="onnxruntime",
        engine_config={"intra_op_num_threads": 1},
    )


def main() -> None:
    """Run the script whose path comes first in the arguments, with `Upright` among PaddleOCR's classes."""
    vars(import_module("paddleocr"))["Upright"] = Upright
    del sys.argv[0]
    runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
