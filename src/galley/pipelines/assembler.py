"""A pipeline that also makes whole documents of what was written for their pages.

Runs in: worker (around the pipeline that does the pages), or in the parent's own process when a run is serial.

A document is a unit of work as a page is: whichever worker is free makes it, and time limits, deaths and failures
are dealt with in the same way. So the parent reads no file, and more workers make more documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from galley.outputs.documents import Assembly
from galley.outputs.saving import SavePlan
from galley.pages import Document
from galley.results import SavedDocument


class Predicting(Protocol):
    """What does the pages, as `galley.fleet.messages.Pipeline`."""

    def describe(self) -> Mapping[str, str]:
        """What really runs."""
        ...

    def load(self, job: Any) -> Any:
        """The page made ready."""
        ...

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        """The results of loaded pages."""
        ...

    def close(self) -> None:
        """Release what is held."""
        ...


@dataclass(frozen=True, slots=True)
class AssemblingPipeline:
    """Pages to the pipeline within, documents to their forms: a `galley.fleet.messages.Pipeline`."""

    pages: Predicting
    assembly: Assembly

    def describe(self) -> Mapping[str, str]:
        """What does the pages."""
        return self.pages.describe()

    def load(self, job: Any) -> Any:
        """The page made ready; a document as it is."""
        return job.page if isinstance(job.page, Document) else self.pages.load(job)

    def predict(self, loaded: Sequence[Any]) -> list[Any]:
        """The results, in the same order.

        Raises:
            BadInput: what was written for a page is not there, or the document itself cannot be read any more.
            OutputError: a file cannot be written.
            Exception: whatever the pipeline raises.
        """
        pages = [one for one in loaded if not isinstance(one, Document)]
        results = list(self.pages.predict(pages)) if pages else []
        if len(results) != len(pages):
            raise ValueError(f"the pipeline gave {len(results)} results for {len(pages)} pages")
        rest = iter(results)
        return [self._assemble(one) if isinstance(one, Document) else next(rest) for one in loaded]

    def _assemble(self, document: Document) -> SavedDocument:
        return SavedDocument(tuple(str(path) for path in self.assembly.assemble(document)))

    def close(self) -> None:
        """Release what does the pages."""
        self.pages.close()


def with_documents(pipeline: Predicting, save: SavePlan | None) -> Predicting:
    """`pipeline`, made able to do documents where the plan has any."""
    if save is None or save.documents is None:
        return pipeline
    return AssemblingPipeline(pipeline, save.documents)
