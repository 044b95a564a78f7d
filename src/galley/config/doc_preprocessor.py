"""The knobs of DocPreprocessor, alone and as the first step of other pipelines.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from galley.config.checks import require_available
from galley.config.networks import EngineConfig, ModelChoice


@dataclass(frozen=True, slots=True)
class DocPreprocessorOptions:
    """What may differ from page to page."""

    use_doc_orientation_classify: bool = True
    """Find out how the page is turned, and turn it upright."""
    use_doc_unwarping: bool = True
    """Flatten the page."""


@dataclass(frozen=True, slots=True)
class PreprocessingOptions:
    """The same in a pipeline whose first step it is."""

    use_doc_preprocessor: bool = True
    """Turn pages upright and flatten them, as far as the next two say."""
    use_doc_orientation_classify: bool = True
    use_doc_unwarping: bool = True

    @property
    def steps(self) -> DocPreprocessorOptions:
        """What is really done."""
        return DocPreprocessorOptions(
            self.use_doc_preprocessor and self.use_doc_orientation_classify,
            self.use_doc_preprocessor and self.use_doc_unwarping,
        )


NO_PREPROCESSING = PreprocessingOptions(False, False, False)


@dataclass(frozen=True, slots=True)
class PreprocessingModels:
    """The networks of preprocessing."""

    orientation: ModelChoice = field(default_factory=lambda: ModelChoice("PP-LCNet_x1_0_doc_ori"))
    unwarping: ModelChoice = field(default_factory=lambda: ModelChoice("UVDoc"))


@dataclass(frozen=True, slots=True)
class DocPreprocessorConfig:
    """The DocPreprocessor pipeline: turn pages upright and flatten them."""

    options: DocPreprocessorOptions = field(default_factory=DocPreprocessorOptions)
    """Which steps are available, and done unless a call says otherwise."""
    preprocessing: PreprocessingModels = field(default_factory=PreprocessingModels)
    engine: EngineConfig = field(default_factory=EngineConfig)

    def check_options(self, options: DocPreprocessorOptions) -> None:
        """Refuse per-page options that ask for a step whose network this configuration does not open.

        Raises:
            BadArguments: naming the step.
        """
        require_available((self.options, options))

    def models(self) -> dict[str, ModelChoice]:
        """The models this configuration needs, by the step they are for."""
        steps = {
            "orientation": (self.options.use_doc_orientation_classify, self.preprocessing.orientation),
            "unwarping": (self.options.use_doc_unwarping, self.preprocessing.unwarping),
        }
        return {step: model for step, (wanted, model) in steps.items() if wanted}
