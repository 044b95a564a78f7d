"""What a pipeline must know to feed a model and to read its answer: typed, and the same from every source.

Runs in: both. Pure values; all of them can be pickled.

The catalogue states these rules for the models that Galley knows, `galley.models.folder` reads them from the
`inference.yml` of a PaddleX model folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal, TypeAlias

from galley.config import LayoutOptions

Channels: TypeAlias = Literal["RGB", "BGR"]
"""The order in which a model expects the colour channels."""

Triple: TypeAlias = tuple[float, float, float]


class Task(Enum):
    """What a model is for; the values are the names that PaddleX gives these modules."""

    PAGE_ORIENTATION = "doc_img_orientation_classification"
    UNWARPING = "image_unwarping"
    TEXT_DETECTION = "text_detection"
    TEXT_RECOGNITION = "text_recognition"
    TEXT_LINE_ORIENTATION = "textline_orientation_classification"
    LAYOUT = "layout_detection"
    TABLE_CELLS = "table_cells_detection"
    TABLE_KIND = "table_classification"
    TABLE_STRUCTURE = "table_structure_recognition"


@dataclass(frozen=True, slots=True)
class ResizeShort:
    """Scale so that the short edge is `short` pixels; each edge is `round(edge * short / min(edges))`."""

    short: int


@dataclass(frozen=True, slots=True)
class ResizeTo:
    """Scale to exactly this size, whatever the proportions."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ResizeFit:
    """Scale to `height` keeping proportions, at most `width` wide, then pad on the right with zeros."""

    width: int
    height: int


Resize: TypeAlias = ResizeShort | ResizeTo | ResizeFit
"""All of them bilinear, half-pixel centres (OpenCV's INTER_LINEAR)."""


@dataclass(frozen=True, slots=True)
class Normalization:
    """`(value * scale - mean) / std`, channel by channel, in the channel order of the rules that hold it."""

    scale: float
    mean: Triple
    std: Triple


@dataclass(frozen=True, slots=True)
class ClassifierRules:
    """An image classifier: one picture in, one probability per label out, shape (1, len(labels))."""

    channels: Channels
    resize: Resize
    crop: tuple[int, int] | None
    """(width, height) of the centre crop after `resize`; None for no crop."""
    normalization: Normalization
    labels: tuple[str, ...]
    certainty: float = 0.0
    """Score from which on a label other than the first is to be believed."""


class UnwarpForm(Enum):
    """What an unwarping graph takes and gives."""

    GRID = "grid"
    """A picture of fixed size in, a sampling grid out; the caller samples the full picture."""
    IMAGE = "image"
    """The full picture in, the flattened picture of the same size out; sampling is part of the graph."""


@dataclass(frozen=True, slots=True)
class UnwarpRules:
    """A page unwarper. The picture is divided by 255; there is no mean and no deviation."""

    channels: Channels
    form: UnwarpForm
    size: tuple[int, int] | None
    """(width, height) to resize to before the graph; None (form `IMAGE`) for the picture's own size."""
    grid: tuple[int, int] | None
    """(columns, rows) of the answer of form `GRID`: an array (1, 2, rows, columns) of x and y in [-1, 1]."""
    output: str | None
    """Name of the output to compute, where the graph has others that nobody needs; None for its only one."""


@dataclass(frozen=True, slots=True)
class DetectorRules:
    """A text detector of the DB family: a picture in, a probability map of the same size out.

    Sizes and thresholds are not here: those of `OcrOptions` always hold, as in PaddleOCR.
    """

    channels: Channels
    multiple: int
    """Both edges are rounded to a multiple of this."""
    normalization: Normalization
    max_candidates: int


@dataclass(frozen=True, slots=True)
class RecognizerRules:
    """A CTC text recogniser: lines of one height in, per-step character probabilities out."""

    channels: Channels
    height: int
    width: int
    """Least width of a batch; wider lines make it wider, up to `max_width`."""
    max_width: int
    normalization: Normalization
    characters: tuple[str, ...] | None
    """Without the blank (first) and the space (last); None: they are in the ONNX metadata, key `character`,
    one per line."""


@dataclass(frozen=True, slots=True)
class LayoutRules:
    """A detector of labelled regions: the parts of a page, or the cells of a table.

    With `strides` the graph takes the picture only and answers raw heads: the scores of all levels, then the
    distances of all levels. Without, it takes what it names of `image`, `im_shape` and `scale_factor`, and answers rows
    of class, score, left, top, right and bottom in pixels of the page, and their number.
    """

    channels: Channels
    size: tuple[int, int]
    """(width, height) to resize to, whatever the proportions."""
    cubic: bool
    """Resize by cubic instead of linear interpolation."""
    normalization: Normalization
    labels: tuple[str, ...]
    strides: tuple[int, ...] | None
    """Pixels of the input per cell of a raw head, one for each level."""
    selection: LayoutOptions
    """Which regions count unless somebody says otherwise; its threshold is given."""


@dataclass(frozen=True, slots=True)
class TableStructureRules:
    """A network that writes a table's structure: a picture in; out, step by step, a cell's box and token scores."""

    channels: Channels
    long_edge: int
    """Pixels that the long edge is scaled to."""
    padded: tuple[int, int]
    """(width, height) to which the picture is padded below and on the right, with zeros after normalisation."""
    normalization: Normalization
    tokens: tuple[str, ...]
    """What the classes stand for, start and end included."""
    of_picture: bool
    """Whether boxes are parts of the picture's edges; else of the padded edges."""


Rules: TypeAlias = ClassifierRules | UnwarpRules | DetectorRules | RecognizerRules | LayoutRules | TableStructureRules


@dataclass(frozen=True, slots=True)
class Model:
    """A model at hand: where its graph is and how to use it. What a worker is given."""

    name: str
    task: Task
    path: Path
    """The ONNX file."""
    rules: Rules
    origin: str
    """Where it came from, for logs and results: a wheel and its member, a hub repository or a folder."""
    cache: Path | None = None
    """Where an engine may keep what it compiles of it; None for a folder of the user's."""
    quantized: Path | None = None
    """The same graph in int8, in OpenVINO's format; None where it is not asked for, or there is none."""
