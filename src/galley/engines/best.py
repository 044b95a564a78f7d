"""Answers the best class of each position and its probability, where the scores of all classes are not wanted.

Runs in: worker. Arrays in, arrays out; `galley.engines.openvino` and `galley.engines.onnxruntime` call it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def take_best(scores: NDArray[Any]) -> list[NDArray[Any]]:
    """Best class and its score along the last axis of `scores` (..., classes): arrays (...) of int64 and float32."""
    best = scores.argmax(axis=-1)
    return [best, np.take_along_axis(scores, best[..., np.newaxis], -1)[..., 0].astype(np.float32)]


def take_best_of_logits(logits: NDArray[Any], sums: NDArray[Any]) -> list[NDArray[Any]]:
    """The same as `take_best` of the softmax of `logits` (..., classes).

    Args:
        logits: what the softmax would be taken of.
        sums: sum over the classes of exp(logit - largest logit), (...): one by the largest probability.
    """
    return [logits.argmax(axis=-1), (1 / sums).astype(np.float32)]
