"""Galley: document-OCR pipelines in parallel, with the interface of a single one.

    from galley import DocPreprocessor

    with DocPreprocessor(device="gpu:0,1,2,3") as pipeline:
        for result in pipeline.predict_iter("scans/"):
            result.save_all("output")

Names are imported when first used: `import galley` is fast and loads no inference library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from galley.compat.batch import batch as batch
    from galley.compat.doc_preprocessor import DocPreprocessor as DocPreprocessor
    from galley.compat.doc_understanding import DocUnderstanding as DocUnderstanding
    from galley.compat.ocr import OCR as OCR
    from galley.compat.ocr import PaddleOCR as PaddleOCR
    from galley.compat.parallel import ParallelPipeline as ParallelPipeline
    from galley.compat.seal_recognition import SealRecognition as SealRecognition
    from galley.compat.structure import PPStructureV3 as PPStructureV3
    from galley.compat.table_recognition import TableRecognitionPipelineV2 as TableRecognitionPipelineV2
    from galley.errors import BadArguments as BadArguments
    from galley.errors import BadInput as BadInput
    from galley.errors import DeviceError as DeviceError
    from galley.errors import GalleyError as GalleyError
    from galley.errors import ModelError as ModelError
    from galley.errors import NoWorkerLeft as NoWorkerLeft
    from galley.errors import PagesFailed as PagesFailed

__version__ = "0.1.0"

_HOME = {
    "batch": "galley.compat.batch",
    "DocPreprocessor": "galley.compat.doc_preprocessor",
    "DocUnderstanding": "galley.compat.doc_understanding",
    "OCR": "galley.compat.ocr",
    "PaddleOCR": "galley.compat.ocr",
    "SealRecognition": "galley.compat.seal_recognition",
    "ParallelPipeline": "galley.compat.parallel",
    "TableRecognitionPipelineV2": "galley.compat.table_recognition",
    "PPStructureV3": "galley.compat.structure",
    "BadArguments": "galley.errors",
    "BadInput": "galley.errors",
    "DeviceError": "galley.errors",
    "GalleyError": "galley.errors",
    "ModelError": "galley.errors",
    "NoWorkerLeft": "galley.errors",
    "PagesFailed": "galley.errors",
}

__all__ = [*_HOME]  # noqa: PLE0604 - the names are strings


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'galley' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
