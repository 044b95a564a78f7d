"""Pipelines of users, as `others:Name`: each a class with `device=` and `predict`."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


class Describe:
    """Says what it was given."""

    def __init__(self, device: str, prefix: str = "", batch_size: int = 0) -> None:
        self.device = device
        self.prefix = prefix
        self.batch_size = batch_size
        self.calls = 0

    def predict(self, batch: Sequence[Any], **options: Any) -> Iterator[dict[str, Any]]:
        self.calls += 1
        for each in batch:
            yield {
                "given": self.prefix + (each if isinstance(each, str) else type(each).__name__),
                "shape": getattr(each, "shape", None),
                "device": self.device,
                "batch": len(batch),
                "own_batch_size": self.batch_size,
                "calls": self.calls,
                "pid": os.getpid(),
                "threads": os.environ.get("OMP_NUM_THREADS"),
                "options": options,
                "input_path": None,
                "page_index": None,
                "page_count": None,
            }


class Told:
    """An object that is noticed when it arrives in a worker."""

    arrived = threading.Semaphore(0)

    def __init__(self, number: int) -> None:
        self.number = number

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.arrived.release()


class Patient(Describe):
    """Does nothing before three more of the objects have arrived, so that two at least are waiting to be predicted."""

    def predict(self, batch: Sequence[Any], **options: Any) -> Iterator[dict[str, Any]]:
        if not self.calls:
            for _ in range(len(batch) + 3):
                Told.arrived.acquire()
        return super().predict(batch, **options)


class Echo:
    """Objects in, the same objects out."""

    def __init__(self, device: str) -> None:
        pass

    def predict(self, batch: Sequence[Any]) -> list[dict[str, Any]]:
        return [dict(each) if isinstance(each, dict) else {"is": each} for each in batch]


class Faulty:
    """Misbehaves as the object says."""

    def __init__(self, device: str) -> None:
        pass

    def predict(self, batch: Sequence[str]) -> Any:
        if "none" in batch:
            return None
        results: list[Any] = []
        for each in batch:
            if each == "raise":
                raise RuntimeError("as told")
            if each == "die":
                os._exit(3)
            result = "text" if each == "text" else {"is": each}
            results.extend([result] * {"few": 0, "many": 2}.get(each, 1))
            if each == "endless":
                return itertools.repeat({"is": each})
            if each == "settings":
                results.insert(0, {"error": "no such model"})
        return results


class Thing:
    """Known here only."""


class Unpicklable:
    """Results that hold what cannot travel."""

    def __init__(self, device: str) -> None:
        pass

    def predict(self, batch: Sequence[Any]) -> list[dict[str, Any]]:
        result = {"lock": threading.Lock(), "thing": Thing(), "list": [Thing()], "number": np.float32(0.5)}
        return [result] * len(batch)


class PaddleLike(dict[str, Any]):
    """A result as PaddleX makes them, with everything that such a one can have."""

    def __init__(self, pixels: Any, device: str) -> None:
        super().__init__(
            input_path=None,
            page_index=None,
            page_count=None,
            output_img=pixels,
            steps={"rot_img": pixels, "angle": 90},
            blocks=[Thing()],
            font=Thing(),
            polygons=[np.zeros((4, 2), np.int16)],
            device=device,
        )
        self._unpicklable = threading.Lock()

    @property
    def json(self) -> dict[str, Any]:
        fields = {"input_path": self["input_path"], "page_index": str(self["page_index"])}
        return {"res": fields | {"polygons": [[[0, 0]] * 4], "blocks": ["a block"], "rec_texts": ["one", "two"]}}

    @property
    def img(self) -> dict[str, Any]:
        return {"drawn": Image.fromarray(self["output_img"][:, :, ::-1]), "grey": self["output_img"][:, :, 0]}

    @property
    def html(self) -> dict[str, str]:
        return {"table_1": "<table></table>"}

    def _to_markdown(self, pretty: bool = True, show_formula_number: bool = False) -> dict[str, Any]:
        image = Image.fromarray(self["output_img"])
        text = f"pretty={pretty} numbered={show_formula_number} ![](imgs/box.jpg)"
        pictures = {"imgs/box.jpg": image, "imgs/none.jpg": None}
        return {"markdown_texts": text, "markdown_images": pictures, "page_continuation_flags": (True, False)}

    @property
    def markdown(self) -> dict[str, Any]:
        return self._to_markdown()

    def save_to_xlsx(self, save_path: str) -> None:
        stem = Path(self["input_path"]).stem + ("" if self["page_index"] is None else "_9")
        (Path(save_path) / f"{stem}_table_1.xlsx").write_bytes(b"a table")

    def save_to_word(self, save_path: str) -> None:
        raise ModuleNotFoundError("No module named 'docx'")


class Paddle:
    """Yields results as PaddleX's."""

    def __init__(self, *, device: str) -> None:
        self.device = device

    def predict(self, batch: Sequence[Any]) -> Iterator[PaddleLike]:
        for each in batch:
            pixels = np.full((200, 300, 3), (10, 20, 30), np.uint8) if isinstance(each, str) else each
            yield PaddleLike(pixels, self.device)


class NoPredict(Describe):
    predict = None  # type: ignore[assignment]


class Broken:
    def __init__(self, device: str) -> None:
        raise RuntimeError("no driver")

    def predict(self, batch: Sequence[Any]) -> list[dict[str, Any]]:
        return []
