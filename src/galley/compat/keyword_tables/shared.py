"""PaddleOCR's keywords that every pipeline takes, and Galley's own.

Runs in: parent. Data only.
"""

from __future__ import annotations

from galley.compat.keywords import OWN_ENGINES, PADDLE_ENGINES, Keyword, as_given, flag_word
from galley.config import PRECISIONS

_PADDLE_ENGINE = "it tunes Paddle's own inference engine, which Galley does not use"
COMMON: tuple[Keyword, ...] = (
    Keyword(
        "device",
        str,
        "Where to run: cpu, cpu:0,1, gpu:0, gpu:0,1,2,3, gpu:0-3, gpu:0,1+cpu:0. One instance of the pipeline on "
        "each. Default: the first GPU that can be used, else cpu.",
        path="device",
    ),
    Keyword(
        "engine",
        str,
        "Inference engine. Default: openvino on CPU, onnxruntime on GPU. Names of Paddle's engines are accepted "
        "and mean the default.",
        path="pipeline.engine.engine",
        choices=(*OWN_ENGINES, *PADDLE_ENGINES),
    ),
    Keyword(
        "engine_config",
        as_given,
        "A mapping; accepted without effect.",
        no_effect="use engine, precision and cpu_threads",
        flag=False,
    ),
    Keyword("enable_hpi", flag_word, "Accepted; Galley always takes the fastest engine there is.", no_effect=""),
    Keyword("use_tensorrt", flag_word, "Use TensorRT (GPU): the same as --engine tensorrt.", default=False),
    Keyword(
        "precision",
        str,
        "Arithmetic of the networks. auto lets the engine take its fastest faithful one for this processor; int8 reads "
        "text faster still (CPU), with a network that `galley models quantize` makes. Default: auto.",
        path="pipeline.engine.precision",
        choices=PRECISIONS,
    ),
    Keyword("enable_mkldnn", flag_word, "Accepted without effect.", default=True, no_effect=_PADDLE_ENGINE),
    Keyword("mkldnn_cache_capacity", int, "Accepted without effect.", default=10, no_effect=_PADDLE_ENGINE),
    Keyword(
        "cpu_threads",
        int,
        "Threads per instance of the pipeline. Default: its share of the processor's cores.",
        path="threads",
    ),
    Keyword("enable_cinn", flag_word, "Accepted without effect.", default=False, no_effect=_PADDLE_ENGINE),
    Keyword(
        "paddlex_config",
        as_given,
        "A PaddleX pipeline YAML file, or a mapping of the same form: its model names, model folders and switches "
        "are taken over.",
    ),
    Keyword(
        "instances_per_device",
        int,
        "Instances of the pipeline on each device. Default: 1.",
        path="instances_per_device",
        default=1,
    ),
    Keyword(
        "device_memory",
        int,
        "MB of a GPU's memory that each network of each instance may take. Default: all there is.",
        path="device_memory",
    ),
    Keyword("page_timeout", float, "Seconds that one page may take. Default: 600.", path="limits.page_timeout"),
    Keyword("max_tries", int, "How often a page that kills its worker is tried. Default: 2.", path="limits.max_tries"),
    Keyword(
        "recycle_after",
        int,
        "Pages after which a worker is replaced by a fresh one, for pipelines that leak. Default: never.",
        path="limits.recycle_after",
    ),
    Keyword(
        "max_worker_memory",
        int,
        "Megabytes of resident memory above which a worker is replaced once its page is done. Default: no limit.",
        path="limits.max_worker_memory",
    ),
    Keyword("pdf_password", str, "Password of encrypted PDF files.", path="inputs.pdf_password"),
    Keyword(
        "pdf_scale",
        float,
        "Scale at which PDF pages are rendered; 1 is 72 dpi. Default: 2, for seals 3.",
        path="inputs.pdf_scale",
    ),
    Keyword(
        "max_pixels",
        int,
        "Pictures with more pixels are refused, and PDF pages rendered smaller. Default: 178956970.",
        path="inputs.max_pixels",
    ),
    Keyword(
        "serial",
        flag_word,
        "Run everything in this process, one page after another: for debugging.",
        path="serial",
        default=False,
    ),
)
"""What every pipeline takes: PaddleOCR's common keywords first, then Galley's own."""

ON_FAILURE = Keyword(
    "on_failure",
    str,
    "What predict does once all pages are done and some have failed: raise PagesFailed, or skip them with a warning.",
    path="on_failure",
    choices=("raise", "skip"),
    flag=False,
)
"""Python only: the command line always reports failures and says so in its exit code."""
