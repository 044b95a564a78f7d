"""The knobs of PPStructureV3.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MARKDOWN_IGNORE_LABELS = ("number", "footnote", "header", "header_image", "footer", "footer_image", "aside_text")
"""Blocks that are left out of Markdown unless the user says otherwise."""


@dataclass(frozen=True, slots=True)
class StructureOptions:
    """What may differ from page to page."""

    use_doc_preprocessor: bool = False
    """Turn pages upright and flatten them."""
    use_seal_recognition: bool = False
    use_table_recognition: bool = True
    use_formula_recognition: bool = True
    use_chart_recognition: bool = False
    use_region_detection: bool = True
    format_block_content: bool = False
    """Write the content of text blocks as Markdown."""
    markdown_ignore_labels: tuple[str, ...] = MARKDOWN_IGNORE_LABELS

    def model_settings(self) -> dict[str, Any]:
        """PaddleOCR's JSON fields, in its order."""
        return {
            "use_doc_preprocessor": self.use_doc_preprocessor,
            "use_seal_recognition": self.use_seal_recognition,
            "use_table_recognition": self.use_table_recognition,
            "use_formula_recognition": self.use_formula_recognition,
            "use_chart_recognition": self.use_chart_recognition,
            "use_region_detection": self.use_region_detection,
            "format_block_content": self.format_block_content,
            "markdown_ignore_labels": list(self.markdown_ignore_labels),
        }
