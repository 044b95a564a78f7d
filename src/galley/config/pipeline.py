"""What the knobs of every pipeline have in common.

Runs in: both. Pure.
"""

from __future__ import annotations

from typing import Any, Protocol

from galley.config.networks import EngineConfig, ModelChoice


class PipelineConfig(Protocol):
    """What every pipeline's configuration offers."""

    @property
    def options(self) -> Any:
        """What holds for a page unless a call says otherwise."""
        ...

    @property
    def engine(self) -> EngineConfig:
        """How networks are run."""
        ...

    def check_options(self, options: Any) -> None:
        """Refuse per-page options that this configuration cannot serve."""
        ...

    def models(self) -> dict[str, ModelChoice]:
        """The models this configuration needs, by the step they are for."""
        ...
