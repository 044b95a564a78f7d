"""The step that flattens a warped page.

Runs in: worker.
"""

from __future__ import annotations

import numpy as np

from galley.config import EngineConfig
from galley.devices import Slot
from galley.engines import EngineInfo
from galley.errors import ModelError
from galley.models.rules import Model, UnwarpForm, UnwarpRules
from galley.pipelines.network import open_network
from galley.results import Image
from galley.vision.unwarp import grid_input, image_input, image_output, sample_grid


class Unwarper:
    """An open unwarping network, of either form."""

    def __init__(self, model: Model, config: EngineConfig, slot: Slot) -> None:
        """Open the network of `model`, whose rules must be those of an unwarper."""
        if not isinstance(model.rules, UnwarpRules):
            raise ModelError(f"model {model.name!r} from {model.origin} does not unwarp pages")
        self.rules = model.rules
        outputs = None if self.rules.output is None else (self.rules.output,)
        self._session = open_network(
            model,
            config,
            slot,
            outputs=outputs,
            # A fixed shape lets the engine prepare the network for it; what it prepared is kept for the next worker.
            shape=None if self.rules.size is None else (1, 3, self.rules.size[1], self.rules.size[0]),
        )
        self._input_type = self._session.inputs[0].dtype

    @property
    def info(self) -> EngineInfo:
        """What the network really runs on."""
        return self._session.info

    def flatten(self, image: Image) -> Image:
        """The flat page (h, w, 3), of the same size as `image`."""
        page = image if self.rules.channels == "BGR" else np.ascontiguousarray(image[:, :, ::-1])
        flat = self._sample(page) if self.rules.form is UnwarpForm.GRID else self._ask_for_page(page)
        return flat if self.rules.channels == "BGR" else np.ascontiguousarray(flat[:, :, ::-1])

    def _sample(self, page: Image) -> Image:
        if self.rules.size is None:
            raise ModelError("an unwarping network that answers a grid needs an input size")
        width, height = self.rules.size
        (grid,) = self._session.run(grid_input(page, height, width).astype(self._input_type))
        return sample_grid(page, grid[0])

    def _ask_for_page(self, page: Image) -> Image:
        (planes,) = self._session.run(image_input(page).astype(self._input_type))
        return image_output(planes)

    def close(self) -> None:
        """Release the network."""
        self._session.close()
