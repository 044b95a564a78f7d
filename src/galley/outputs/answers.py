"""Files of answers to questions.

Runs in: parent (a result's own `save_to_…`) and worker (a run with an output folder).
"""

from __future__ import annotations

from pathlib import Path

from galley.outputs.encoding import encode_json
from galley.outputs.files import write_file, write_text_file
from galley.results import UnderstoodPage


def save_answer(page: UnderstoodPage, target: Path) -> list[Path]:
    """Write the answer alone to the text file `target`, or under the page's name into that folder."""
    path = target if target.suffix.lower() == ".txt" else target / f"{page.name}.txt"
    write_text_file(path, f"{page.result}\n")
    return [path]


def save_usage(page: UnderstoodPage, target: Path) -> list[Path]:
    """Write what the answer cost to the file `target`, or under the page's name into that folder."""
    path = target if target.suffix.lower() == ".json" else target / f"{page.name}_usage.json"
    write_file(path, encode_json(dict(page.usage)))
    return [path]
