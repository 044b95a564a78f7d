"""A batch: all files of a folder through a pipeline, with a journal, so that any interruption can be continued.

Runs in: parent.
"""

from galley.batches.run import run_batch
from galley.batches.settings import BatchReport, BatchSettings, PageRunner, Watch

__all__ = ["BatchReport", "BatchSettings", "PageRunner", "Watch", "run_batch"]
