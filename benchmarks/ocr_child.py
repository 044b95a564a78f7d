"""One OCR system, kept open and asked to read pictures: Galley, PaddleOCR or RapidOCR.

Runs in: a child of the benchmark, in any of the environments, as
`python -m benchmarks.ocr_child SYSTEM SETTINGS PICTURE`: the settings as JSON, and a picture to warm up with before it
says that it is ready.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, TypeAlias

from benchmarks.child import serve

Page: TypeAlias = list[dict[str, Any]]
"""For each line its `polygon` and its `text`."""
Reader: TypeAlias = Callable[[Sequence[str]], Iterator[Page]]


def open_class(package: str, settings: Mapping[str, Any]) -> Reader:
    """Galley's or PaddleOCR's class: the same code for both."""
    pipeline = import_module(package).PaddleOCR(**settings)

    def read(pictures: Sequence[str]) -> Iterator[Page]:
        for result in pipeline.predict_iter(list(pictures)):
            yield [
                {"polygon": [[int(x), int(y)] for x, y in polygon], "text": text}
                for polygon, text in zip(result["rec_polys"], result["rec_texts"], strict=True)
            ]

    return read


def open_rapidocr(settings: Mapping[str, Any]) -> Reader:
    """RapidOCR with one of its engines."""
    package = import_module("rapidocr")
    engine, threads = settings["engine"], settings["threads"]
    parameters: dict[str, Any] = {"Global.log_level": "error", "Global.use_cls": False}
    if engine == "openvino":
        parameters |= {f"{step}.engine_type": package.EngineType.OPENVINO for step in ("Det", "Rec", "Cls")}
        parameters["EngineConfig.openvino.inference_num_threads"] = threads
    else:
        parameters["EngineConfig.onnxruntime.intra_op_num_threads"] = threads
    reader = package.RapidOCR(params=parameters)

    def read(pictures: Sequence[str]) -> Iterator[Page]:
        for picture in pictures:
            found = reader(picture)
            texts = () if found.txts is None else found.txts
            polygons = () if found.boxes is None else found.boxes
            yield [
                {"polygon": [[round(x), round(y)] for x, y in polygon.tolist()], "text": text}
                for polygon, text in zip(polygons, texts, strict=True)
            ]

    return read


def open_reader(system: str, settings: Mapping[str, Any], picture: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The open, warm system as a function from requests to answers."""
    read = open_rapidocr(settings) if system == "rapidocr" else open_class(system, settings)
    # As many pages as there may be workers, and some more, so that none is cold.
    for _ in read([picture] * 4):
        pass

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        start = time.perf_counter()
        pages = list(read(request["pictures"]))
        return {"seconds": time.perf_counter() - start, "pages": pages}

    return answer


if __name__ == "__main__":
    _system, _settings, _picture = sys.argv[1:]
    serve(lambda: open_reader(_system, json.loads(_settings), _picture))
