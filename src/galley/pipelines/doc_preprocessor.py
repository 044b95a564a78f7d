"""DocPreprocessor: turn pages upright, then flatten them.

Runs in: worker.
"""

from __future__ import annotations

from collections.abc import Mapping

from galley.config import DocPreprocessorConfig, DocPreprocessorOptions
from galley.devices import Slot
from galley.engines import EngineInfo
from galley.inputs.names import page_stem
from galley.models.rules import Model
from galley.pages import PageRef
from galley.pipelines.classifier import Classifier
from galley.pipelines.unwarper import Unwarper
from galley.results import UNKNOWN_ANGLE, Image, PreprocessedPage
from galley.vision.orientation import turn


class DocPreprocessor:
    """The open pipeline: the networks of the steps that its configuration makes available."""

    def __init__(self, config: DocPreprocessorConfig, models: Mapping[str, Model], slot: Slot) -> None:
        """Open the networks.

        Args:
            config: which steps are available.
            models: the models at hand, keyed `orientation` and `unwarping`; those of steps that are off may be
                missing.
            slot: whose device and cores to use.
        """
        steps = config.options
        self._orientation = (
            Classifier(models["orientation"], config.engine, slot) if steps.use_doc_orientation_classify else None
        )
        self._unwarping = Unwarper(models["unwarping"], config.engine, slot) if steps.use_doc_unwarping else None

    def networks(self) -> dict[str, EngineInfo]:
        """What each open network really runs on."""
        steps = {"orientation": self._orientation, "unwarping": self._unwarping}
        return {name: step.info for name, step in steps.items() if step is not None}

    def process(self, image: Image, page: PageRef, options: DocPreprocessorOptions) -> PreprocessedPage:
        """The result of one page (h, w, 3), BGR. `options` may switch off steps, not on."""
        classifier = self._orientation if options.use_doc_orientation_classify else None
        unwarper = self._unwarping if options.use_doc_unwarping else None
        angle = UNKNOWN_ANGLE if classifier is None else int(classifier.label(image))
        upright = image if classifier is None else turn(image, angle)
        return PreprocessedPage(
            input_path=page.path,
            page_index=page.index,
            name=page_stem(page),
            use_doc_orientation_classify=classifier is not None,
            use_doc_unwarping=unwarper is not None,
            angle=angle,
            input_img=image,
            rot_img=upright,
            output_img=upright if unwarper is None else unwarper.flatten(upright),
        )

    def close(self) -> None:
        """Release the networks."""
        for step in (self._orientation, self._unwarping):
            if step is not None:
                step.close()
