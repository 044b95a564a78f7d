"""What a test of batches has at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.batches.acts import FleetRunner

from galley.batches import BatchReport, BatchSettings, Watch, run_batch
from galley.batches.settings import PARTS
from galley.fleet.limits import Limits
from galley.journal import FileRecord, Ledger, PageEntry, open_ledger
from galley.outputs.documents import Assembly, DocumentForm


@dataclass
class Bench:
    """A folder of inputs, a folder of outputs, and batches between them."""

    inputs: Path
    output: Path
    said: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    """The pages that the last run did not leave out."""

    def put(self, name: str, text: str = "ok") -> Path:
        """An input file."""
        path = self.inputs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def document(self, name: str, pages: int) -> Path:
        """A PDF file with empty pages."""
        import pypdfium2

        document = pypdfium2.PdfDocument.new()
        for _ in range(pages):
            document.new_page(10, 10)
        path = self.inputs / name
        document.save(str(path))
        return path

    def stop_after(self, pages: int) -> Callable[[], bool]:
        """Ask to stop once so many pages were listed."""
        return lambda: len(self.listed) >= pages

    def settings(self, **options: Any) -> BatchSettings:
        base = BatchSettings(str(self.inputs), str(self.output), identity={"pipeline": "Act"})
        return replace(base, **options)

    def assembly(self, *forms: DocumentForm) -> Assembly:
        return Assembly(str(self.output), f"{self.output}/{PARTS}", forms)

    def parts(self) -> list[str]:
        """What is kept of single pages for their documents."""
        return sorted(path.name for path in Path(self.output, PARTS).rglob("*") if path.is_file())

    def run(
        self,
        *,
        target: str = "Act",
        workers: int = 1,
        limits: Limits | None = None,
        stop: Callable[[], bool] = bool,
        watch: Watch | None = None,
        on_listed: Callable[[object], None] = lambda page: None,
        documents: Sequence[DocumentForm] = (),
        **options: Any,
    ) -> BatchReport:
        """One run; everything said and listed in it is noted."""
        settings = self.settings(documents=self.assembly(*documents) if documents else None, **options)
        folder = None if settings.lines else settings.output_dir
        self.said.clear()
        self.listed.clear()

        def note(page: object) -> None:
            self.listed.append(str(page))
            on_listed(page)

        noting = replace(
            Watch() if watch is None else watch,
            say=self.said.append,
            listed=note,
        )
        return run_batch(
            settings,
            lambda: FleetRunner(target, folder, settings.documents, workers, Limits() if limits is None else limits),
            noting,
            stop,
        )

    def ledger(self) -> Ledger:
        return open_ledger(self.output)

    def entries(self) -> dict[str, PageEntry]:
        """The outcomes, by file name and page."""
        with self.ledger() as ledger:
            return {_name(file, page): page for file, page in ledger.pages()}

    def results(self) -> list[str]:
        """The result files there are."""
        return sorted(str(path.relative_to(self.output)) for path in self.output.rglob("*_res.json"))


def _name(file: FileRecord, page: PageEntry) -> str:
    name = Path(file.path).name
    return name if page.page < 0 else f"{name}:{page.page}"
