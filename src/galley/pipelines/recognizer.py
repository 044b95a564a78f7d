"""The step that reads lines of text.

Runs in: worker.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from galley.config import EngineConfig
from galley.devices import Slot
from galley.engines import EngineInfo, Span
from galley.errors import ModelError
from galley.models.metadata import read_metadata
from galley.models.rules import Model, RecognizerRules
from galley.pipelines.network import open_network
from galley.results import Image
from galley.results.recognized import Characters
from galley.vision.recognize import (
    BLANK,
    Batch,
    Line,
    LineSize,
    Together,
    decode,
    line_input,
    plan_batches,
    plan_steps,
    plan_together,
    stretched_input,
)

_CHARACTERS = "character"
"""Key of the characters in a graph's metadata."""
_TOGETHER = Together(lines=32, pixels=40_960)
"""What a GPU is given in one run; not measured."""
_WIDTH_STEP, _INT8_WIDTH_STEP = 32, 64
"""Widths in lower precision: kernels for the few multiples stay at hand, and no line is padded by more than this.
Kernels in int8 take longer to make and three times the memory."""
_LEAST_WIDTH = 128
"""In lower precision on CPUs, where PaddleOCR takes 320. With less, single characters are read worse."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Reading lines narrowed, as the network's time is in proportion to their width."""

    part: float
    """Of its width, that a line is read in; 1: lines are not narrowed."""
    sure: float
    """Lines that are read with a smaller score are read again, in their whole width."""


_NARROWING, _INT8_NARROWING = Narrowing(part=0.7, sure=0.97), Narrowing(part=0.6, sure=0.97)
"""In lower precision: `benchmarks/narrowing.py` prints what other values cost and gain. Below 0.7 one of two equal
letters begins to be lost without a sign in the score: int8, which is given up accuracy for, goes there."""
_NO_NARROWING = Narrowing(part=1.0, sure=0.0)


@dataclass(frozen=True, slots=True)
class ReadLine:
    """What was read in one line."""

    line: Line
    steps: float
    """How many steps of the network's answer its pixels take."""
    characters: Characters
    """Where its characters stand in its pixels."""


