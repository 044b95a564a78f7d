"""What should be known of a page that was taken apart: what was left undone, and what may be wrong as a whole.

Runs in: worker.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from galley.config import StructureOptions
from galley.prose import has_no_spaces
from galley.results import RecognizedPage
from galley.results.seal import ReadSeal
from galley.results.structure import Block
from galley.vision.boxes import as_boxes
from galley.vision.regions import runs_downwards

_DOUBTFUL = 0.85
"""Lines of a script that the model knows are read with a greater score than this, but for a few."""


def page_notes(
    blocks: Sequence[Block],
    seals: Sequence[ReadSeal],
    recognized: RecognizedPage,
    options: StructureOptions,
    *,
    opened: bool,
) -> tuple[str, ...]:
    """A sentence for each thing; `opened`: whether a picture that is the page itself was taken for text."""
    notes = [*_undone(blocks, options), *(note for seal in seals for note in seal.notes), *_doubts(recognized, options)]
    if opened:
        notes.append("the layout model saw the whole page as one picture: its lines were put together alone")
    return tuple(dict.fromkeys(notes))


def _undone(blocks: Sequence[Block], options: StructureOptions) -> Iterator[str]:
    labels = {block.label for block in blocks}
    for label, asked in (("formula", options.use_formula_recognition), ("chart", options.use_chart_recognition)):
        if asked and label in labels:
            yield f"{label}s are kept as pictures: there is no model that reads them"
    if not blocks:
        yield "nothing was found on this page"


def _doubts(page: RecognizedPage, options: StructureOptions) -> Iterator[str]:
    doubtful = sum(line.score < _DOUBTFUL for line in page.found)
    if doubtful * 2 > len(page.found):
        counts = f"{doubtful} of {len(page.found)} lines"
        yield f"{counts} were read with little certainty: the model may not know their script"
    turned = options.preprocessing.steps.use_doc_orientation_classify
    lines = [line for line in page.lines if line.text.strip() and not has_no_spaces(line.text.strip()[0])]
    if not turned and runs_downwards(as_boxes([line.box for line in lines]), [line.text for line in lines]):
        yield "the lines of this page stand: use_doc_orientation_classify=True turns pages upright"
