"""img2table, which tables are compared with: installed in an environment of its own, and asked in a process of its own.

Runs in: parent (`open_img2table`) and, as a program, in the peer's process, which knows nothing of Galley.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from benchmarks.child import Child, serve

IMG2TABLE = "img2table==2.0.0"
"""It needs another flavour of OpenCV than Galley, and the two cannot be installed side by side."""


def open_img2table(cache: Path) -> Child:
    """Its process; installed in `cache` first if need be."""
    # Late: the peer's environment has not what this needs.
    from benchmarks.environments import ROOT, ensure_environment

    python = ensure_environment(cache / "img2table", [IMG2TABLE])
    return Child([str(python), "-m", "benchmarks.table_peer"], {"PYTHONPATH": str(ROOT)})


def _open() -> Any:
    from img2table.document import Image  # type: ignore[import-not-found]
    from img2table.ocr._types import OCRData, OCRInstance  # type: ignore[import-not-found]

    class Known(OCRInstance):  # type: ignore[misc]
        """The lines that Galley's OCR has read."""

        def __init__(self, lines: list[dict[str, Any]]) -> None:
            self._lines = lines

        def of(self, document: Any) -> Any:
            records = [
                {
                    "id": f"w{number}",
                    "parent": f"w{number}",
                    "value": line["text"],
                    "confidence": int(100 * line["score"]),
                    **dict(zip(("x1", "y1", "x2", "y2"), line["box"], strict=True)),
                }
                for number, line in enumerate(self._lines)
            ]
            return OCRData(records={0: records})

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        start = time.process_time()
        tables = Image(request["picture"]).extract_tables(
            ocr=Known(request["lines"]), borderless_tables=True, implicit_rows=True
        )
        seconds = time.process_time() - start
        if not tables:
            return {"cells": [], "seconds": seconds}
        largest = max(tables, key=lambda table: (table.bbox.x2 - table.bbox.x1) * (table.bbox.y2 - table.bbox.y1))
        return {"cells": _cells(largest), "seconds": seconds}

    return answer


def _cells(table: Any) -> list[tuple[int, int, int, int, str]]:
    """Row, column, rows, columns and text: places of the grid with the same box are one cell."""
    places: dict[tuple[int, int, int, int], list[tuple[int, int, str]]] = {}
    for row, cells in enumerate(table.content.values()):
        for column, cell in enumerate(cells):
            box = (cell.bbox.x1, cell.bbox.y1, cell.bbox.x2, cell.bbox.y2)
            places.setdefault(box, []).append((row, column, cell.value if cell.value is not None else ""))
    found = []
    for cells in places.values():
        rows, columns = [row for row, _, _ in cells], [column for _, column, _ in cells]
        found.append((min(rows), min(columns), max(rows) - min(rows) + 1, max(columns) - min(columns) + 1, cells[0][2]))
    return found


if __name__ == "__main__":
    serve(_open)
