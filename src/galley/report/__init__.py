"""A batch at a glance: one HTML file of everything that its journal holds, and a trace for a trace viewer.

Runs in: parent. Thumbnails are made in a process of their own.
"""

from galley.report.trace import write_trace
from galley.report.writing import write_page

__all__ = ["write_page", "write_trace"]
