"""The ledger of batch runs on one output folder: every input and page in exactly one state, through any crash.

Runs in: parent.

One SQLite database in WAL mode, `.galley/journal.sqlite` below the output folder. What is committed survives the
death of every process at any moment. The system's own crash or a power cut can take the commits of the last moments
(never more, and never the database): those pages are done again.
"""

from galley.journal.ledger import Journal, open_journal
from galley.journal.reading import Counts, Ledger, open_ledger
from galley.journal.records import FileRecord, PageEntry, RunRecord, RunStart, Span, Timing, WorkerEvent

__all__ = [
    "Counts",
    "FileRecord",
    "Journal",
    "Ledger",
    "PageEntry",
    "RunRecord",
    "RunStart",
    "Span",
    "Timing",
    "WorkerEvent",
    "open_journal",
    "open_ledger",
]
