"""Taking text that is not drawn out of a page: what an earlier recognition left, before ours is put there.

Runs in: worker, and parent (a result's own `save_to_pdf`). Loads pikepdf.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pikepdf import Object, Page, Pdf

_HIDDEN_MODES = (3, 7)
_SHOWING = ("Tj", "TJ", "'", '"')
_NEXT_LINE = ("'", '"')
"""Operators that show text and, before it, move on by a line."""
_DEEPEST = 8
"""Forms within forms that are looked into."""


def remove_hidden_text(pdf: Pdf, page: Page) -> None:
    """Drop from the page, and from the forms it draws, every operator that shows text without drawing it."""
    import pikepdf

    page.obj.Contents = pdf.make_stream(_without_hidden(pikepdf.parse_content_stream(page)))
    for form in _forms(page.obj.get("/Resources"), 0):
        form.write(_without_hidden(pikepdf.parse_content_stream(form)))


def _without_hidden(instructions: Iterable[Any]) -> bytes:
    import pikepdf

    return pikepdf.unparse_content_stream(list(_drawn(instructions)))


def _drawn(instructions: Iterable[Any]) -> Iterator[Any]:
    import pikepdf

    mode = 0
    outer: list[int] = []
    for instruction in instructions:
        operator = str(instruction.operator)
        if operator == "q":
            outer.append(mode)
        elif operator == "Q" and outer:
            mode = outer.pop()
        elif operator == "Tr" and instruction.operands:
            mode = int(instruction.operands[0])
        if operator not in _SHOWING or mode not in _HIDDEN_MODES:
            yield instruction
        elif operator in _NEXT_LINE:
            yield pikepdf.ContentStreamInstruction([], pikepdf.Operator("T*"))


def _forms(resources: Object | None, depth: int) -> Iterator[Object]:
    """The forms among what a page or form draws, and those in them."""
    import pikepdf

    drawn = None if resources is None else resources.get("/XObject")
    if drawn is None or depth == _DEEPEST:
        return
    for each in dict(drawn.items()).values():
        if isinstance(each, pikepdf.Stream) and each.get("/Subtype") == pikepdf.Name.Form:
            yield each
            yield from _forms(each.get("/Resources"), depth + 1)
