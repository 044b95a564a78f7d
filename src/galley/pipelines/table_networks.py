"""The step that asks the user's own networks for the cells of a table.

Runs in: worker. Classification, structure (the SLANet family) and cell detection (RT-DETR), each optional.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from galley.config import EngineConfig, LayoutOptions
from galley.config.table import TableReadingOptions
from galley.devices import Slot
from galley.engines import EngineInfo
from galley.errors import ModelError
from galley.models.rules import Model, TableStructureRules
from galley.pipelines.classifier import Classifier
from galley.pipelines.layout_detector import LayoutDetector
from galley.pipelines.network import open_network
from galley.results import Image
from galley.vision.classify import normalise
from galley.vision.table.boxes import drop_doubles, refine, structure_from_boxes
from galley.vision.table.structure import Structure, decode_structure, structure_input
from galley.vision.table.text import Frame

_ANGLES = frozenset(("0", "90", "180", "270"))
_CELLS = LayoutOptions(layout_threshold=0.3)
"""PaddleX's threshold for cells, lower than the model's own."""
_WIRED, _WIRELESS = "wired", "wireless"


class StructureNetwork:
    """An open network of the SLANet family."""

    def __init__(self, model: Model, config: EngineConfig, slot: Slot) -> None:
        """Open the network of `model`, whose rules must be those of a table structure network."""
        if not isinstance(model.rules, TableStructureRules):
            raise ModelError(f"model {model.name!r} from {model.origin} does not write the structure of tables")
        self.rules = model.rules
        self._name = f"model {model.name!r} from {model.origin}"
        self._session = open_network(model, config, slot)

    @property
    def info(self) -> EngineInfo:
        """What the network really runs on."""
        return self._session.info

    def find(self, image: Image) -> Structure:
        """The cells of the table that `image` (h, w, 3), BGR, shows."""
        rules = self.rules
        small, ratio = structure_input(image, rules.long_edge, rules.padded)
        if rules.channels == "RGB":
            small = small[:, :, ::-1]
        numbers = rules.normalization
        planes = normalise(small, numbers.mean, numbers.std, numbers.scale)
        width, height = rules.padded
        fed = np.zeros((1, 3, height, width), np.float32)
        fed[:, :, : planes.shape[2], : planes.shape[3]] = planes
        answers = self._session.run(fed)
        scores, boxes = answers[-1], answers[0] if len(answers) > 1 else None
        fits = scores.ndim == 3 and scores.shape[-1] == len(rules.tokens)
        if not fits or (boxes is not None and boxes.shape[-1] not in (4, 8)):
            shapes = ", ".join(str(each.shape) for each in answers)
            raise ModelError(f"{self._name} answers arrays of shapes {shapes} and names {len(rules.tokens)} tokens")
        rows, columns = image.shape[:2]
        scale = (float(columns), float(rows)) if rules.of_picture else (width * ratio, height * ratio)
        return decode_structure(scores[0], None if boxes is None else boxes[0], rules.tokens, scale)

    def close(self) -> None:
        """Release the network."""
        self._session.close()


class TableNetworks:
    """The open networks that were given, by the steps of `galley.config.table.TableModels.given`."""

    def __init__(self, models: Mapping[str, Model], config: EngineConfig, slot: Slot) -> None:
        """Open those of `models` that are for tables."""
        classifier = models.get("table_classification")
        self._classifier = None if classifier is None else Classifier(classifier, config, slot)
        self._orientation = _orientation(models.get("table_orientation"), config, slot)
        self._structure = {
            wall: StructureNetwork(model, config, slot) for wall, model in _of_step("structure", models).items()
        }
        self._cells = {wall: LayoutDetector(model, config, slot) for wall, model in _of_step("cells", models).items()}

    def networks(self) -> dict[str, EngineInfo]:
        """What each open network really runs on."""
        labels = {"table_classification": self._classifier, "table_orientation": self._orientation}
        return {
            **{name: network.info for name, network in labels.items() if network is not None},
            **{f"table_{wall}_structure": network.info for wall, network in self._structure.items()},
            **{f"table_{wall}_cells": network.info for wall, network in self._cells.items()},
        }

    def angle(self, image: Image) -> int | None:
        """Degrees by which `image` must be turned counter-clockwise; None where no network was given that knows."""
        return None if self._orientation is None else int(self._orientation.label(image))

    def has_walls(self, image: Image) -> bool | None:
        """Whether the table that `image` shows has walls; None where no network was given that knows."""
        return None if self._classifier is None else self._classifier.label(image).startswith(f"{_WIRED}_")

    def find(self, image: Image, walled: bool, reading: TableReadingOptions) -> Structure | None:
        """The cells of the table that `image` (h, w, 3), BGR, shows; None where no network for its kind was given."""
        kind = _WIRED if walled else _WIRELESS
        structure, cells = self._structure.get(kind), self._cells.get(kind)
        if walled:
            end_to_end, from_cells = reading.use_e2e_wired_table_rec_model, reading.use_wired_table_cells_trans_to_html
        else:
            end_to_end = reading.use_e2e_wireless_table_rec_model
            from_cells = reading.use_wireless_table_cells_trans_to_html
        if structure is None or (from_cells and cells is not None):
            return None if cells is None else structure_from_boxes(_find_cells(cells, image))
        found = structure.find(image)
        return found if cells is None or end_to_end else refine(found, _find_cells(cells, image))

    def close(self) -> None:
        """Release the networks."""
        for network in (self._classifier, self._orientation, *self._structure.values(), *self._cells.values()):
            if network is not None:
                network.close()


def _orientation(model: Model | None, config: EngineConfig, slot: Slot) -> Classifier | None:
    if model is None:
        return None
    network = Classifier(model, config, slot)
    if not _ANGLES.issuperset(network.rules.labels):
        network.close()
        labels = ", ".join(network.rules.labels)
        raise ModelError(f"model {model.name!r} from {model.origin} does not tell angles of 0 to 270, but {labels}")
    return network


def _of_step(step: str, models: Mapping[str, Model]) -> dict[str, Model]:
    names = {wall: f"table_{wall}_{step}" for wall in (_WIRED, _WIRELESS)}
    return {wall: models[name] for wall, name in names.items() if name in models}


def _find_cells(network: LayoutDetector, image: Image) -> list[Frame]:
    found = network.find(image, _CELLS)
    return drop_doubles([Frame(*region.box) for region in found], [region.score for region in found])
