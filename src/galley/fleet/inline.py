"""The same run without processes: one page after the other, here. For debugging, and for tests of pipelines.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from galley.devices import Slot
from galley.fleet import attempt
from galley.fleet.messages import Factory, Parcel, Rejected
from galley.pages import Done, Failed, Outcome


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
            loaded = attempt.load(pipeline, seq, Parcel.pack(page))
            answers = iter([loaded]) if isinstance(loaded, Rejected) else attempt.predict(pipeline, [loaded])
            for answer in answers:
                if isinstance(answer, Rejected):
                    yield seq, Failed(page, answer.kind, answer.message, answer.traceback)
                else:
                    yield seq, Done(page, answer.result.unpack(), slot.name, answer.seconds)
    finally:
        pipeline.close()
