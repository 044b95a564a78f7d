"""Writes the report of a batch: the page, and the trace.

Runs in: parent.
"""

from __future__ import annotations

from pathlib import Path

from galley.journal import open_ledger
from galley.outputs.files import write_file
from galley.report.gathering import gather
from galley.report.page import render_page
from galley.report.thumbnails import make_thumbnails

PAGE_NAME = "report.html"


def write_page(output: Path) -> Path:
    """Write the page of the journal in `output` as it stands; where it is.

    Raises:
        OutputError: there is no journal or it cannot be read, or the page cannot be written.
    """
    with open_ledger(output) as ledger:
        facts = gather(ledger)
    examples = [(page.file, page.page, file.path) for group in facts.failures for file, page in group.examples]
    pictures = make_thumbnails((path, page) for _, page, path in examples)
    thumbnails = {(file, page): picture for (file, page, _), picture in zip(examples, pictures, strict=True)}
    path = output / PAGE_NAME
    write_file(path, render_page(facts, thumbnails).encode("utf-8", "backslashreplace"))
    return path
