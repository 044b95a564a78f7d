"""What this machine offers Galley, what would be used, and what is wrong, in words.

Runs in: parent. Inference libraries are only loaded by a process of their own.
"""

from galley.doctor.diagnosis import Finding, diagnose, exit_code
from galley.doctor.examination import examine
from galley.doctor.facts import Facts

__all__ = ["Facts", "Finding", "diagnose", "examine", "exit_code"]
