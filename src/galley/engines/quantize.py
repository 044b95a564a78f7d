"""Makes an int8 graph of a float32 one, with NNCF, by what flows through it on examples.

Runs in: parent, for `galley models quantize` alone. Post-training quantisation: Jacob et al., "Quantization and
Training of Neural Networks", 2018; activations are smoothed into the weights first: Xiao et al., "SmoothQuant", 2023.
Without the smoothing the text recogniser reads nonsense: its activations differ by orders of magnitude.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from galley.errors import BadArguments, ModelError


def require_quantizer() -> None:
    """Look for NNCF before any work is done.

    Raises:
        BadArguments: it is not installed.
    """
    if importlib.util.find_spec("nncf") is None:
        raise BadArguments("quantising needs NNCF; install it: pip install 'galley-ocr[int8]'")


def quantize_graph(source: Path, examples: Sequence[NDArray[Any]], target: Path) -> dict[str, str]:
    """Write the int8 graph to the file `target`, in OpenVINO's own format; the versions of what made it.

    Args:
        source: an ONNX graph with one input.
        examples: inputs as they come in use; some hundred lines of text take a minute.
        target: ends in `.xml`, in a folder that exists; the weights go beside it, as `.bin`.

    Raises:
        ModelError: OpenVINO cannot read the graph.
    """
    import nncf
    import openvino

    nncf.set_log_level(logging.ERROR)
    try:
        graph = openvino.Core().read_model(str(source))
    except RuntimeError as error:
        raise ModelError(f"OpenVINO cannot read {source}: {error}") from error
    quantized = nncf.quantize(
        graph,
        nncf.Dataset(list(examples)),
        preset=nncf.QuantizationPreset.MIXED,
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(examples),
    )
    openvino.save_model(quantized, str(target), compress_to_fp16=False)
    return {"nncf": nncf.__version__, "openvino": openvino.__version__.split("-")[0]}
