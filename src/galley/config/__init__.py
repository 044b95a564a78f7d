"""Every knob of a run, once: its name, type, default and help. One file for each pipeline.

All values are frozen dataclasses without a "not given": the edges resolve what the user left out. An unknown
field cannot be set; `overlay` says which exist.
"""

from galley.config.changes import overlay, suggest
from galley.config.checks import require_available, require_range
from galley.config.doc_preprocessor import (
    NO_PREPROCESSING,
    DocPreprocessorConfig,
    DocPreprocessorOptions,
    PreprocessingModels,
    PreprocessingOptions,
)
from galley.config.layout import MERGE_MODES, LayoutOptions
from galley.config.networks import PRECISIONS, EngineConfig, ModelChoice
from galley.config.ocr import LIMIT_TYPES, PDF_TEXT, OcrConfig, OcrOptions, TextModels
from galley.config.pipeline import PipelineConfig
from galley.config.seal import SealConfig, SealOptions, SealTextOptions
from galley.config.servers import Servers
from galley.config.structure import StructureConfig, StructureOptions
from galley.config.table import TableConfig, TableOptions
from galley.config.understanding import NATIVE, SERVER_BACKENDS, DocUnderstandingConfig, UnderstandingOptions

__all__ = [
    "LIMIT_TYPES",
    "MERGE_MODES",
    "NATIVE",
    "NO_PREPROCESSING",
    "PDF_TEXT",
    "PRECISIONS",
    "SERVER_BACKENDS",
    "DocPreprocessorConfig",
    "DocPreprocessorOptions",
    "DocUnderstandingConfig",
    "EngineConfig",
    "LayoutOptions",
    "ModelChoice",
    "OcrConfig",
    "OcrOptions",
    "PipelineConfig",
    "PreprocessingModels",
    "PreprocessingOptions",
    "SealConfig",
    "SealOptions",
    "SealTextOptions",
    "Servers",
    "StructureConfig",
    "StructureOptions",
    "TableConfig",
    "TableOptions",
    "TextModels",
    "UnderstandingOptions",
    "overlay",
    "require_available",
    "require_range",
    "suggest",
]
