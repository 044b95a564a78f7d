"""Opening the network of a step with the precision that was asked for, as far as there is a graph for it.

Runs in: worker.
"""

from __future__ import annotations

from collections.abc import Sequence

from galley.config import EngineConfig
from galley.devices import Slot
from galley.engines import Session, Span, open_session
from galley.models.rules import Model


def open_network(
    model: Model,
    config: EngineConfig,
    slot: Slot,
    *,
    outputs: Sequence[str] | None = None,
    shape: Sequence[int] | None = None,
    blank: int | None = None,
    span: Span | None = None,
) -> Session:
    """The open network; see `galley.engines.open_session`.

    With precision int8, models without such a graph run as with auto.
    """
    precision, path = config.precision, model.path
    if precision == "int8":
        precision, path = ("auto", path) if model.quantized is None else ("int8", model.quantized)
    return open_session(
        path,
        engine=config.engine,
        slot=slot,
        precision=precision,
        outputs=outputs,
        shape=shape,
        cache=model.cache,
        blank=blank,
        span=span,
    )
