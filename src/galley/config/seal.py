"""The knobs of SealRecognition, and of reading seals wherever that is done.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from galley.config.checks import require_range
from galley.config.ocr import LIMIT_TYPES, OcrOptions
from galley.errors import BadArguments


@dataclass(frozen=True, slots=True)
class SealTextOptions:
    """How the text of a seal is found and which of it counts. The `seal_det` ones are for networks given by folder."""

    seal_det_limit_side_len: int = 736
    """Pixels of the side that `seal_det_limit_type` is about."""
    seal_det_limit_type: str = "min"
    """min: the seal is scaled up until its short side has that many pixels; max: down until its long side has."""
    seal_det_thresh: float = 0.2
    """Pixels with a higher probability are text."""
    seal_det_box_thresh: float = 0.6
    """Regions with a lower mean probability are dropped."""
    seal_det_unclip_ratio: float = 0.5
    """How far regions are grown: this times area by circumference."""
    seal_rec_score_thresh: float = 0.0
    """Lines that were read with a lower score are dropped."""

    def __post_init__(self) -> None:
        if self.seal_det_limit_type not in LIMIT_TYPES:
            raise BadArguments(
                f"seal_det_limit_type={self.seal_det_limit_type!r} is unknown; choose from {', '.join(LIMIT_TYPES)}"
            )
        require_range("seal_det_limit_side_len", self.seal_det_limit_side_len, 1, 100_000)
        for name in ("seal_det_thresh", "seal_det_box_thresh", "seal_rec_score_thresh"):
            require_range(name, getattr(self, name), 0, 1)
        require_range("seal_det_unclip_ratio", self.seal_det_unclip_ratio, 0.01, 100)

    @property
    def ocr(self) -> OcrOptions:
        """The same by the names of OCR, with the steps off that seals do not need."""
        return OcrOptions(
            use_doc_preprocessor=False,
            use_textline_orientation=False,
            text_det_limit_side_len=self.seal_det_limit_side_len,
            text_det_limit_type=self.seal_det_limit_type,
            text_det_thresh=self.seal_det_thresh,
            text_det_box_thresh=self.seal_det_box_thresh,
            text_det_unclip_ratio=self.seal_det_unclip_ratio,
            text_rec_score_thresh=self.seal_rec_score_thresh,
        )