class Recognizer:
    """An open text recognition network."""

    def __init__(
        self,
        model: Model,
        config: EngineConfig,
        slot: Slot,
        *,
        batch: int,
        shape: tuple[int, int] | None,
        together: bool | None = None,
        narrowing: Narrowing | None = None,
    ) -> None:
        """Open the network of `model`, whose rules must be those of a text recogniser.

        Args:
            model: the network.
            config: how to run it.
            slot: where to run it.
            batch: how many lines are padded to one width in float32. That is PaddleOCR's way, and it shows in the
                answers: the network sees the padding too. In lower precision, where the answers differ by rounding
                anyway, each line is narrowed and padded by itself.
            shape: (height, width) that every line is scaled to; None for each its own, by its proportions.
            together: whether the network is given many lines of one width in a run, also of several pages. None: on
                GPUs. CPUs are faster with one line after the other.
            narrowing: how lines are narrowed. None: as the precision allows; not at all in float32, or where `shape`
                says how wide they are.
        """
        if not isinstance(model.rules, RecognizerRules):
            raise ModelError(f"model {model.name!r} from {model.origin} does not read text")
        self.rules = model.rules
        self._batch = batch
        self._shape = shape
        self._together = slot.device.kind != "cpu" if together is None else together
        self._size = _full_size(self.rules)
        self._session = open_network(model, config, slot, blank=BLANK, span=self._span())
        if self.info.precision != "fp32" and not self._together:
            self._size = _tight_size(self.rules)
        self._step = _INT8_WIDTH_STEP if self.info.precision == "int8" else _WIDTH_STEP
        self._narrowing = self._allowed_narrowing() if narrowing is None else narrowing
        self._characters = _characters(model, self.rules)
        classes = self._session.outputs[0].shape[-1]
        if classes not in (None, len(self._characters)):
            raise ModelError(
                f"model {model.name!r} from {model.origin} answers {classes} classes and names {len(self._characters)}"
            )

    @property
    def info(self) -> EngineInfo:
        """What the network really runs on."""
        return self._session.info

    def read(self, lines: Sequence[Image]) -> list[ReadLine]:
        """The texts of lines (h, w, 3), BGR, each at least one pixel high and wide, in the same order."""
        shapes = [(line.shape[0], line.shape[1]) for line in lines]
        plan = self._plan(shapes, self._narrowing.part)
        texts = self._read_batches(lines, plan)
        if self._narrowing.part < 1:
            texts |= self._read_batches(lines, self._plan_again(shapes, plan, texts))
        return [texts[index] for index in range(len(lines))]

    def read_pages(self, pages: Sequence[Sequence[Image]]) -> list[list[ReadLine]]:
        """The texts of the lines of each page, as `read` gives them: page by page, or on a GPU all pages together."""
        if not self._together:
            return [self.read(lines) for lines in pages]
        texts = iter(self.read([line for lines in pages for line in lines]))
        return [[next(texts) for _ in lines] for lines in pages]

    def _allowed_narrowing(self) -> Narrowing:
        if self.info.precision == "fp32" or self._shape is not None:
            return _NO_NARROWING
        return _INT8_NARROWING if self.info.precision == "int8" else _NARROWING

    def _plan_again(
        self, shapes: Sequence[tuple[int, int]], plan: Sequence[Batch], texts: Mapping[int, ReadLine]
    ) -> Iterator[Batch]:
        """Batches of the lines that were read narrowed and are not sure, in their whole width."""
        widths = {line: batch.width for batch in plan for line in batch.lines}
        for batch in self._plan(shapes, 1.0):
            narrowed = [line for line in batch.lines if widths[line] < batch.width]
            unsure = tuple(line for line in narrowed if texts[line].line.score < self._narrowing.sure)
            if unsure:
                yield replace(batch, lines=unsure)

    def _read_batches(self, lines: Sequence[Image], batches: Iterable[Batch]) -> dict[int, ReadLine]:
        texts: dict[int, ReadLine] = {}
        for batch in batches:
            for run in [batch.lines] if self._together else [(index,) for index in batch.lines]:
                texts |= zip(run, self._read_together([lines[index] for index in run], batch), strict=True)
        return texts

    def _span(self) -> Span:
        """The smallest and largest input there is."""
        least, most = ((self._size.height, width) for width in (self._size.width, self._size.max_width))
        if self._shape is not None:
            least = most = self._shape
        return (1, 3, *least), (_TOGETHER.lines, 3, *most)

    def _plan(self, shapes: Sequence[tuple[int, int]], part: float) -> list[Batch]:
        if self._together:
            return plan_together(shapes, self._size, self._step, _TOGETHER, part)
        if self.info.precision == "fp32":
            return plan_batches(shapes, self._size, self._batch)
        return plan_steps(shapes, self._size, self._step, part)

    def _read_together(self, lines: Sequence[Image], batch: Batch) -> Iterator[ReadLine]:
        """The texts of lines of one batch, by one run of the network."""
        first, *others = (self._network_input(line, batch.width) for line in lines)
        best, scores = self._session.run(np.stack([first, *others]) if others else first[np.newaxis])
        for line, classes, certain in zip(lines, best, scores, strict=True):
            read = decode(classes, certain, self._characters)
            height, width = line.shape[:2]
            steps = len(classes) * min(1.0, width / height / batch.proportion)
            yield ReadLine(read, steps, _characters_of(read, steps if self._shape is None else len(classes)))

    def _network_input(self, line: Image, width: int) -> NDArray[np.float32]:
        planes = line_input(line, self._size, width) if self._shape is None else stretched_input(line, *self._shape)
        return planes if self.rules.channels == "BGR" else np.ascontiguousarray(planes[::-1])

    def close(self) -> None:
        """Release the network."""
        self._session.close()


def _characters_of(read: Line, steps: float) -> Characters:
    """The characters of a line that takes so many steps of the network's answer."""
    places = (np.array(read.columns, np.float32) + 0.5) / steps
    return Characters(places, np.array(read.scores, np.float32))


def line_arrays(lines: Sequence[Image], rules: RecognizerRules) -> Iterator[NDArray[np.float32]]:
    """Lines (h, w, 3), BGR, as the network of these rules takes them in int8: (1, 3, height, width) each."""
    size, shapes = _tight_size(rules), [(line.shape[0], line.shape[1]) for line in lines]
    for batch in plan_steps(shapes, size, _INT8_WIDTH_STEP, _INT8_NARROWING.part):
        planes = line_input(lines[batch.lines[0]], size, batch.width)
        yield np.ascontiguousarray(planes if rules.channels == "BGR" else planes[::-1])[np.newaxis]


def _full_size(rules: RecognizerRules) -> LineSize:
    return LineSize(rules.height, rules.width, rules.max_width)


def _tight_size(rules: RecognizerRules) -> LineSize:
    return LineSize(rules.height, min(rules.width, _LEAST_WIDTH), rules.max_width)


def _characters(model: Model, rules: RecognizerRules) -> tuple[str, ...]:
    """The character of each class: the blank, those of the model, and the space."""
    named = rules.characters
    if named is None:
        metadata = read_metadata(model.path)
        if _CHARACTERS not in metadata:
            raise ModelError(f"{model.path} does not name its characters (metadata key {_CHARACTERS!r})")
        named = tuple(metadata[_CHARACTERS].split("\n"))
    return ("", *named, " ")
