"""The knobs of DocUnderstanding.

Runs in: parent (built from flags or keywords) and worker (read only). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from galley.config.checks import require_range
from galley.config.networks import EngineConfig, ModelChoice
from galley.errors import BadArguments

NATIVE = "native"
SERVER_BACKENDS = (
    "vllm-server",
    "sglang-server",
    "fastdeploy-server",
    "mlx-vlm-server",
    "llama-cpp-server",
    "transformers-server",
    "openai-server",
)
"""What a server may be. All speak the same protocol, so the name says only what made the results."""


@dataclass(frozen=True, slots=True)
class UnderstandingOptions:
    """What may differ from question to question."""

    query: str | None = None
    """Asked of every page that brings no query of its own."""
    max_new_tokens: int = 1024
    """An answer is cut off there."""
    temperature: float = 0.0
    """0 always takes the likeliest word, so that the same question has the same answer."""
    top_p: float = 1.0
    """Words are drawn from the likeliest that make up this share; of no effect at temperature 0."""
    repetition_penalty: float = 1.0
    """Above 1, words that were said are less likely. Not every server knows it."""

    def __post_init__(self) -> None:
        if self.query is not None and (not isinstance(self.query, str) or not self.query.strip()):
            raise BadArguments(f"query={self.query!r} is no question; give a text")
        require_range("max_new_tokens", self.max_new_tokens, 1, 1_000_000)
        require_range("temperature", self.temperature, 0, 100)
        require_range("top_p", self.top_p, 0.000_001, 1)
        require_range("repetition_penalty", self.repetition_penalty, 0.01, 100)


@dataclass(frozen=True, slots=True)
class DocUnderstandingConfig:
    """The DocUnderstanding pipeline: answer questions about pages."""

    options: UnderstandingOptions = field(default_factory=UnderstandingOptions)
    backend: str = NATIVE
    """`native` for a model in the worker's own process, else one of `SERVER_BACKENDS`."""
    model_name: str | None = None
    """What the server calls the model; None for the only one it has."""
    model_folder: str | None = None
    """A folder that transformers can open, for the native backend."""
    batch_size: int = 1
    """Questions that the native backend answers together."""
    engine: EngineConfig = field(default_factory=EngineConfig)
    """Its precision is that of the native backend; its engine is not asked for."""

    def __post_init__(self) -> None:
        if self.backend not in (NATIVE, *SERVER_BACKENDS):
            raise BadArguments(
                f"vl_rec_backend={self.backend!r} is unknown; choose from {', '.join((NATIVE, *SERVER_BACKENDS))}"
            )

        require_range("doc_understanding_batch_size", self.batch_size, 1, 1024)

    def check_options(self, options: UnderstandingOptions) -> None:
        """All options can be served."""

    def models(self) -> dict[str, ModelChoice]:
        """None of the store's."""
        return {}
