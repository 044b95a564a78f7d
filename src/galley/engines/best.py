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


def take_best_of_logits(logits: NDArray[np.float32], blank: int) -> list[NDArray[Any]]:
    """The same as `take_best` of the softmax of `logits` (..., classes), but with score 0 where `blank` is best.

    That is so at most positions of a line of text, and saves their exponentials.
    """
    best = logits.argmax(axis=-1)
    scores = np.zeros(best.shape, np.float32)
    telling = best != blank
    chosen = logits[telling]
    chosen -= np.take_along_axis(chosen, best[telling][:, np.newaxis], -1)
    scores[telling] = 1 / np.exp(chosen, out=chosen).sum(axis=-1)
    return [best, scores]
