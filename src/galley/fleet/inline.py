"""The same run without processes: one page after the other, here. For debugging, and for tests of pipelines.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from galley.devices import Slot
from galley.fleet import attempt
from galley.fleet.messages import Factory, Finished, Parcel, Pipeline, Rejected
from galley.pages import Outcome


def run_inline(factory: Factory, slot: Slot, pages: Iterable[Any]) -> Iterator[tuple[int, Outcome]]:
    """Number and outcome of each page, as from `galley.fleet.run.Fleet.run`.

    Pages and results are pickled and unpickled as on the way to a worker and back. The slot's environment and
    affinity are not set, and nothing protects this process from a pipeline that crashes or hangs.

    Raises:
        Exception: whatever the factory raises; `MemoryError` and `DeviceError` from the pipeline, after the outcome
            of their page.
    """
    pipeline = factory.open(slot)
    try:
        for seq, page in enumerate(pages):
            for answer in _attempt_page(pipeline, seq, page):
                yield seq, attempt.read_answer(page, answer, slot.name, tries=1)
    finally:
        pipeline.close()


def _attempt_page(pipeline: Pipeline, seq: int, page: Any) -> Iterator[Finished | Rejected]:
    try:
        parcel = Parcel.pack(page)
    except Exception as error:
        yield attempt.reject(seq, error, 0.0)
        return
    loaded = attempt.load(pipeline, seq, parcel)
    if isinstance(loaded, Rejected):
        yield loaded
    else:
        yield from attempt.predict(pipeline, [loaded])
